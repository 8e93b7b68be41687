#include "report/page.h"

#include "report/html.h"
#include "report/overview_words.h"
#include "report/page_chart.h"
#include "report/page_sections.h"
#include "report/page_style.h"

namespace tlswarden {
namespace {

bool IsEmpty(const Overview& overview) {
  return overview.sessions() == 0 && overview.failure_types.empty();
}

// Of one domain only what there is: mostly it is another's, about which nobody reports to us.
bool ShowsReceived(const Overview& overview) {
  return overview.frame.domain.empty() || overview.received.reports > 0;
}

std::string Title(const OverviewFrame& frame) {
  return frame.domain.empty() ? "TLS report of " + frame.host : "TLS report on " + frame.domain;
}

void WriteHead(Html& page, const OverviewFrame& frame) {
  page << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
          "<meta name=\"referrer\" content=\"no-referrer\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n<title>"
       << Escaped{Title(frame)} << ", " << Escaped{PeriodName(frame.first, frame.last)}
       << "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>" << kPageStyle
       << "</style>\n</head>\n";
}

void WriteLink(Html& page, Markup id, Markup name) {
  page << "<li><a href=\"#" << id << "\">" << name << "</a></li>\n";
}

void WriteNavigation(Html& page, const Overview& overview) {
  page << "<nav aria-label=\"Sections\">\n<ul>\n";
  if (overview.days.size() > 1) WriteLink(page, "days", "Day by day");
  WriteLink(page, "failures", "Failures");
  if (!overview.frame.domain.empty()) {
    WriteLink(page, "policies", "Policies");
  } else if (!overview.worst.empty()) {
    WriteLink(page, "domains", "Domains");
  }
  if (ShowsReceived(overview)) WriteLink(page, "received", "What others report about us");
  page << "</ul>\n</nav>\n";
}

void WriteHeader(Html& page, const Overview& overview) {
  const OverviewFrame& frame = overview.frame;
  page << "<header>\n<p class=\"brand\">tlswarden</p>\n<h1>" << Escaped{Title(frame)}
       << "</h1>\n<p class=\"frame\">";
  if (!frame.domain.empty()) page << "as counted by " << Escaped{frame.host} << ", ";
  page << Escaped{PeriodName(frame.first, frame.last)} << " (UTC)</p>\n";
  if (!IsEmpty(overview)) WriteNavigation(page, overview);
  page << "</header>\n";
}

void WriteFigure(Html& page, Markup name, std::int64_t number, const std::string& aside,
                 bool is_bad = false) {
  page << "<div><dt>" << name << "</dt><dd class=\"number";
  if (is_bad) page << " bad";
  page << "\">" << Count{number} << "</dd>";
  if (!aside.empty()) page << "<dd class=\"aside\">" << Escaped{aside} << "</dd>";
  page << "</div>\n";
}

void WriteSummary(Html& page, const Overview& overview) {
  page << "<section id=\"summary\" aria-labelledby=\"summary-title\">\n<h2 id=\"summary-title\">"
       << Escaped{Headline(overview)} << "</h2>\n";
  if (IsEmpty(overview)) {
    page << "<p class=\"card\">" << Escaped{NothingCounted()} << "</p>\n</section>\n";
    return;
  }
  const std::int64_t sessions = overview.sessions();
  const ReceivedOverview& received = overview.received;
  page << "<dl class=\"figures\">\n";
  WriteFigure(page, "Sessions", sessions,
              Counted(static_cast<std::int64_t>(overview.days.size()), "day", "days"));
  WriteFigure(page, "Succeeded", overview.successes, Share(overview.successes, sessions));
  WriteFigure(page, "Failed", overview.failures, Share(overview.failures, sessions),
              overview.failures > 0);
  if (overview.frame.domain.empty()) {
    WriteFigure(page, "Domains", static_cast<std::int64_t>(overview.domains),
                Grouped(static_cast<std::int64_t>(overview.failing_domains)) + " with failures");
  }
  if (received.reports > 0) {
    WriteFigure(page, "Reports received", static_cast<std::int64_t>(received.reports),
                Counted(static_cast<std::int64_t>(received.organizations), "organization",
                        "organizations"));
  }
  page << "</dl>\n</section>\n";
}

void WriteFooter(Html& page, const OverviewFrame& frame) {
  page << "<footer>\n<p>Made by tlswarden " << Escaped{frame.version} << " on "
       << Escaped{frame.host} << ", " << Escaped{MomentName(frame.made)}
       << ". The words of the failures are those of <a "
          "href=\"https://www.rfc-editor.org/rfc/rfc8460#section-4.3\">RFC 8460, section 4.3</a>. "
          "Nothing is fetched by this page.</p>\n</footer>\n";
}

}  // namespace

std::string OverviewPage(const Overview& overview) {
  Html page;
  WriteHead(page, overview.frame);
  page << "<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n";
  WriteHeader(page, overview);
  page << "<main id=\"main\" tabindex=\"-1\">\n";
  WriteSummary(page, overview);
  if (!IsEmpty(overview)) {
    WriteFillPatterns(page);
    WriteDays(page, overview);
    WriteFailures(page, overview);
    if (overview.frame.domain.empty()) {
      WriteWorstDomains(page, overview);
    } else {
      WritePolicies(page, overview);
    }
  }
  if (ShowsReceived(overview)) WriteReceived(page, overview);
  page << "</main>\n";
  WriteFooter(page, overview.frame);
  page << "</body>\n</html>\n";
  return page.text();
}

void WriteMore(Html& page, std::size_t more, std::string_view one, std::string_view many) {
  if (more == 0) return;
  page << "<p class=\"more\">and " << Escaped{Counted(static_cast<std::int64_t>(more), one, many)}
       << " more</p>\n";
}

}  // namespace tlswarden
