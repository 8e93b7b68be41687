// The sections of failures by result type, and of the domains that have most.
#include "report/explanation.h"
#include "report/overview_words.h"
#include "report/page_sections.h"

namespace tlswarden {
namespace {

double Percent(std::int64_t part, std::int64_t whole) {
  if (part <= 0 || whole <= 0) return 0;
  return 100 * static_cast<double>(part) / static_cast<double>(whole);
}

void WriteFailure(Html& page, const FailureDetail& failure, std::size_t place, bool ours) {
  const Explanation explanation = Explain(failure.result_type);
  page << "<li>\n<div class=\"head\"><h3>";
  if (!ours) WriteSwatch(page, place);
  page << "<code>" << Escaped{TypeName(failure)} << "</code></h3><p class=\"times\">"
       << Escaped{Counted(failure.sessions, "time", "times")} << "</p></div>\n<p>"
       << Escaped{explanation.meaning} << "</p>\n";
  if (!failure.receiving_mx_hostname.empty() || !failure.failure_reason_code.empty()) {
    page << "<dl class=\"facts\">";
    if (!failure.receiving_mx_hostname.empty()) {
      page << "<dt>Mostly at</dt><dd>" << DottedName{failure.receiving_mx_hostname} << "</dd>";
    }
    if (!failure.failure_reason_code.empty()) {
      page << "<dt>Reason</dt><dd>" << Escaped{failure.failure_reason_code} << "</dd>";
    }
    page << "</dl>\n";
  }
  page << "<p class=\"todo\"><strong>What to do.</strong> "
       << Escaped{ours ? explanation.ours : explanation.theirs} << "</p>\n</li>\n";
}

void WriteDomainRow(Html& page, const DomainTotal& total) {
  std::int64_t sessions = 0;
  AddCount(sessions, total.successes);
  AddCount(sessions, total.failures);
  page << "<tr><th scope=\"row\" class=\"host\">" << DottedName{total.domain}
       << "</th><td class=\"n bad\">" << Count{total.failures} << "</td><td class=\"n\">"
       << Count{sessions} << "</td><td class=\"share\"><div><span>"
       << Escaped{Share(total.failures, sessions)}
       << "</span><svg class=\"track\" aria-hidden=\"true\"><rect class=\"bad-fill\" "
          "height=\"100%\" width=\""
       << Decimal{Percent(total.failures, sessions)} << "%\"/></svg></div></td></tr>\n";
}

}  // namespace

void WriteFailures(Html& page, const Overview& overview) {
  page << "<section id=\"failures\" aria-labelledby=\"failures-title\">\n<h2 "
          "id=\"failures-title\">Failures by result type</h2>\n";
  if (overview.failure_types.empty()) {
    page << "<p class=\"card\">There were none.</p>\n</section>\n";
    return;
  }
  page << "<p class=\"note\">" << Escaped{TypesAreNotSessions()} << "</p>\n";
  WriteFailureList(page, overview.failure_types, false);
  page << "</section>\n";
}

void WriteFailureList(Html& page, const std::vector<FailureDetail>& failures, bool ours) {
  page << "<ul class=\"failures\">\n";
  for (std::size_t place = 0; place < failures.size(); ++place) {
    WriteFailure(page, failures[place], place, ours);
  }
  page << "</ul>\n";
}

void WriteWorstDomains(Html& page, const Overview& overview) {
  if (overview.worst.empty()) return;
  page << "<section id=\"domains\" aria-labelledby=\"domains-title\">\n<h2 "
          "id=\"domains-title\">Domains with the most failures</h2>\n<div class=\"card\">\n";
  page << "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"domains-title\">"
          "\n<table>\n<thead><tr><th scope=\"col\">Domain</th><th scope=\"col\" "
          "class=\"n\">Failed</th><th scope=\"col\" class=\"n\">Sessions</th><th "
          "scope=\"col\">Share</th></tr></thead>\n<tbody>\n";
  for (const DomainTotal& total : overview.worst) WriteDomainRow(page, total);
  page << "</tbody>\n</table>\n</div>\n";
  WriteMore(page, overview.failing_domains - overview.worst.size(), "domain", "domains");
  page << "</div>\n</section>\n";
}

}  // namespace tlswarden
