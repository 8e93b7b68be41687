#include "report/overview_read.h"

#include <iterator>
#include <optional>
#include <string>
#include <utility>

namespace tlswarden {
namespace {

// So that they can be counted; 100 octets each.
constexpr std::size_t kMostDomainsRead = 1000000;

// Puts the value into `into`, or says what went wrong.
template <typename T>
std::optional<std::string> Take(Result<T> result, T& into) {
  if (!result) return result.error();
  into = std::move(result).value();
  return std::nullopt;
}

std::optional<std::string> ReadDays(LedgerReader& ledger, const OverviewFrame& frame,
                                    LedgerFigures& figures) {
  auto error = Take(ledger.DayTotals(frame.first, frame.last, frame.domain), figures.days);
  if (error) return error;
  error = Take(ledger.Failures(frame.first, frame.last, frame.domain), figures.failures);
  if (error || figures.failures.empty()) return error;
  // Not only days with failed sessions: a policy failure may have stopped no mail.
  for (Day day = frame.first; day <= frame.last; day += std::chrono::days(1)) {
    DayFailures& failed = figures.day_failures.emplace_back(DayFailures{day, {}});
    error = Take(ledger.Failures(day, day, frame.domain), failed.failures);
    if (error) return error;
  }
  return std::nullopt;
}

std::optional<std::string> ReadDomain(LedgerReader& ledger, const OverviewFrame& frame,
                                      LedgerFigures& figures) {
  for (Day day = frame.first; day <= frame.last; day += std::chrono::days(1)) {
    std::vector<PolicyTally> tallies;
    if (auto error = Take(ledger.Tallies(day, frame.domain), tallies)) return error;
    std::move(tallies.begin(), tallies.end(), std::back_inserter(figures.policies));
  }
  return std::nullopt;
}

}  // namespace

Result<Overview> ReadOverview(LedgerReader& ledger, OverviewFrame frame,
                              const std::vector<TlsReport>& received) {
  frame = CutPeriod(std::move(frame));
  LedgerFigures figures;
  if (auto error = ReadDays(ledger, frame, figures)) return Error{*error};
  auto error =
      frame.domain.empty()
          ? Take(ledger.DomainTotals(frame.first, frame.last, kMostDomainsRead), figures.domains)
          : ReadDomain(ledger, frame, figures);
  if (error) return Error{*error};
  return MakeOverview(std::move(frame), figures, received);
}

}  // namespace tlswarden
