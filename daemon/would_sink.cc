#include "daemon/would_sink.h"

#include <utility>
#include <variant>

#include "daemon/log_format.h"

namespace tlswarden {
namespace {

// The policy domain; where there is none, what the MTA said: an address literal.
std::string DomainOf(const VerdictGiven& record) {
  if (!record.verdict.policy_domain.ascii.empty()) return record.verdict.policy_domain.ascii;
  std::string_view text = record.recipient;
  if (text.ends_with('>')) text.remove_suffix(1);
  return Printable(text.substr(text.rfind('@') + 1), kMaxDomainOctets);
}

}  // namespace

std::optional<WouldKey> WouldKeyOf(const VerdictGiven& record) {
  if (record.action != Action::kAccept) return std::nullopt;
  const Verdict& verdict = record.verdict;
  const auto key = [&](const std::string& rule, const std::optional<Failure>& failure, Action would,
                       const char* reason) {
    const ResultType type = failure ? failure->type : ResultType::kValidationFailure;
    return WouldKey{"outbound",
                    DomainOf(record),
                    rule,
                    std::string(ToString(type)),
                    std::string(ToString(would)),
                    reason};
  };
  if (verdict.observed && verdict.action != Action::kAccept) {
    return key(verdict.rule, verdict.failure, verdict.action, "observe");
  }
  if (verdict.trial && verdict.trial->action != Action::kAccept) {
    return key(verdict.trial->rule, verdict.trial->failure, verdict.trial->action, "observe");
  }
  if (verdict.testing && verdict.testing->action != Action::kAccept) {
    return key(verdict.rule, verdict.testing->failure, verdict.testing->action, "testing");
  }
  return std::nullopt;
}

// RFC 8460 has words for sessions that go out; of these, the most general.
std::optional<WouldKey> WouldKeyOf(const InboundJudged& record) {
  if (record.action != Action::kAccept) return std::nullopt;
  const InboundVerdict& verdict = record.verdict;
  const bool observed = verdict.observed && verdict.failure;
  const Action would = observed        ? verdict.action
                       : verdict.trial ? verdict.trial->action
                                       : Action::kAccept;
  if (would == Action::kAccept) return std::nullopt;
  const Domain domain = ParseMailAddress(record.sender).domain;
  return WouldKey{
      "inbound",
      domain.ascii.empty() ? Printable(record.client_address, kMaxDomainOctets) : domain.ascii,
      observed ? verdict.rule : verdict.trial->rule,
      std::string(ToString(ResultType::kValidationFailure)),
      std::string(ToString(would)),
      "observe"};
}

void WouldSink::Write(Record record) {
  std::optional<WouldKey> key;
  if (const auto* given = std::get_if<VerdictGiven>(&record)) {
    key = WouldKeyOf(*given);
  } else if (const auto* inbound = std::get_if<InboundJudged>(&record)) {
    key = WouldKeyOf(*inbound);
  }
  if (key && ledger_ != nullptr) ledger_->Add(*std::move(key), clock_());
  next_.Write(std::move(record));
}

}  // namespace tlswarden
