// SendingWorld: settings, a real ledger and a real queue in a folder, and a network that does as a
// test says.
#ifndef TLSWARDEN_TESTS_UNIT_DAEMON_SENDING_WORLD_H_
#define TLSWARDEN_TESTS_UNIT_DAEMON_SENDING_WORLD_H_

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "daemon/report_doors.h"
#include "report/gzip.h"
#include "report/ledger.h"
#include "report/report_json.h"
#include "tests/unit/cache/build.h"

namespace tlswarden {

inline constexpr Day kReported{std::chrono::year(2026) / 11 / 24};
inline constexpr Time kNextDay{kReported + std::chrono::days(1)};

inline SmtpOutcome Taken() { return {SmtpOutcome::Status::kSent, "", {}}; }
inline PostOutcome Posted() { return {PostOutcome::Status::kAccepted, "", false}; }

class SendingWorld : public testing::Test {
 protected:
  SendingWorld() {
    settings.tlsrpt.ledger = dir / "ledger.db";
    settings.tlsrpt.queue = dir / "reports.db";
    settings.tlsrpt.organization_name = "Corp Inc.";
    settings.tlsrpt.contact_info = "tls@corp.test";
  }

  // What was counted at noon of a day.
  void Count(const std::string& domain, int successes, int failures = 0, Day day = kReported) {
    const Time noon = Time(day) + std::chrono::hours(12);
    Ledger ledger(
        settings.tlsrpt.ledger, [](const std::string& what) { ADD_FAILURE() << what; },
        [noon] { return noon; });
    TlsEvent event;
    event.at = noon;
    event.domain = domain;
    event.policy = {"sts", {"version: STSv1", "mode: enforce"}, domain, {"mx." + domain}};
    for (int i = 0; i < successes; ++i) ledger.Add(event);
    event.outcome = TlsEvent::Outcome::kFailure;
    event.details = {{"certificate-expired", "192.0.2.1", "mx." + domain, "", "", "", "", 1}};
    for (int i = 0; i < failures; ++i) ledger.Add(event);
  }
  void Publish(const std::string& domain, const std::string& rua) {
    const std::lock_guard lock(records_mutex);
    records["_smtp._tls." + domain] = "v=TLSRPTv1; rua=" + rua;
  }

  SenderDoors Doors() {
    SenderDoors doors = MakeFileDoors(settings, log);
    doors.maker.lookup = [this](const std::string& name) -> Result<std::vector<std::string>> {
      if (dns_is_down) return Error{std::string("timeout")};
      const auto found = records.find(name);
      if (found == records.end()) return std::vector<std::string>();
      return std::vector<std::string>{found->second};
    };
    doors.submit = [this](const SmtpMail& mail) {
      mails.push_back(mail);
      return smtp(mail);
    };
    doors.post = [this](const std::string& uri, const std::string& octets, const std::string&) {
      posts.emplace_back(uri, octets);
      return http(uri);
    };
    doors.clock = [this] { return now; };
    return doors;
  }
  std::unique_ptr<ReportSender> Open(bool at_once = true) {
    Result<ReportQueue> queue =
        ReportQueue::Open(settings.tlsrpt.queue, ReportSeed(settings), log, now);
    if (!queue) throw std::runtime_error(queue.error());
    SenderOptions options = MakeSenderOptions(settings, at_once);
    options.reports_a_minute = 1'000'000;  // no pauses
    return std::make_unique<ReportSender>(std::move(queue).value(), options, Doors());
  }
  static SendCounts Due(ReportSender& sender) {
    const Result<SendCounts> counts = sender.SendDue();
    EXPECT_TRUE(counts.ok()) << counts.error();
    return counts ? *counts : SendCounts{99, 99, 99};
  }
  // A process that starts, sends what is due, and ends.
  SendCounts Send(bool at_once = true) { return Due(*Open(at_once)); }

  // "DOMAIN SUCCESSES/FAILURES" of what a target got.
  static std::string Said(const std::string& octets) {
    const Result<std::string> json = Gunzip(octets, 1 << 20);
    const Result<TlsReport> report = json ? ParseReport(*json) : Error{json.error()};
    if (!report) return report.error();
    const SessionCounts sum = SumOf(report->policies);
    return report->policies.at(0).policy.domain + ' ' + std::to_string(sum.successes) + '/' +
           std::to_string(sum.failures);
  }

  TempDir dir;
  NoticeSink log;
  Settings settings = DefaultSettings();
  Time now = kNextDay;
  std::mutex records_mutex;                    // for a name server with a thread of its own
  std::map<std::string, std::string> records;  // by name
  bool dns_is_down = false;
  std::function<SmtpOutcome(const SmtpMail&)> smtp = [](const SmtpMail&) { return Taken(); };
  std::function<PostOutcome(const std::string&)> http = [](const std::string&) { return Posted(); };
  std::vector<SmtpMail> mails;
  std::vector<std::pair<std::string, std::string>> posts;  // uri and octets
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_DAEMON_SENDING_WORLD_H_
