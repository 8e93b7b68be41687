#include "policy/remembered_tls.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "policy/remembered_table.h"
#include "tests/unit/policy/remembered_doc.h"

namespace tlswarden {
namespace {

using std::chrono::days;
using std::chrono::hours;

TEST(Remember, EveryRowOfThePage) {
  const auto rows = RowsOfDoc('D');
  ASSERT_EQ(rows.size(), 27u);
  for (const auto& row : rows) {
    const RememberedTls tls = Remembered(row.at(1));
    EXPECT_EQ(tls.level == TlsLevel::kEncrypt ? "yes" : "no", row.at(2)) << row[0] << ' ' << row[1];
    EXPECT_EQ(tls.gone_since ? "yes" : "no", row.at(3)) << row[0] << ' ' << row[1];
  }
}

TEST(Remember, TheOrderOfDaysIsOfNoMatter) {
  std::mt19937 random(1);
  for (const auto& row : RowsOfDoc('D')) {
    Past past = PastOf(row.at(1));
    const RememberedTls sorted = Remember(past.days, kNow, past.let_go);
    std::shuffle(past.days.begin(), past.days.end(), random);
    EXPECT_EQ(Remember(past.days, kNow, past.let_go), sorted) << row[0];
  }
}

TEST(Remember, NeverMoreThanEncryptAndNothingOfWhatIsNotProven) {
  std::mt19937 random(2);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    const std::size_t length = 1 + random() % 90;
    while (text.size() < length) text += "taptmx..!"[random() % 9];
    const RememberedTls tls = Remembered(text);
    if (tls.level == TlsLevel::kMay) {
      EXPECT_EQ(tls, RememberedTls()) << text;
      continue;
    }
    ASSERT_EQ(tls.level, TlsLevel::kEncrypt) << text;
    EXPECT_GE(tls.days, kProvingDays) << text;
    EXPECT_LT(tls.since, tls.last) << text;
    EXPECT_LE(tls.last, kNow) << text;
    EXPECT_TRUE(StandsAt(tls, kNow)) << text;
    // Its counter-evidence is short of what disproves.
    const std::size_t let_go = text.rfind('!');
    const std::size_t late =
        std::max(text.size() > 28 ? text.size() - 28 : 0, let_go == std::string::npos ? 0 : let_go);
    const auto is_plain = [](char c) { return c == 'p' || c == 'm'; };
    EXPECT_LT(std::count_if(text.begin() + static_cast<std::ptrdiff_t>(late), text.end(), is_plain),
              kDisprovingDays)
        << text;
  }
}

TEST(Remember, CountsAndTimes) {
  const RememberedTls tls = Remembered("tt.tp");
  EXPECT_EQ(tls.days, 3);
  EXPECT_EQ(DayText(tls.since), "2027-01-11");
  EXPECT_EQ(ToString(tls.last), "2027-01-14T07:00:00Z");
  ASSERT_TRUE(tls.gone_since);
  EXPECT_EQ(DayText(*tls.gone_since), "2027-01-15");
  EXPECT_EQ(Describe(tls), "TLS on 3 days since 2027-01-11, last on 2027-01-14");
}

TEST(Remember, OneDayInPieces) {
  Past past = PastOf("ttt");
  RememberedDay more = past.days.back();
  EXPECT_EQ(Remember({more, more, more}, kNow).level, TlsLevel::kMay) << "still one day";
  more.encrypted = 0;
  more.plain = 1;
  past.days.push_back(more);
  EXPECT_EQ(Remember(past.days, kNow).level, TlsLevel::kMay) << "a mixed day";
}

// A clock that was wrong for a while, and counts that no session made.
TEST(Remember, OddDays) {
  Past past = PastOf("ttt");
  for (RememberedDay& day : past.days) day.day += days(400);
  EXPECT_EQ(Remember(past.days, kNow).level, TlsLevel::kMay) << "not yet";
  past = PastOf("ttt");
  for (RememberedDay& day : past.days) day.last = kNow + days(4000);
  EXPECT_EQ(Remember(past.days, kNow).last, kNow);
  for (RememberedDay& day : past.days) day.last = Time();
  EXPECT_EQ(Remember(past.days, kNow).last, Time(past.days.back().day));
  for (RememberedDay& day : past.days) day.encrypted = -1;
  EXPECT_EQ(Remember(past.days, kNow).level, TlsLevel::kMay);
  EXPECT_EQ(Remember({}, kNow), RememberedTls());
}

TEST(Remember, StandsForFourWeeksAfterItsLastSession) {
  const RememberedTls tls = Remembered("ttt");
  EXPECT_TRUE(StandsAt(tls, tls.last + days(28) - std::chrono::seconds(1)));
  EXPECT_FALSE(StandsAt(tls, tls.last + days(28)));
  EXPECT_FALSE(StandsAt(RememberedTls(), kNow));
}

RememberedDomain Proven(const std::string& domain, const std::string& past = "ttt") {
  return {Name(domain), Remembered(past)};
}

TEST(RememberedTable, FindsWhatStands) {
  const RememberedTable table({Proven("a.test"), Proven("b.test", "t")});
  EXPECT_EQ(table.size(), 1u);
  ASSERT_NE(table.Find(Name("a.test"), kNow), nullptr);
  EXPECT_EQ(table.Find(Name("a.test"), kNow)->days, 3);
  EXPECT_EQ(table.Find(Name("a.test"), kNow + days(28)), nullptr) << "it ends without a new table";
  EXPECT_EQ(table.Find(Name("b.test"), kNow), nullptr);
  EXPECT_EQ(table.Find(Name("sub.a.test"), kNow), nullptr);
  EXPECT_NE(table.Find(Hop("a.test"), kNow), nullptr);
  for (const char* hop : {"[a.test]", "a.test:587", "[a.test]:25", "[192.0.2.1]"}) {
    EXPECT_EQ(table.Find(Hop(hop), kNow), nullptr) << hop;
  }
}

TEST(RememberedTable, LetsGo) {
  const RememberedTable table({Proven("a.test"), Proven("b.test")});
  const RememberedTablePtr without = table.Without(Name("a.test"));
  EXPECT_EQ(without->Find(Name("a.test"), kNow), nullptr);
  EXPECT_NE(without->Find(Name("b.test"), kNow), nullptr);
  EXPECT_NE(table.Find(Name("a.test"), kNow), nullptr) << "who holds the old one keeps it";
}

TEST(RememberedTable, IsBounded) {
  std::vector<RememberedDomain> domains;
  for (int i = 0; i < 20; ++i) {
    domains.push_back(Proven("d" + std::to_string(i) + ".test"));
    domains.back().tls.last -= hours(i % 5);
  }
  const RememberedTable table(domains, 4);
  EXPECT_EQ(table.size(), 4u);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(table.Find(domains[static_cast<std::size_t>(i)].domain, kNow) != nullptr, i % 5 == 0);
  }
}

TEST(RememberedTable, NamesWhatIsGoneAndTheCommand) {
  const RememberedTable table(
      {Proven("b.test", "tttxx"), Proven("c.test"), Proven("a.test", "tttp")});
  const std::vector<RememberedDomain> gone = table.Gone(kNow);
  ASSERT_EQ(gone.size(), 2u);
  EXPECT_EQ(gone[0].domain, Name("a.test"));
  EXPECT_EQ(DescribeGone(gone[1]),
            "b.test: TLS on 3 days since 2027-01-11, last on 2027-01-13, missing since 2027-01-14; "
            "if it gave TLS up, tlswarden cache purge b.test lets it go");
  EXPECT_TRUE(table.Gone(kNow + days(40)).empty());
}

}  // namespace
}  // namespace tlswarden
