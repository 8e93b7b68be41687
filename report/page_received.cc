// The section of what others report about us.
#include <algorithm>

#include "report/overview_words.h"
#include "report/page_sections.h"

namespace tlswarden {
namespace {

void WriteTotals(Html& page, const std::vector<ReceivedTotal>& totals) {
  page << "<dl class=\"figures\">\n";
  for (const ReceivedTotal& total : totals) {
    std::int64_t sessions = 0;
    AddCount(sessions, total.successes);
    AddCount(sessions, total.failures);
    page << "<div><dt>Sessions under " << Escaped{PolicyName(total.policy_type, {})}
         << "</dt><dd class=\"number\">" << Count{sessions} << "</dd><dd class=\"aside";
    if (total.failures > 0) page << " bad";
    page << "\">" << Count{total.failures} << " failed</dd></div>\n";
  }
  page << "</dl>\n";
}

std::string Days(const ReceivedRow& row) {
  // Some reports end with the next day's first second.
  const Time end = std::max(row.begin, row.end - std::chrono::seconds(1));
  return PeriodName(DayOf(row.begin), DayOf(end));
}

void WriteRow(Html& page, const ReceivedRow& row) {
  page << "<tr><th scope=\"row\" class=\"host\">" << Escaped{row.organization}
       << "</th><td class=\"n";
  if (row.failures > 0) page << " bad";
  page << "\">" << Count{row.failures} << "</td><td class=\"n\">" << Count{row.successes}
       << "</td><td class=\"host\">" << DottedName{row.policy_domain}
       << "</td><td class=\"nowrap\">" << Escaped{PolicyName(row.policy_type, row.mode)}
       << "</td><td class=\"nowrap\">" << Escaped{Days(row)} << "</td><td class=\"n\">"
       << Count{static_cast<std::int64_t>(row.reports)} << "</td></tr>\n";
}

void WriteRows(Html& page, const ReceivedOverview& received) {
  page << "<div class=\"card\">\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
          "aria-labelledby=\"received-title\">\n<table>\n<thead><tr><th "
          "scope=\"col\">Organization</th><th scope=\"col\" class=\"n\">Failed</th><th "
          "scope=\"col\" class=\"n\">Succeeded</th><th scope=\"col\">Domain</th><th "
          "scope=\"col\">Policy</th><th scope=\"col\">Days</th><th scope=\"col\" "
          "class=\"n\">Reports</th></tr></thead>\n<tbody>\n";
  for (const ReceivedRow& row : received.rows) WriteRow(page, row);
  page << "</tbody>\n</table>\n</div>\n";
  WriteMore(page, received.more_rows, "row", "rows");
  const bool tests = std::any_of(received.rows.begin(), received.rows.end(),
                                 [](const ReceivedRow& row) { return row.mode == "testing"; });
  if (tests) {
    page << "<p class=\"more\">A policy in mode testing only has failures reported; it protects no "
            "mail.</p>\n";
  }
  page << "</div>\n";
}

}  // namespace

void WriteReceived(Html& page, const Overview& overview) {
  const ReceivedOverview& received = overview.received;
  page << "<section id=\"received\" aria-labelledby=\"received-title\">\n<h2 "
          "id=\"received-title\">What others report about us</h2>\n";
  if (received.reports == 0) {
    page << "<p class=\"card\">" << Escaped{NothingReceived()} << "</p>\n</section>\n";
    return;
  }
  page << "<p class=\"note\">" << Escaped{ReceivedHeadline(received)};
  page << " " << Escaped{TypesCountTwice(received)};
  page << "</p>\n<div class=\"stack\">\n";
  WriteTotals(page, received.totals);
  WriteRows(page, received);
  if (!received.failures.empty()) WriteFailureList(page, received.failures, true);
  page << "</div>\n</section>\n";
}

}  // namespace tlswarden
