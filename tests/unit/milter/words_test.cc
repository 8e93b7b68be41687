// The words of replies: nothing that fail2ban bans for.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "milter/reply.h"
#include "tests/unit/milter/fail2ban.h"
#include "tests/unit/policy/enumerate.h"

namespace tlswarden {
namespace {

std::string Line(const Reply& reply) { return CodesOf(reply) + ' ' + reply.text; }

// What MTAs say themselves and is banned for, so that the helper is known to see it.
TEST(WhyBanned, SeesWhatTheFiltersSee) {
  for (const char* banned :
       {"554 5.7.1 <smtp@example.com>: Relay access denied", "450 4.7.1 : Helo command rejected: x",
        "550 5.1.1 <x@example.com>: Recipient address rejected: User unknown",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked",
        "450 4.1.8 <a@b.example>: Sender address rejected: Domain not found", "550 5.7.0 : match",
        "550 5.7.0 <x@example.com>: match one", "550 5.7.1 Access denied", "554 5.7.1 anything",
        "421 4.7.0 anything", "451 4.7.1 Unknown user"}) {
    EXPECT_NE(WhyBanned(banned), "") << banned;
  }
  for (const char* harmless : {"550 5.7.5 matches", "451 4.7.5 validation-failure: no match",
                               "530 5.7.0 TLS is needed", "550 5.7.30 REQUIRETLS"}) {
    EXPECT_EQ(WhyBanned(harmless), "") << harmless;
  }
}

// Every verdict that the judge can come to.
TEST(Words, NoReplyIsBannedFor) {
  std::set<std::string> lines;
  ForEachPoint([&](const Point& point) {
    const Reply reply = MakeReply(VerdictOf(point));
    if (reply.action != Action::kAccept) lines.insert(Line(reply));
  });
  EXPECT_GT(lines.size(), 10u);
  for (const std::string& line : lines) EXPECT_EQ(WhyBanned(line), "") << line;
}

TEST(Words, NoResultTypeIsBannedFor) {
  for (int type = 0; type <= static_cast<int>(ResultType::kStsWebpkiInvalid); ++type) {
    for (const bool lookup_failed : {false, true}) {
      for (const Action action : {Action::kDefer, Action::kReject}) {
        Verdict verdict;
        verdict.policy_domain = Name("b.test");
        verdict.action = action;
        verdict.lookup_failed = lookup_failed;
        verdict.failure = Failure{static_cast<ResultType>(type), "for a reason", false};
        const std::string line = Line(MakeReply(verdict));
        EXPECT_EQ(WhyBanned(line), "") << line;
      }
    }
  }
}

// Reasons come from all rooms below the doors: none of their texts has these words.
TEST(Words, NoSourceHasThem) {
  std::size_t files = 0;
  for (const char* room : {"policy", "resolver", "milter", "socketmap"}) {
    const std::filesystem::path folder = std::filesystem::path(TLSWARDEN_SOURCE_DIR) / room;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".cc") continue;
      std::ifstream file(entry.path());
      std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      std::transform(text.begin(), text.end(), text.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      for (std::size_t i = 0; i < kPhrasesOfFilters; ++i) {
        EXPECT_EQ(text.find(kBannedPhrases[i]), std::string::npos)
            << entry.path() << ": " << kBannedPhrases[i];
      }
      ++files;
    }
  }
  EXPECT_GT(files, 40u);
}

}  // namespace
}  // namespace tlswarden
