// The section of days: what the charts show, and the same as a table.
#include <algorithm>
#include <array>

#include "report/overview_words.h"
#include "report/page_chart.h"
#include "report/page_sections.h"
#include "report/shown_text.h"

namespace tlswarden {
namespace {

// The last is for all types that have no fill of their own.
constexpr std::array<Markup, 6> kTypeFills = {"f1", "f2", "f3", "f4", "f5", "f6"};

// Of `types`, how many are drawn with a fill of their own.
std::size_t OwnFills(std::size_t types) {
  return types <= kTypeFills.size() ? std::min(types, kTypeFills.size()) : kTypeFills.size() - 1;
}

// Values of the bar: each type with a fill of its own, and the others as one.
std::vector<std::int64_t> TypeValues(const OverviewDay& day) {
  const std::size_t own = OwnFills(day.by_type.size());
  std::vector<std::int64_t> values(day.by_type.begin(),
                                   day.by_type.begin() + static_cast<std::ptrdiff_t>(own));
  if (own == day.by_type.size()) return values;
  values.push_back(0);
  for (std::size_t i = own; i < day.by_type.size(); ++i) AddCount(values.back(), day.by_type[i]);
  return values;
}

std::vector<ChartSeries> TypeSeries(const Overview& overview) {
  const std::size_t types = overview.failure_types.size(), own = OwnFills(types);
  std::vector<ChartSeries> series;
  for (std::size_t i = 0; i < own; ++i) {
    series.push_back({std::string(TypeName(overview.failure_types[i])), kTypeFills[i]});
  }
  if (own < types) series.push_back({"others", kTypeFills[own]});
  return series;
}

// For both charts: sessions always, types only where there are some.
std::string BarName(const OverviewDay& day, const std::vector<ChartSeries>& series,
                    const std::vector<std::int64_t>& values, bool always) {
  constexpr std::size_t kMostOfName = 32;  // strangers' may be longer than all the RFC's
  std::string name = PeriodName(day.first, day.last);
  char before = ':';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 0 && !always) continue;
    name += before;
    name += ' ' + ShownText(series[i].name, kMostOfName) + ' ' + Grouped(values[i]);
    before = ',';
  }
  return name;
}

// Years only where they differ.
std::string Tick(const Overview& overview, const OverviewDay& day) {
  const std::string name = DayName(day.first);
  const std::string year = name.substr(name.rfind(' '));
  const bool one_year =
      DayName(overview.frame.first).ends_with(year) && DayName(overview.frame.last).ends_with(year);
  const bool is_long = overview.days.size() > 2 * kMostBars;
  if (is_long && !one_year) return name.substr(name.find(' ') + 1);
  return name.substr(0, name.rfind(' '));
}

std::string EachBar(const std::vector<OverviewDay>& days) {
  const auto length = days.empty() ? 1 : (days.back().last - days.back().first).count() + 1;
  return length == 1 ? "each day" : "each " + std::to_string(length) + " days";
}

BarChart SessionsChart(const Overview& overview, const std::vector<OverviewDay>& days) {
  BarChart chart{"sessions-chart",
                 "Sessions of " + EachBar(days),
                 Headline(overview),
                 {{"succeeded", "f-good"}, {"failed", "f-bad"}},
                 {},
                 190};
  for (const OverviewDay& day : days) {
    std::vector<std::int64_t> values = {day.successes, day.failures};
    std::string name = BarName(day, chart.series, values, true);
    chart.bars.push_back({std::move(name), Tick(overview, day), std::move(values)});
  }
  return chart;
}

BarChart TypesChart(const Overview& overview, const std::vector<OverviewDay>& days) {
  BarChart chart{"types-chart",
                 "Failures of " + EachBar(days) + " by result type",
                 {},
                 TypeSeries(overview),
                 {},
                 120};
  for (const FailureDetail& failure : overview.failure_types) {
    if (!chart.description.empty()) chart.description += ", ";
    chart.description.append(TypeName(failure)).append(": ") += Grouped(failure.sessions);
  }
  for (const OverviewDay& day : days) {
    std::vector<std::int64_t> values = TypeValues(day);
    std::string name = BarName(day, chart.series, values, false);
    chart.bars.push_back({std::move(name), Tick(overview, day), std::move(values)});
  }
  return chart;
}

void WriteTable(Html& page, const std::vector<OverviewDay>& days,
                const std::vector<ChartSeries>& types) {
  page << "<details>\n<summary>The same figures as a table</summary>\n<div class=\"scroll\" "
          "tabindex=\"0\" role=\"region\" aria-label=\"Figures of the charts\">\n<table>\n"
          "<caption>Sessions, and failures by result type</caption>\n<thead><tr><th "
          "scope=\"col\">Days</th><th scope=\"col\" class=\"n\">Succeeded</th><th scope=\"col\" "
          "class=\"n\">Failed</th>";
  for (const ChartSeries& type : types) {
    page << "<th scope=\"col\" class=\"n\">" << Escaped{type.name} << "</th>";
  }
  page << "</tr></thead>\n<tbody>\n";
  for (const OverviewDay& day : days) {
    page << "<tr><th scope=\"row\" class=\"nowrap\">" << Escaped{PeriodName(day.first, day.last)}
         << "</th><td class=\"n\">" << Count{day.successes} << "</td><td class=\"n\">"
         << Count{day.failures} << "</td>";
    for (const std::int64_t value : TypeValues(day)) {
      page << "<td class=\"n\">" << Count{value} << "</td>";
    }
    page << "</tr>\n";
  }
  page << "</tbody>\n</table>\n</div>\n</details>\n";
}

}  // namespace

void WriteDays(Html& page, const Overview& overview) {
  if (overview.days.size() < 2) return;
  const std::vector<OverviewDay> days = GroupDays(overview.days, kMostBars);
  page << "<section id=\"days\" aria-labelledby=\"days-title\">\n<h2 id=\"days-title\">Day by "
          "day</h2>\n<div class=\"card\">\n";
  WriteBarChart(page, SessionsChart(overview, days));
  if (!overview.failure_types.empty()) WriteBarChart(page, TypesChart(overview, days));
  WriteTable(page, days, TypeSeries(overview));
  page << "</div>\n</section>\n";
}

void WriteSwatch(Html& page, std::size_t type) {
  page << "<svg class=\"swatch\" aria-hidden=\"true\"><rect class=\""
       << kTypeFills[std::min(type, kTypeFills.size() - 1)]
       << "\" width=\"100%\" height=\"100%\"/></svg> ";
}

}  // namespace tlswarden
