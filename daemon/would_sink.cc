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
  const bool observed = verdict.observed && verdict.action != Action::kAccept;
  const bool tested = verdict.testing && verdict.testing->action != Action::kAccept;
  if (!observed && !tested) return std::nullopt;
  const Action would = observed ? verdict.action : verdict.testing->action;
  const std::optional<Failure>& failure = observed ? verdict.failure : verdict.testing->failure;
  const ResultType type = failure ? failure->type : ResultType::kValidationFailure;
  return WouldKey{"outbound",
                  DomainOf(record),
                  verdict.rule,
                  std::string(ToString(type)),
                  std::string(ToString(would)),
                  observed ? "observe" : "testing"};
}

void WouldSink::Write(Record record) {
  const auto* given = std::get_if<VerdictGiven>(&record);
  if (given != nullptr && ledger_ != nullptr) {
    if (std::optional<WouldKey> key = WouldKeyOf(*given)) ledger_->Add(*std::move(key), clock_());
  }
  next_.Write(std::move(record));
}

}  // namespace tlswarden
