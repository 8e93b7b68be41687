// SenderWorld: a ledger, a DNS, an MTA and web servers for ReportSender, with a clock that a test
// sets.
#ifndef TLSWARDEN_TESTS_UNIT_REPORT_SENDER_WORLD_H_
#define TLSWARDEN_TESTS_UNIT_REPORT_SENDER_WORLD_H_

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "report/report_sender.h"
#include "tests/unit/cache/build.h"

namespace tlswarden {

inline constexpr Day kReported{std::chrono::year(2026) / 11 / 24};
// All reports of that day are due.
inline constexpr Time kAllDue =
    Time(kReported + std::chrono::days(1)) + std::chrono::minutes(10) + std::chrono::hours(4);

inline PostOutcome Accepted() { return {PostOutcome::Status::kAccepted, "", false}; }
inline PostOutcome Later(const std::string& why) {
  return {PostOutcome::Status::kTemporary, why, false};
}

class SenderWorld : public testing::Test {
 protected:
  void SetUp() override {
    options.maker.organization_name = "Example Org";
    options.maker.contact_info = "tls@example.org";
    options.maker.seed = 7;
    options.sender = "tlsrpt-noreply@example.org";
    options.reports_a_minute = 1'000'000;  // no pauses
  }

  void Count(const std::string& domain, std::int64_t successes, std::int64_t failures = 0,
             Day day = kReported) {
    PolicyTally tally;
    tally.policy = {"sts", {"version: STSv1"}, domain, {"mx." + domain}};
    tally.successes = successes;
    tally.failures = failures;
    ledger[day][domain] = {tally};
  }
  void Publish(const std::string& domain, const std::string& rua) {
    records["_smtp._tls." + domain] = {"v=TLSRPTv1; rua=" + rua};
  }

  MakerDoors LedgerDoors() {
    MakerDoors doors;
    doors.domains = [this](Day day) -> Result<std::vector<std::string>> {
      if (ledger_broken) return Error{std::string("ledger.db: disk I/O error")};
      std::vector<std::string> domains;
      for (const auto& [domain, tallies] : ledger[day]) domains.push_back(domain);
      return domains;
    };
    doors.tallies = [this](Day day, const std::string& domain) -> Result<std::vector<PolicyTally>> {
      return ledger[day][domain];
    };
    doors.seen_record = [this](Day, const std::string& domain) -> Result<std::string> {
      return seen[domain];
    };
    doors.lookup = [this](const std::string& name) -> Result<std::vector<std::string>> {
      ++lookups[name];
      if (unanswered.contains(name)) return Error{std::string("SERVFAIL")};
      return records[name];
    };
    doors.compose = [](const TlsReport& report) -> Result<std::string> {
      return "octets of " + report.report_id;
    };
    doors.log = [this](const Notice& notice) {
      const std::lock_guard lock(mutex);
      log.push_back(notice);
    };
    return doors;
  }

  SenderDoors Doors() {
    SenderDoors doors;
    doors.maker = LedgerDoors();
    if (compose) doors.maker.compose = compose;
    doors.compose_mail = [](const ReportMail& mail) {
      return "To: " + mail.to + "\nSubmitter: " + mail.submitter + "\n\n" + mail.report.octets;
    };
    doors.submit = [this](const SmtpMail& mail) {
      tries.push_back({now, "mailto:" + mail.recipients.at(0)});
      mails.push_back(mail);
      return smtp(mail);
    };
    doors.post = [this](const std::string& uri, const std::string& octets,
                        const std::string& type) {
      tries.push_back({now, uri});
      posts.push_back({uri, octets, type});
      return http(uri);
    };
    doors.clock = [this] { return now; };
    return doors;
  }

  std::unique_ptr<ReportSender> Open() {
    Result<ReportQueue> queue = ReportQueue::Open(path, options.maker.seed, sink, now);
    EXPECT_TRUE(queue.ok()) << queue.error();
    return std::make_unique<ReportSender>(std::move(queue).value(), options, Doors());
  }

  // A process that starts, sends what is due, and ends.
  SendCounts Send() {
    const Result<SendCounts> counts = Open()->SendDue();
    EXPECT_TRUE(counts.ok()) << counts.error();
    return counts ? *counts : SendCounts();
  }

  // Every `step` until `end`, with a restart each time.
  SendCounts SendUntil(Time end, std::chrono::seconds step = std::chrono::minutes(7)) {
    SendCounts sum;
    for (; now <= end; now += step) {
      const SendCounts counts = Send();
      sum.sent += counts.sent;
      sum.failed += counts.failed;
      sum.given_up += counts.given_up;
    }
    return sum;
  }

  std::string Log(Notice::Level level) {
    std::string text;
    for (const Notice& notice : log) {
      if (notice.level == level) text += notice.text + '\n';
    }
    return text;
  }

  struct Post {
    std::string uri, octets, type;
  };
  struct TryMade {
    Time at;
    std::string to;
  };

  TempDir dir;
  NoticeSink sink;
  const std::string path = dir / "reports.db";
  SenderOptions options;
  Time now = kAllDue;
  std::map<Day, std::map<std::string, std::vector<PolicyTally>>> ledger;
  bool ledger_broken = false;
  std::map<std::string, std::vector<std::string>> records;  // by name
  std::map<std::string, std::string> seen;                  // by domain
  std::set<std::string> unanswered;                         // names
  std::map<std::string, int> lookups;                       // by name
  std::function<Result<std::string>(const TlsReport&)> compose;
  std::function<SmtpOutcome(const SmtpMail&)> smtp = [](const SmtpMail&) {
    return SmtpOutcome{SmtpOutcome::Status::kSent, "", {}};
  };
  std::function<PostOutcome(const std::string&)> http = [](const std::string&) {
    return Accepted();
  };
  std::vector<SmtpMail> mails;
  std::vector<Post> posts;
  std::vector<TryMade> tries;
  std::mutex mutex;  // guards what follows
  std::vector<Notice> log;
};

// What an MTA says at RCPT.
inline SmtpOutcome RcptRefused(const std::string& address, bool permanent) {
  const std::string reply = permanent ? "550 5.1.1 no such user" : "450 4.2.1 busy";
  return {permanent ? SmtpOutcome::Status::kPermanent : SmtpOutcome::Status::kTemporary,
          "RCPT: " + address + ": " + reply,
          {address + ": " + reply}};
}
inline SmtpOutcome NoRelay() {
  return {SmtpOutcome::Status::kTemporary, "no connection: Connection refused", {}};
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_REPORT_SENDER_WORLD_H_
