#include "report/overview_text.h"

#include <algorithm>
#include <utility>

#include "report/explanation.h"
#include "report/overview_words.h"
#include "report/shown_text.h"
#include "report/text_table.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMostLines = 31;  // of days; a month is shown day by day
constexpr std::size_t kIndent = 2;
constexpr std::size_t kInner = 4;
constexpr std::size_t kTypesWidth = 56;  // beside a day and numbers; beside several days less

std::string More(std::size_t more, std::string_view one, std::string_view many) {
  if (more == 0) return {};
  return "  and " + Counted(static_cast<std::int64_t>(more), one, many) + " more\n";
}

// As many as fit, the most frequent of the period first.
std::string TypesOfDay(const Overview& overview, const OverviewDay& day) {
  std::string text;
  const std::size_t most = day.first == day.last ? kTypesWidth : kTypesWidth - 14;
  std::size_t more = 0;
  for (std::size_t i = 0; i < day.by_type.size(); ++i) {
    if (day.by_type[i] == 0) continue;
    const std::string type = std::string(text.empty() ? "" : ", ") +
                             ShownText(TypeName(overview.failure_types[i])) + ' ' +
                             Grouped(day.by_type[i]);
    if (more > 0 || ShownWidth(text + type) > most) {
      ++more;
    } else {
      text += type;
    }
  }
  if (more == 0) return text;
  return text + (text.empty() ? "" : ", ") + std::to_string(more) + " more";
}

// A range of days as programs write them, so that lines can be compared.
std::string Days(const OverviewDay& day) {
  const std::string first = DayText(day.first);
  return day.first == day.last ? first : first + " to " + DayText(day.last);
}

std::string DaysText(const Overview& overview) {
  std::vector<std::vector<std::string>> rows;
  for (const OverviewDay& day : GroupDays(overview.days, kMostLines)) {
    rows.push_back(
        {Days(day), Grouped(day.successes), Grouped(day.failures), TypesOfDay(overview, day)});
  }
  return Headed("Sessions of each day") +
         TextTable({{"day"}, {"succeeded", true}, {"failed", true}, {"result types"}}, rows) + '\n';
}

std::string FailureText(const FailureDetail& failure, bool ours) {
  const Explanation explanation = Explain(failure.result_type);
  std::string text =
      Wrapped(std::string(TypeName(failure)) + ": " + Counted(failure.sessions, "time", "times"),
              kIndent) +
      Wrapped(explanation.meaning, kInner);
  if (!failure.receiving_mx_hostname.empty() || !failure.failure_reason_code.empty()) {
    std::string most = "Mostly";
    if (!failure.receiving_mx_hostname.empty()) most += " at " + failure.receiving_mx_hostname;
    if (!failure.failure_reason_code.empty()) most += ": " + failure.failure_reason_code;
    text += Wrapped(most, kInner);
  }
  return text +
         Wrapped("To do: " + std::string(ours ? explanation.ours : explanation.theirs), kInner);
}

std::string FailuresText(const std::vector<FailureDetail>& failures, std::string_view title,
                         bool ours) {
  if (failures.empty()) return {};
  std::string text = Headed(title);
  for (const FailureDetail& failure : failures) text += FailureText(failure, ours) + '\n';
  return text;
}

std::string WorstText(const Overview& overview) {
  if (overview.worst.empty()) return {};
  std::vector<std::vector<std::string>> rows;
  for (const DomainTotal& total : overview.worst) {
    std::int64_t sessions = 0;
    AddCount(sessions, total.successes);
    AddCount(sessions, total.failures);
    rows.push_back({total.domain, Grouped(total.failures), Grouped(sessions),
                    Share(total.failures, sessions)});
  }
  return Headed("Domains with the most failures") +
         TextTable({{"domain"}, {"failed", true}, {"sessions", true}, {"share", true}}, rows) +
         More(overview.failing_domains - overview.worst.size(), "domain", "domains") + '\n';
}

std::string PoliciesText(const Overview& overview) {
  std::string text;
  for (const PolicyTally& tally : overview.policies) {
    text += Headed("Policy: " + PolicyName(tally.policy.type, PolicyMode(tally.policy)));
    if (!tally.policy.domain.empty()) text += Wrapped("domain: " + tally.policy.domain, kIndent);
    for (std::size_t i = 0; i < std::min(tally.policy.strings.size(), kMostShownStrings); ++i) {
      text += Wrapped(tally.policy.strings[i], kInner);
    }
    text += Wrapped(
        "succeeded: " + Grouped(tally.successes) + ", failed: " + Grouped(tally.failures), kIndent);
    std::vector<std::vector<std::string>> rows;
    for (const FailureDetail& detail : tally.details) {
      rows.push_back({Grouped(detail.sessions), std::string(TypeName(detail)),
                      detail.receiving_mx_hostname, detail.failure_reason_code});
    }
    if (!rows.empty()) {
      text += '\n' + TextTable({{"times", true},
                                {"result type", false, 26},
                                {"MX host", false, 32},
                                {"reason", false, 26}},
                               rows);
    }
    text += '\n';
  }
  return text + More(overview.more_policies, "policy", "policies");
}

std::string ReceivedText(const ReceivedOverview& received) {
  std::string text = Headed("What others report about us");
  if (received.reports == 0) return text + Wrapped(NothingReceived(), kIndent) + '\n';
  text += Wrapped(ReceivedHeadline(received), kIndent) + '\n';
  std::vector<std::vector<std::string>> rows;
  for (const ReceivedRow& row : received.rows) {
    rows.push_back({row.organization, row.policy_domain, PolicyName(row.policy_type, row.mode),
                    Grouped(row.successes), Grouped(row.failures)});
  }
  text += TextTable({{"organization", false, 26},
                     {"domain", false, 30},
                     {"policy", false, 16},
                     {"succeeded", true},
                     {"failed", true}},
                    rows) +
          More(received.more_rows, "row", "rows") + '\n';
  const std::string_view twice = TypesCountTwice(received);
  if (!twice.empty()) text += Wrapped(twice, kIndent) + '\n';
  return text + FailuresText(received.failures, "Failures that others report", true);
}

}  // namespace

std::string OverviewText(const Overview& overview) {
  const OverviewFrame& frame = overview.frame;
  std::string title = "TLS report of " + frame.host;
  if (!frame.domain.empty()) title += " on " + frame.domain;
  std::string text = Headed(title) + Wrapped(PeriodName(frame.first, frame.last) + " (UTC)", 0) +
                     Wrapped(Headline(overview), 0) + '\n';
  const bool empty = overview.sessions() == 0 && overview.failure_types.empty();
  text += empty ? Wrapped(NothingCounted(), 0) + '\n' : DaysText(overview);
  text += FailuresText(overview.failure_types, "Failures by result type", false);
  if (!overview.failure_types.empty()) text += Wrapped(TypesAreNotSessions(), 0) + '\n';
  text += frame.domain.empty() ? WorstText(overview) : PoliciesText(overview);
  // Of one domain only what there is: mostly it is another's, about which nobody reports to us.
  const bool received = frame.domain.empty() || overview.received.reports > 0;
  return received ? text + ReceivedText(overview.received) : text;
}

}  // namespace tlswarden
