#include "report/overview_words.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tlswarden {
namespace {

std::string DayAndMonth(const std::chrono::year_month_day& date) {
  const unsigned month = static_cast<unsigned>(date.month());
  return std::to_string(static_cast<unsigned>(date.day())) + ' ' +
         std::string(kMonthNames[month - 1]);
}

}  // namespace

std::string Grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  const std::size_t sign = number < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > sign + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string Counted(std::int64_t number, std::string_view one, std::string_view many) {
  return Grouped(number).append(" ").append(number == 1 ? one : many);
}

std::string Share(std::int64_t part, std::int64_t whole) {
  if (part <= 0 || whole <= 0) return "0 %";
  if (part >= whole) return "100 %";
  const long double share = static_cast<long double>(part) / static_cast<long double>(whole);
  const auto tenths = std::llround(share * 1000);
  if (tenths == 0) return "under 0.1 %";
  if (tenths == 1000) return "over 99.9 %";
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " %";
}

std::string DayName(Day day) {
  const std::chrono::year_month_day date(day);
  return DayAndMonth(date) + ' ' + std::to_string(static_cast<int>(date.year()));
}

std::string PeriodName(Day first, Day last) {
  if (first == last) return DayName(last);
  const std::chrono::year_month_day begin(first), end(last);
  const bool same_year = begin.year() == end.year();
  return (same_year ? DayAndMonth(begin) : DayName(first)) + " to " + DayName(last);
}

std::string MomentName(Time time) {
  return DayName(DayOf(time)) + ", " + ToString(time).substr(11, 5) + " UTC";
}

std::string Headline(const Overview& overview) {
  const std::int64_t sessions = overview.sessions();
  if (sessions == 0 && overview.failure_types.empty()) return "Nothing was counted.";
  if (sessions == 0) return "No session was counted, but policies failed.";
  if (overview.failures == 0) {
    return sessions == 1 ? "The one session had TLS as it should."
                         : "All " + Grouped(sessions) + " sessions had TLS as they should.";
  }
  std::string text = Share(overview.successes, sessions) + " of " +
                     Counted(sessions, "session", "sessions") + " had TLS as they should. " +
                     Grouped(overview.failures) + " failed";
  if (overview.failing_domains > 0) {
    text += ", at " + Grouped(static_cast<std::int64_t>(overview.failing_domains)) + " of " +
            Counted(static_cast<std::int64_t>(overview.domains), "domain", "domains");
  }
  return text + '.';
}

std::string ReceivedHeadline(const ReceivedOverview& received) {
  const auto reports = static_cast<std::int64_t>(received.reports);
  std::string text =
      Counted(reports, "report", "reports") + " from " +
      Counted(static_cast<std::int64_t>(received.organizations), "organization", "organizations");
  const bool failed = std::any_of(received.totals.begin(), received.totals.end(),
                                  [](const ReceivedTotal& total) { return total.failures > 0; });
  return text + (failed ? ". Some sessions to us failed." : ". No session to us failed.");
}

std::string_view NothingCounted() {
  return "Sessions are counted when Postfix 3.10 or newer tells them ([tlsrpt] socket), or when "
         "they "
         "are read from the mail log ([tlsrpt] mail-log). See tlswarden.conf(5).";
}

std::string_view NothingReceived() {
  return "No report of others was read. Senders report to a domain that asks for it with a TXT "
         "record at _smtp._tls.DOMAIN, for example v=TLSRPTv1; rua=mailto:tls-reports@DOMAIN.";
}

std::string_view TypesAreNotSessions() {
  return "A session that failed for two reasons counts under both, and a policy failure that "
         "stopped no mail counts here, too: the sum can differ from that of failed sessions.";
}

std::string_view TypesCountTwice(const ReceivedOverview& received) {
  const auto has = [&](std::string_view type) {
    return std::any_of(received.totals.begin(), received.totals.end(),
                       [&](const ReceivedTotal& total) { return total.policy_type == type; });
  };
  if (!has("sts") || !has("tlsa")) return {};
  return "Some organizations count a session under tlsa and again under sts: figures of different "
         "policy types can't be added up.";
}

std::string PolicyName(std::string_view type, std::string_view mode) {
  std::string name(type.empty() ? "unknown" : type);
  if (!mode.empty()) name.append(", ").append(mode);
  return name;
}

std::string_view TypeName(const FailureDetail& failure) {
  return failure.result_type.empty() ? std::string_view("unknown")
                                     : std::string_view(failure.result_type);
}

}  // namespace tlswarden
