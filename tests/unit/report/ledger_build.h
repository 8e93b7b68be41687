// Events and a ledger in a folder of its own, for the ledger's tests.
#ifndef TLSWARDEN_TESTS_UNIT_REPORT_LEDGER_BUILD_H_
#define TLSWARDEN_TESTS_UNIT_REPORT_LEDGER_BUILD_H_

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "report/ledger.h"
#include "tests/unit/cache/build.h"

namespace tlswarden {

inline Day DayAt(Time time) { return std::chrono::floor<std::chrono::days>(time); }

inline const Day kToday = DayAt(kNow);

inline ReportedPolicy ReportedSts(const std::string& domain) {
  return {"sts", {"version: STSv1", "mode: enforce", "mx: mx.a.test"}, domain, {"mx.a.test"}};
}

inline FailureDetail Detail(const std::string& type, const std::string& mx = "mx.a.test") {
  return {type, "192.0.2.1", mx, "mx.a.test ESMTP", "192.0.2.2", "", "", 1};
}

inline TlsEvent Event(const std::string& domain, TlsEvent::Outcome outcome, Time at = kNow) {
  TlsEvent event;
  event.at = at;
  event.domain = domain;
  event.policy = ReportedSts(domain);
  event.outcome = outcome;
  return event;
}

inline TlsEvent Success(const std::string& domain, Time at = kNow) {
  return Event(domain, TlsEvent::Outcome::kSuccess, at);
}

inline TlsEvent Failed(const std::string& domain, FailureDetail detail, Time at = kNow) {
  TlsEvent event = Event(domain, TlsEvent::Outcome::kFailure, at);
  event.details = {std::move(detail)};
  return event;
}

class LedgerTest : public testing::Test {
 protected:
  std::unique_ptr<Ledger> Open(LedgerLimits limits = {}) { return OpenAt(path, limits); }
  std::unique_ptr<Ledger> OpenAt(const std::string& where, LedgerLimits limits = {}) {
    const auto complain = [this](const std::string& what) {
      const std::lock_guard lock(mutex_);
      complaints_.push_back(what);
    };
    return std::make_unique<Ledger>(
        where, complain, [this] { return now.load(); }, limits);
  }
  std::vector<std::string> complaints() {
    const std::lock_guard lock(mutex_);
    return complaints_;
  }

  // The value, or a failed test and an empty one.
  template <typename T>
  static T Got(Result<T> result) {
    EXPECT_TRUE(result.ok()) << (result ? "" : result.error());
    return result ? std::move(result).value() : T();
  }
  LedgerReader Reader() {
    Result<LedgerReader> reader = LedgerReader::Open(path);
    if (!reader) throw std::runtime_error(reader.error());
    return std::move(reader).value();
  }
  std::vector<PolicyTally> Tallies(const std::string& domain, Day day = kToday) {
    return Got(Reader().Tallies(day, domain));
  }
  // "SUCCESSES/FAILURES" of all days, or of one.
  std::string Totals(Day from = Day(std::chrono::days(-100000)),
                     Day to = Day(std::chrono::days(100000))) {
    std::int64_t successes = 0;
    std::int64_t failures = 0;
    for (const DayTotal& total : Got(Reader().DayTotals(from, to))) {
      successes += total.successes;
      failures += total.failures;
    }
    return std::to_string(successes) + '/' + std::to_string(failures);
  }

  TempDir dir;
  const std::string path = dir / "tls.db";
  std::atomic<Time> now{kNow};

 private:
  std::mutex mutex_;
  std::vector<std::string> complaints_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_REPORT_LEDGER_BUILD_H_
