#include "report/report_maker.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "policy/ascii.h"
#include "policy/domain.h"
#include "policy/tlsrpt_record.h"
#include "report/report_mail.h"

namespace tlswarden {
namespace {

// What is due is looked up anew so often: late events, other processes, records that had no answer.
constexpr std::chrono::minutes kPlanAgain{10};

// About 10 MB. Those that are due later wait for the next plan.
constexpr std::size_t kMostPlanned = 100000;

RecordAnswer Answer(const Result<std::optional<TlsrptRecord>>& record) {
  if (!record) return {{}, "its TLSRPT record is wrong: " + record.error(), false};
  if (!record->has_value()) return {{}, "it has no TLSRPT record", false};
  if ((*record)->destinations.empty()) {
    return {{}, "its TLSRPT record names nothing that reports can be sent to", false};
  }
  return {(*record)->destinations, {}, false};
}

}  // namespace

ReportMaker::ReportMaker(ReportQueue& queue, MakerOptions options, MakerDoors doors)
    : queue_(queue), options_(std::move(options)), doors_(std::move(doors)) {}

ReportQueue::Problem ReportMaker::PlanDay(Day day, Time now) {
  const Result<std::vector<std::string>> domains = doors_.domains(day);
  if (!domains) return domains.error();
  const Result<std::map<std::string, ReportNote>> notes = queue_.Notes(day);
  if (!notes) return notes.error();
  for (const std::string& domain : *domains) {
    const auto note = notes->find(domain);
    Entry entry{DueAt(day, domain, options_.seed, options_.times), day, domain, {}};
    if (note != notes->end()) {
      if (note->second.state != ReportState::kLooking) continue;
      entry.attempts = note->second.attempts;
      entry.due = IsDue(entry.attempts, now, options_.times) ? now : entry.attempts.next;
    }
    plan_.push_back(std::move(entry));
  }
  return std::nullopt;
}

ReportQueue::Problem ReportMaker::MakePlan(Time now) {
  plan_.clear();
  planned_.reset();
  const Result<Day> since = queue_.Since(now);
  if (!since) return since.error();
  for (const Day day : DaysToReport(*since, now)) {
    if (ReportQueue::Problem problem = PlanDay(day, now)) return problem;
  }
  std::sort(plan_.begin(), plan_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.due, a.day, a.domain) > std::tie(b.due, b.day, b.domain);
  });
  if (plan_.size() > kMostPlanned) {
    plan_.erase(plan_.begin(), plan_.end() - static_cast<std::ptrdiff_t>(kMostPlanned));
  }
  planned_ = now;
  return std::nullopt;
}

Time ReportMaker::NextDue() const {
  if (!planned_) return Time{};
  const Time again = *planned_ + kPlanAgain;
  return plan_.empty() ? again : std::min(again, plan_.back().due);
}

Result<bool> ReportMaker::MakeNext(Time now) {
  // Also after a jump of the clock.
  if (!planned_ || now < *planned_ || now >= *planned_ + kPlanAgain) {
    if (const ReportQueue::Problem problem = MakePlan(now)) return Error{*problem};
    if (const ReportQueue::Problem problem = queue_.Forget()) return Error{*problem};
  }
  if (plan_.empty() || plan_.back().due > now) return false;
  const Entry entry = std::move(plan_.back());
  plan_.pop_back();
  if (const ReportQueue::Problem problem = Make(entry, now)) {
    plan_.push_back(entry);
    return Error{*problem};
  }
  return true;
}

RecordAnswer ReportMaker::AskRecord(Day day, const std::string& domain) const {
  const std::string name = "_smtp._tls." + domain;
  if (name.size() > kMaxDomainOctets) return {{}, "the name of its record is too long", false};
  const Result<std::vector<std::string>> texts = doors_.lookup(name);
  if (texts) return Answer(SelectTlsrptRecord(*texts));
  const Result<std::string> seen = doors_.seen_record(day, domain);
  if (seen && !seen->empty()) return Answer(SelectTlsrptRecord({*seen}));
  return {{}, "no answer for TXT " + name + ": " + texts.error(), true};
}

TlsReport ReportMaker::ReportOf(const Entry& entry, std::vector<PolicyTally> policies) const {
  TlsReport report;
  report.organization_name = options_.organization_name;
  report.contact_info = options_.contact_info;
  report.report_id =
      ReportId(entry.day, entry.domain, options_.seed, Submitter(options_.contact_info));
  report.begin = Time(entry.day);
  report.end = Time(entry.day + std::chrono::days(1)) - std::chrono::seconds(1);
  report.policies = std::move(policies);
  return report;
}

void ReportMaker::Log(Notice::Level level, const Entry& entry, const std::string& what) const {
  doors_.log({level, PrintableAscii("tlsrpt: the report of " + DayText(entry.day) + " for " +
                                    entry.domain + ' ' + what)});
}

ReportQueue::Problem ReportMaker::Make(const Entry& entry, Time now) {
  const RecordAnswer record = AskRecord(entry.day, entry.domain);
  if (record.later) return PutOff(entry, record.why, now);
  if (record.destinations.empty()) return Drop(entry, ReportState::kNoRecord, record.why);
  const Result<std::vector<PolicyTally>> tallies = doors_.tallies(entry.day, entry.domain);
  if (!tallies) return tallies.error();
  if (tallies->empty()) return std::nullopt;  // the ledger has forgotten them since
  const TlsReport report = ReportOf(entry, *tallies);
  Result<std::string> octets = doors_.compose(report);
  if (!octets) {
    const std::string why = octets.error();
    Log(Notice::Level::kWarning, entry, "can't be made and is given up: " + why);
    return Drop(entry, ReportState::kDropped, why);
  }
  const SessionCounts sum = SumOf(report.policies);
  const QueuedReport queued{entry.day,     entry.domain, report.report_id,         now,
                            sum.successes, sum.failures, std::move(octets).value()};
  const Result<bool> added = queue_.Add(queued, record.destinations);
  if (!added) return added.error();
  return std::nullopt;
}

ReportQueue::Problem ReportMaker::PutOff(const Entry& entry, const std::string& why, Time now) {
  ++put_off_;
  const std::uint64_t spread = Spread(options_.seed, entry.day, entry.domain);
  const Attempts attempts = Begin(entry.attempts, now, spread, options_.times);
  const bool hopeless = IsHopeless(attempts, now, options_.times);
  if (hopeless) {
    Log(Notice::Level::kWarning, entry,
        "is given up after " + std::to_string(attempts.tries) + " tries: " + why +
            "; if others fail as well, look at the resolver");
    return Drop(entry, ReportState::kDropped, why);
  }
  Log(Notice::Level::kInfo, entry, "waits: " + why);
  return queue_.Note(entry.day, entry.domain, {ReportState::kLooking, attempts, why});
}

ReportQueue::Problem ReportMaker::Drop(const Entry& entry, ReportState state,
                                       const std::string& why) {
  return queue_.Note(entry.day, entry.domain, {state, {}, why});
}

Result<std::vector<ReportPreview>> ReportMaker::Preview(Time now, std::size_t most) {
  if (const ReportQueue::Problem problem = MakePlan(now)) return Error{*problem};
  std::vector<ReportPreview> previews;
  for (auto entry = plan_.rbegin(); entry != plan_.rend() && entry->due <= now; ++entry) {
    if (previews.size() == most) break;
    RecordAnswer record = AskRecord(entry->day, entry->domain);
    const Result<std::vector<PolicyTally>> tallies = doors_.tallies(entry->day, entry->domain);
    if (!tallies) return Error{tallies.error()};
    const SessionCounts sum = SumOf(*tallies);
    previews.push_back(
        {entry->day, entry->domain, entry->due, std::move(record), sum.successes, sum.failures});
  }
  return previews;
}

}  // namespace tlswarden
