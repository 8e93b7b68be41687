// What the queue keeps, and that no moment of death makes it send a report twice or never.
#include "report/report_queue.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Scheme = ReportDestination::Scheme;

constexpr Day kDay{std::chrono::year(2026) / 11 / 24};
constexpr Time kMorning = Time(kDay + days(1)) + hours(1);

const ReportDestination kMail{Scheme::kMailto, "tls@a.test"};
const ReportDestination kWeb{Scheme::kHttps, "https://R.a.test/v1?x=y"};
const ReportDestination kOtherWeb{Scheme::kHttps, "https://r.a.test:443/other"};

class ReportQueueTest : public testing::Test {
 protected:
  ReportQueue Open(Time now = kMorning) {
    Result<ReportQueue> queue = ReportQueue::Open(path, 7, sink, now);
    EXPECT_TRUE(queue.ok()) << queue.error();
    return std::move(queue).value();
  }

  static QueuedReport Report(const std::string& domain, Day day = kDay) {
    return {
        day, domain, "id." + domain, kMorning, 12, 2, std::string("\x1f\x8b\0\xff", 4) + domain};
  }

  static std::optional<Claim> Next(ReportQueue& queue, Time now) {
    Result<std::optional<Claim>> claim = queue.ClaimNext(now);
    EXPECT_TRUE(claim.ok()) << claim.error();
    return claim ? *claim : std::nullopt;
  }

  static bool Add(ReportQueue& queue, const QueuedReport& report,
                  const std::vector<ReportDestination>& targets) {
    const Result<bool> added = queue.Add(report, targets);
    EXPECT_TRUE(added.ok()) << added.error();
    return added.ok() && *added;
  }

  // "target:state/tries", in order.
  static std::string Targets(ReportQueue& queue, const std::string& domain, Day day = kDay) {
    const Result<std::vector<QueuedTarget>> targets = queue.Targets(day, domain);
    EXPECT_TRUE(targets.ok());
    std::string text;
    for (const QueuedTarget& target : *targets) {
      text += (text.empty() ? "" : " ") + target.destination.target + ':' +
              std::to_string(static_cast<int>(target.state)) + '/' +
              std::to_string(target.attempts.tries);
    }
    return text;
  }

  TempDir dir;
  NoticeSink sink;
  const std::string path = dir / "reports.db";
};

TEST(ReportPeers, MailHasTheRelayAndAnHttpsUriItsHost) {
  EXPECT_EQ(PeerOf(kMail), "");
  EXPECT_EQ(PeerOf(kWeb), "r.a.test:443");
  EXPECT_EQ(PeerOf(kOtherWeb), PeerOf(kWeb));
  EXPECT_EQ(PeerOf({Scheme::kHttps, "HTTPS://a.test:"}), "a.test:443");
  EXPECT_EQ(PeerOf({Scheme::kHttps, "https://a.test:8443?x"}), "a.test:8443");
  EXPECT_EQ(PeerOf({Scheme::kHttps, "x"}), "x") << "no URI, no crash";
}

TEST_F(ReportQueueTest, ClaimGivesBackWhatWasAddedAfterARestart) {
  {
    ReportQueue queue = Open();
    EXPECT_TRUE(Add(queue, Report("a.test"), {kMail, kWeb}));
  }
  ReportQueue queue = Open();
  for (const ReportDestination& expected : {kMail, kWeb}) {
    const std::optional<Claim> claim = Next(queue, kMorning);
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->target.destination, expected);
    EXPECT_EQ(claim->report.octets, Report("a.test").octets) << "with NUL and what isn't UTF-8";
    EXPECT_EQ(claim->report.report_id, "id.a.test");
    EXPECT_EQ(claim->report.day, kDay);
    EXPECT_EQ(claim->report.domain, "a.test");
    EXPECT_EQ(claim->report.made, kMorning);
    EXPECT_EQ(claim->report.successes, 12);
    EXPECT_EQ(claim->report.failures, 2);
    EXPECT_EQ(claim->target.attempts.tries, 1);
    EXPECT_EQ(claim->target.attempts.first, kMorning);
  }
  EXPECT_FALSE(Next(queue, kMorning)) << "both are under way";
}

TEST_F(ReportQueueTest, OneReportForADayAndDomain) {
  ReportQueue queue = Open();
  ReportQueue other = Open();  // another process
  EXPECT_TRUE(Add(queue, Report("a.test"), {kMail}));
  QueuedReport second = Report("a.test");
  second.octets = "another";
  EXPECT_FALSE(Add(other, second, {kMail, kWeb}));
  EXPECT_EQ(Targets(queue, "a.test"), "tls@a.test:0/0");
  EXPECT_TRUE(Add(queue, Report("a.test", kDay - days(1)), {kMail}));
  EXPECT_TRUE(Add(queue, Report("b.test"), {kMail, kMail})) << "a target that is named twice";
  EXPECT_EQ(Targets(queue, "b.test"), "tls@a.test:0/0");
}

TEST_F(ReportQueueTest, TwoProcessesDontClaimTheSameTry) {
  ReportQueue one = Open(), two = Open();
  Add(one, Report("a.test"), {kMail});
  EXPECT_TRUE(Next(one, kMorning));
  EXPECT_FALSE(Next(two, kMorning));
}

TEST_F(ReportQueueTest, AFailureIsTriedAgainAndASuccessIsNot) {
  ReportQueue queue = Open();
  Add(queue, Report("a.test"), {kMail});
  std::optional<Claim> claim = Next(queue, kMorning);
  EXPECT_EQ(queue.Finish(*claim, TargetState::kWaiting, "451 later"), std::nullopt);
  EXPECT_EQ(queue.Targets(kDay, "a.test")->front().last_error, "451 later");
  EXPECT_FALSE(Next(queue, kMorning + minutes(5) - seconds(1)));
  claim = Next(queue, kMorning + minutes(7));
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->target.attempts.tries, 2);
  EXPECT_EQ(claim->target.last_error, "451 later");
  EXPECT_EQ(queue.Finish(*claim, TargetState::kSent), std::nullopt);
  EXPECT_EQ(queue.Finish(*claim, TargetState::kWaiting, "late"), std::nullopt);
  EXPECT_EQ(Targets(queue, "a.test"), "tls@a.test:1/2") << "nothing undoes it";
  for (int hour = 0; hour < 200; ++hour) EXPECT_FALSE(Next(queue, kMorning + hours(hour)));
}

TEST_F(ReportQueueTest, OctetsGoWithTheLastTarget) {
  ReportQueue queue = Open();
  Add(queue, Report("a.test"), {kMail, kWeb});
  const Claim first = *Next(queue, kMorning), second = *Next(queue, kMorning);
  queue.Finish(first, TargetState::kSent);
  queue.Finish(second, TargetState::kWaiting, "503");
  const std::optional<Claim> again = Next(queue, kMorning + hours(1));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->report.octets, Report("a.test").octets);
  queue.Finish(*again, TargetState::kGivenUp, "404");
  Result<SqliteDb> db = SqliteDb::OpenToRead(path);
  ASSERT_TRUE(db.ok());
  SqliteStatement count(*db, "SELECT count(*) FROM octets");
  ASSERT_TRUE(count.Step());
  EXPECT_EQ(count.Number(0), 0);
  EXPECT_EQ(Targets(queue, "a.test"), "tls@a.test:1/1 https://R.a.test/v1?x=y:2/2");
  EXPECT_FALSE(Add(queue, Report("a.test"), {kMail})) << "it stays known";
}

TEST_F(ReportQueueTest, ThoseWhoFailedLeastComeFirst) {
  ReportQueue queue = Open();
  Add(queue, Report("a.test"), {kMail});
  queue.Finish(*Next(queue, kMorning), TargetState::kWaiting, "x");
  QueuedReport later = Report("b.test");
  later.made = kMorning + hours(3);
  Add(queue, later, {kMail});
  EXPECT_EQ(Next(queue, kMorning + hours(4))->report.domain, "b.test");
  EXPECT_EQ(Next(queue, kMorning + hours(4))->report.domain, "a.test");
}

TEST_F(ReportQueueTest, APeerThatIsGoneFailsForAllItsTargetsThatAreDue) {
  ReportQueue queue = Open();
  Add(queue, Report("a.test"), {kWeb, kMail});
  Add(queue, Report("b.test"), {kOtherWeb});
  QueuedReport later = Report("c.test");
  later.made = kMorning + hours(1);
  Add(queue, later, {kWeb});
  const Result<std::vector<Claim>> given_up =
      queue.FailPeer(PeerOf(kWeb), "connection refused", kMorning);
  ASSERT_TRUE(given_up.ok());
  EXPECT_TRUE(given_up->empty());
  EXPECT_EQ(Targets(queue, "a.test"), "tls@a.test:0/0 https://R.a.test/v1?x=y:0/1");
  EXPECT_EQ(Targets(queue, "b.test"), "https://r.a.test:443/other:0/1");
  EXPECT_EQ(Targets(queue, "c.test"), "https://R.a.test/v1?x=y:0/0") << "it isn't due";
  std::vector<Claim> lost;
  for (int hour = 1; hour < 60; ++hour) {
    const auto more = queue.FailPeer(PeerOf(kWeb), "gone", kMorning + hours(hour));
    ASSERT_TRUE(more.ok());
    lost.insert(lost.end(), more->begin(), more->end());
  }
  ASSERT_EQ(lost.size(), 3u) << "each once";
  EXPECT_EQ(lost[0].target.last_error, "gone");
  EXPECT_EQ(Targets(queue, "a.test").substr(0, 16), "tls@a.test:0/0 h");
}

TEST_F(ReportQueueTest, NotesOfDomainsWithoutAReport) {
  ReportQueue queue = Open();
  const Attempts attempts{2, kMorning, kMorning + minutes(9)};
  EXPECT_EQ(queue.Note(kDay, "none.test", {ReportState::kNoRecord, {}, "no record"}), std::nullopt);
  EXPECT_EQ(queue.Note(kDay, "slow.test", {ReportState::kLooking, attempts, "timeout"}),
            std::nullopt);
  Add(queue, Report("a.test"), {kMail});
  queue.Note(kDay, "a.test", {ReportState::kNoRecord, {}, "too late"});
  ReportQueue again = Open();
  const Result<std::map<std::string, ReportNote>> notes = again.Notes(kDay);
  ASSERT_TRUE(notes.ok());
  ASSERT_EQ(notes->size(), 3u);
  EXPECT_EQ(notes->at("none.test").state, ReportState::kNoRecord);
  EXPECT_EQ(notes->at("none.test").why, "no record");
  EXPECT_EQ(notes->at("slow.test").state, ReportState::kLooking);
  EXPECT_EQ(notes->at("slow.test").attempts, attempts);
  EXPECT_EQ(notes->at("a.test").state, ReportState::kMade) << "a report that was made stays";
  EXPECT_TRUE(again.Notes(kDay + days(1))->empty());
  EXPECT_FALSE(Add(again, Report("none.test"), {kMail}));
  EXPECT_TRUE(Add(again, Report("slow.test"), {kMail}));
  EXPECT_EQ(again.Find(kDay, "slow.test")->value().report_id, "id.slow.test");
  EXPECT_FALSE(again.Find(kDay, "none.test")->has_value());
}

TEST_F(ReportQueueTest, BeginsWithYesterdayAndRepairsAClockThatWasAhead) {
  {
    ReportQueue queue = Open(kMorning + days(400));
    EXPECT_EQ(*queue.Since(kMorning + days(400)), kDay + days(400));
    EXPECT_EQ(*queue.Since(kMorning), kDay) << "it must not wait for 400 days";
  }
  ReportQueue queue = Open(kMorning + days(3));
  EXPECT_EQ(*queue.Since(kMorning + days(3)), kDay);
}

TEST_F(ReportQueueTest, ForgetsOldDaysButNotByTheClock) {
  ReportQueue queue = Open();
  for (int day = 0; day < kKeptReportDays; ++day) {
    Add(queue, Report("a.test", kDay + days(day)), {kMail});
  }
  EXPECT_EQ(queue.Forget(), std::nullopt);
  EXPECT_EQ(queue.Notes(kDay)->size(), 1u);
  // One hour with a clock of the next century: its day counts as one, and no more.
  Add(queue, Report("a.test", kDay + days(36500)), {kMail});
  EXPECT_EQ(queue.Forget(), std::nullopt);
  EXPECT_TRUE(queue.Notes(kDay)->empty());
  EXPECT_TRUE(queue.Targets(kDay, "a.test")->empty());
  EXPECT_EQ(queue.Notes(kDay + days(1))->size(), 1u);
}

TEST_F(ReportQueueTest, NextDue) {
  ReportQueue queue = Open();
  EXPECT_EQ(*queue.NextDue(kMorning), std::nullopt);
  Add(queue, Report("a.test"), {kMail});
  EXPECT_EQ(*queue.NextDue(kMorning), kMorning);
  const Claim claim = *Next(queue, kMorning);
  EXPECT_EQ(*queue.NextDue(kMorning), claim.target.attempts.next);
  EXPECT_EQ(*queue.NextDue(kMorning - days(9)), kMorning - days(9)) << "the clock was set back";
  EXPECT_TRUE(Next(queue, kMorning - days(9)));
}

TEST_F(ReportQueueTest, ADamagedFileIsMovedAside) {
  std::ofstream(path) << "this is no database, and it is long enough to be seen as none";
  ReportQueue queue = Open();
  ASSERT_FALSE(sink.notices().empty());
  EXPECT_NE(sink.notices().front().text.find("report queue"), std::string::npos);
  EXPECT_TRUE(Add(queue, Report("a.test"), {kMail}));
}

TEST_F(ReportQueueTest, ErrorsNameTheFile) {
  const Result<ReportQueue> none = ReportQueue::Open("/nonexistent/x.db", 7, sink, kMorning);
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().find("/nonexistent/x.db"), std::string::npos);
  ReportQueue queue = Open();
  Result<SqliteDb> other = SqliteDb::Open(path);
  ASSERT_TRUE(other.ok());
  SqliteDb drop = std::move(other).value();
  ASSERT_EQ(drop.Execute("DROP TABLE target"), std::nullopt);
  const Result<bool> added = queue.Add(Report("a.test"), {kMail});
  ASSERT_FALSE(added.ok());
  EXPECT_NE(added.error().find(path), std::string::npos);
  EXPECT_TRUE(queue.Notes(kDay)->empty()) << "half a report would never be sent";
}

// A process that dies by SIGKILL at each of the points, seen by the next one.
class KilledQueue : public ReportQueueTest, public testing::WithParamInterface<int> {};

TEST_P(KilledQueue, NeitherTwiceNorNever) {
  const int point = GetParam();
  const std::string accepted = dir / "accepted";
  const auto deliver = [&](const Claim& claim) {
    std::ofstream(accepted, std::ios::app) << claim.report.report_id << '\n' << std::flush;
  };
  const pid_t child = fork();
  if (child == 0) {
    const auto die_at = [point](int here) {
      if (here == point) kill(getpid(), SIGKILL);
    };
    ReportQueue queue = Open();
    die_at(0);
    Add(queue, Report("a.test"), {kMail});
    die_at(1);
    const std::optional<Claim> claim = Next(queue, kMorning);
    die_at(2);
    deliver(*claim);
    die_at(3);
    queue.Finish(*claim, TargetState::kSent);
    die_at(4);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  ReportQueue queue = Open();
  Add(queue, Report("a.test"), {kMail});  // as a sender that starts does
  for (int minute = 0; minute < 600; ++minute) {
    const std::optional<Claim> claim = Next(queue, kMorning + minutes(minute));
    if (!claim) continue;
    EXPECT_EQ(claim->report.octets, Report("a.test").octets);
    deliver(*claim);
    queue.Finish(*claim, TargetState::kSent);
  }
  std::ifstream file(accepted);
  std::string line;
  std::vector<std::string> lines;
  while (std::getline(file, line)) lines.push_back(line);
  // Between acceptance and Finish: once more, with the same report-id.
  EXPECT_EQ(lines.size(), point == 3 ? 2u : 1u);
  for (const std::string& id : lines) EXPECT_EQ(id, "id.a.test");
}

INSTANTIATE_TEST_SUITE_P(Points, KilledQueue, testing::Range(0, 5));

}  // namespace
}  // namespace tlswarden
