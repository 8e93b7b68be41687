#include "report/report_sender.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "policy/ascii.h"
#include "report/report_mail.h"

namespace tlswarden {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// With nothing to do; also the longest for which a clock that jumped isn't noticed.
constexpr seconds kLongestNap{60};
constexpr seconds kShortestNap{1};
// After trouble with a file: a full disk isn't empty in a moment.
constexpr seconds kAfterTrouble{30};

std::string ReportText(const Claim& claim) {
  const QueuedReport& report = claim.report;
  return "domain=" + report.domain + " day=" + DayText(report.day) +
         " to=" + ToString(claim.target.destination) +
         " sessions=" + std::to_string(report.successes + report.failures) +
         " failures=" + std::to_string(report.failures) + " report-id=" + report.report_id;
}

PostOutcome ToPostOutcome(const SmtpOutcome& outcome) {
  PostOutcome same;
  same.why = outcome.why;
  switch (outcome.status) {
    case SmtpOutcome::Status::kSent:
      same.status = PostOutcome::Status::kAccepted;
      break;
    case SmtpOutcome::Status::kPermanent:
      same.status = PostOutcome::Status::kPermanent;
      break;
    case SmtpOutcome::Status::kTemporary:
      // Without a word about the recipient it is the relay that takes nothing now.
      same.unreachable = outcome.refused.empty();
  }
  return same;
}

// What a person can do about a target that was given up.
std::string Advice(const Claim& claim) {
  if (claim.target.destination.scheme == ReportDestination::Scheme::kHttps) {
    return "its domain's server must heal that; nothing to do here unless all of https fails";
  }
  return "if other domains' reports fail as well, see the relay's log and [tlsrpt] submit";
}

}  // namespace

ReportSender::ReportSender(ReportQueue queue, SenderOptions options, SenderDoors doors)
    : queue_(std::move(queue)),
      options_(std::move(options)),
      doors_(std::move(doors)),
      maker_(queue_, options_.maker, doors_.maker) {}

ReportSender::~ReportSender() { Stop(); }

void ReportSender::Start() {
  thread_ = std::thread([this] { RunUntilStopped(); });
}

void ReportSender::Stop() {
  std::thread ending;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ending.swap(thread_);
  }
  changed_.notify_all();
  if (ending.joinable()) ending.join();
}

void ReportSender::Log(Notice::Level level, const std::string& text) {
  doors_.maker.log({level, PrintableAscii("tlsrpt: " + text)});
}

ReportSender::Outcome ReportSender::Try(Claim claim, Time now) {
  const ReportDestination& destination = claim.target.destination;
  PostOutcome result;
  if (destination.scheme == ReportDestination::Scheme::kMailto) {
    const ReportMail mail{claim.report, destination.target, options_.sender,
                          Submitter(options_.maker.contact_info)};
    result = ToPostOutcome(
        doors_.submit({options_.sender, {destination.target}, doors_.compose_mail(mail)}));
  } else {
    result = doors_.post(destination.target, claim.report.octets, kReportMediaType);
  }
  Outcome outcome{std::move(claim), TargetState::kWaiting, PrintableAscii(result.why), false};
  if (result.status == PostOutcome::Status::kAccepted) {
    outcome.state = TargetState::kSent;
  } else if (result.status == PostOutcome::Status::kPermanent ||
             IsHopeless(outcome.claim.target.attempts, now, options_.maker.times)) {
    outcome.state = TargetState::kGivenUp;
  }
  outcome.peer_failed = result.unreachable && result.status == PostOutcome::Status::kTemporary;
  return outcome;
}

void ReportSender::Tell(const Outcome& outcome) {
  const std::string report = ReportText(outcome.claim);
  switch (outcome.state) {
    case TargetState::kSent:
      ++counts_.sent;
      return Log(Notice::Level::kInfo,
                 "report sent: " + report + (outcome.why.empty() ? "" : ": " + outcome.why));
    case TargetState::kGivenUp:
      ++counts_.given_up;
      return Log(Notice::Level::kWarning, "report given up: " + report + " tries=" +
                                              std::to_string(outcome.claim.target.attempts.tries) +
                                              ": " + outcome.why + "; " + Advice(outcome.claim));
    case TargetState::kWaiting:
      ++counts_.failed;
      return Log(Notice::Level::kInfo, "report not sent yet: " + report + " next-try=" +
                                           ToString(outcome.claim.target.attempts.next) + ": " +
                                           outcome.why);
  }
}

ReportQueue::Problem ReportSender::Keep(Time now) {
  if (!unkept_) return std::nullopt;
  if (ReportQueue::Problem problem = queue_.Finish(unkept_->claim, unkept_->state, unkept_->why)) {
    return problem;
  }
  const Outcome kept = *std::exchange(unkept_, std::nullopt);
  Tell(kept);
  if (!kept.peer_failed) return std::nullopt;
  const Result<std::vector<Claim>> given_up =
      queue_.FailPeer(PeerOf(kept.claim.target.destination), kept.why, now, options_.maker.times);
  if (!given_up) return given_up.error();
  for (const Claim& claim : *given_up) Tell({claim, TargetState::kGivenUp, kept.why, false});
  return std::nullopt;
}

Result<ReportSender::Progress> ReportSender::Step(Time now) {
  Progress progress;
  if (const ReportQueue::Problem problem = Keep(now)) return Error{*problem};
  const Result<bool> made = maker_.MakeNext(now);
  // What is in the queue goes out though the ledger can't be read.
  if (made) progress.made = *made;
  Result<std::optional<Claim>> claim = queue_.ClaimNext(now, options_.maker.times);
  if (!claim) return Error{claim.error()};
  if (claim->has_value()) {
    unkept_ = Try(**claim, now);
    progress.tried = unkept_->state;
    if (const ReportQueue::Problem problem = Keep(now)) return Error{*problem};
    return progress;
  }
  if (!made) return Error{made.error()};
  return progress;
}

milliseconds ReportSender::Pace() const {
  return milliseconds(60000) / std::max(1, options_.reports_a_minute);
}

milliseconds ReportSender::After(const Result<Progress>& progress, Time now) {
  if (!progress) {
    if (!std::exchange(complained_, true)) {
      Log(Notice::Level::kError, "reports can't be made or sent: " + progress.error() +
                                     "; tried again every " +
                                     std::to_string(kAfterTrouble.count()) + " s");
    }
    return kAfterTrouble;
  }
  complained_ = false;
  if (progress->tried) return Pace();
  if (progress->made) return milliseconds(0);
  Time next = std::min(maker_.NextDue(), now + kLongestNap);
  const Result<std::optional<Time>> due = queue_.NextDue(now, options_.maker.times);
  if (due && due->has_value()) next = std::min(next, **due);
  return std::clamp<milliseconds>(next - now, kShortestNap, kLongestNap);
}

// False: it is time to stop.
bool ReportSender::Pause(milliseconds wait) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, wait, [this] { return stopping_; });
}

void ReportSender::RunUntilStopped() {
  milliseconds wait{0};
  while (Pause(wait)) {
    const Time now = doors_.clock();
    wait = After(Step(now), now);
  }
}

Result<SendCounts> ReportSender::SendDue() {
  counts_ = {};
  const std::size_t put_off = maker_.put_off();
  milliseconds wait{0};
  while (Pause(wait)) {
    const Result<Progress> progress = Step(doors_.clock());
    if (!progress) return Error{progress.error()};
    if (!progress->tried && !progress->made) break;
    wait = progress->tried ? Pace() : milliseconds(0);
  }
  counts_.put_off = maker_.put_off() - put_off;
  return counts_;
}

Result<std::vector<ReportPreview>> ReportSender::Preview(std::size_t most) {
  return maker_.Preview(doors_.clock(), most);
}

Result<std::vector<Claim>> ReportSender::PreviewTargets(std::size_t most) {
  return queue_.Waiting(doors_.clock(), most, options_.maker.times);
}

}  // namespace tlswarden
