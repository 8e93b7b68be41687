// The section of one domain's policies, and what failed under them.
#include <algorithm>

#include "report/overview_words.h"
#include "report/page_sections.h"

namespace tlswarden {
namespace {

void WriteStrings(Html& page, const std::vector<std::string>& strings) {
  if (strings.empty()) return;
  page << "<pre>";
  const std::size_t shown = std::min(strings.size(), kMostShownStrings);
  for (std::size_t i = 0; i < shown; ++i) page << Escaped{strings[i]} << "\n";
  page << "</pre>\n";
  WriteMore(page, strings.size() - shown, "line", "lines");
}

void WriteDetails(Html& page, const std::vector<FailureDetail>& details) {
  if (details.empty()) return;
  page << "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Failures under this "
          "policy\">\n<table>\n<thead><tr><th scope=\"col\">Result type</th><th scope=\"col\" "
          "class=\"n\">Times</th><th scope=\"col\">MX host</th><th scope=\"col\">Address</th><th "
          "scope=\"col\">Reason</th></tr></thead>\n<tbody>\n";
  for (const FailureDetail& detail : details) {
    page << "<tr><th scope=\"row\" class=\"nowrap\"><code>" << Escaped{TypeName(detail)}
         << "</code></th><td class=\"n\">" << Count{detail.sessions} << "</td><td class=\"host\">"
         << DottedName{detail.receiving_mx_hostname} << "</td><td class=\"nowrap\">"
         << Escaped{detail.receiving_ip} << "</td><td class=\"host\">"
         << Escaped{detail.failure_reason_code} << "</td></tr>\n";
  }
  page << "</tbody>\n</table>\n</div>\n";
  if (details.size() == kMostDetails) page << "<p class=\"more\">The most frequent only.</p>\n";
}

void WritePolicy(Html& page, const PolicyTally& tally) {
  page << "<article class=\"card\">\n<h3>"
       << Escaped{PolicyName(tally.policy.type, PolicyMode(tally.policy))}
       << "</h3>\n<dl class=\"facts\">";
  if (!tally.policy.domain.empty()) {
    page << "<dt>Policy domain</dt><dd>" << DottedName{tally.policy.domain} << "</dd>";
  }
  page << "<dt>Succeeded</dt><dd>" << Count{tally.successes} << "</dd><dt>Failed</dt><dd>"
       << Count{tally.failures} << "</dd></dl>\n";
  WriteStrings(page, tally.policy.strings);
  WriteDetails(page, tally.details);
  page << "</article>\n";
}

}  // namespace

void WritePolicies(Html& page, const Overview& overview) {
  page << "<section id=\"policies\" aria-labelledby=\"policies-title\">\n<h2 "
          "id=\"policies-title\">Policies, and what failed under them</h2>\n";
  if (overview.policies.empty()) page << "<p class=\"card\">None was counted.</p>\n";
  for (const PolicyTally& tally : overview.policies) WritePolicy(page, tally);
  WriteMore(page, overview.more_policies, "policy", "policies");
  page << "</section>\n";
}

}  // namespace tlswarden
