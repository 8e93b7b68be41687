#include "report/page_chart.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "report/overview.h"
#include "report/overview_words.h"

namespace tlswarden {
namespace {

constexpr int kAbove = 10;            // so that the upper label isn't cut
constexpr int kBelow = 26;            // for the days
constexpr double kLeastHeight = 1.5;  // one failure among a million must be seen
constexpr double kBarShare = 0.8;     // of its place; the rest is the gap

std::int64_t Sum(const ChartBar& bar) {
  std::int64_t sum = 0;
  for (const std::int64_t value : bar.values) AddCount(sum, value);
  return sum;
}

double Top(const BarChart& chart) {
  std::int64_t most = 0;
  for (const ChartBar& bar : chart.bars) most = std::max(most, Sum(bar));
  return AxisTop(most);
}

void WriteLegend(Html& page, const BarChart& chart) {
  page << "<ul class=\"legend\">\n";
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    std::int64_t sum = 0;
    for (const ChartBar& bar : chart.bars) AddCount(sum, bar.values[i]);
    page << "<li><svg class=\"swatch\" aria-hidden=\"true\"><rect class=\"" << chart.series[i].fill
         << "\" width=\"100%\" height=\"100%\"/></svg><span>" << Escaped{chart.series[i].name}
         << " " << Count{sum} << "</span></li>\n";
  }
  page << "</ul>\n";
}

// From the top down: all of it, a half where that is a number, nothing.
std::vector<double> Ticks(double top) {
  if (top < 2) return {top, 0};
  return {top, top / 2, 0};
}

double Y(const BarChart& chart, double value, double top) {
  return kAbove + chart.height * (1 - value / top);
}

void WriteSvgStart(Html& page, const BarChart& chart) {
  page << "<svg height=\"" << Decimal{static_cast<double>(kAbove + chart.height + kBelow)} << "\"";
}

void WriteAxis(Html& page, const BarChart& chart, double top) {
  WriteSvgStart(page, chart);
  page << " aria-hidden=\"true\">";
  for (const double tick : Ticks(top)) {
    page << "<text x=\"84%\" dy=\".32em\" text-anchor=\"end\" y=\"" << Decimal{Y(chart, tick, top)}
         << "\">" << Escaped{Compact(tick)} << "</text>";
  }
  page << "</svg>\n";
}

void WriteGrid(Html& page, const BarChart& chart, double top) {
  for (const double tick : Ticks(top)) {
    const Decimal y{std::round(Y(chart, tick, top))};
    page << "<line x1=\"0\" x2=\"100%\" y1=\"" << y << "\" y2=\"" << y << "\"";
    if (tick == 0) page << " class=\"base\"";
    page << "/>";
  }
  page << "\n";
}

void WriteBar(Html& page, const BarChart& chart, std::size_t place, double top) {
  const ChartBar& bar = chart.bars[place];
  if (Sum(bar) == 0) return;
  const double slot = 100.0 / static_cast<double>(chart.bars.size());
  // A single day isn't a wall.
  const double width = std::min(slot * kBarShare, 12.0);
  const double x = (static_cast<double>(place) + 0.5) * slot - width / 2;
  double bottom = kAbove + chart.height;
  page << "<g><title>" << Escaped{bar.name} << "</title>";
  for (std::size_t i = 0; i < bar.values.size(); ++i) {
    if (bar.values[i] <= 0) continue;
    const double full = chart.height * static_cast<double>(bar.values[i]) / top;
    const double height = std::max(full, kLeastHeight);
    // A line of the background between those that are high enough for it.
    const double gap = height > 4 && bottom < kAbove + chart.height ? 1 : 0;
    page << "<rect class=\"" << chart.series[i].fill << "\" x=\"" << Decimal{x} << "%\" width=\""
         << Decimal{width} << "%\" y=\"" << Decimal{bottom - height} << "\" height=\""
         << Decimal{height - gap} << "\"/>";
    bottom -= height;
  }
  page << "</g>\n";
}

void WriteTick(Html& page, const BarChart& chart, std::size_t place, bool between) {
  const std::size_t bars = chart.bars.size();
  const double slot = 100.0 / static_cast<double>(bars);
  // Where there are many, the outer ones stay inside.
  const bool first = bars > 5 && place == 0, last = bars > 5 && place == bars - 1;
  const double x = first ? 0 : last ? 100 : (static_cast<double>(place) + 0.5) * slot;
  page << "<text y=\"" << Decimal{static_cast<double>(kAbove + chart.height + 18)} << "\" x=\""
       << Decimal{x} << "%\" text-anchor=\"";
  if (first) {
    page << "start\"";
  } else if (last) {
    page << "end\"";
  } else {
    page << "middle\"";
  }
  if (between) page << " class=\"between\"";
  page << ">" << Escaped{chart.bars[place].tick} << "</text>";
}

void WriteTicks(Html& page, const BarChart& chart) {
  const std::size_t bars = chart.bars.size();
  if (bars <= 5) {
    for (std::size_t place = 0; place < bars; ++place) WriteTick(page, chart, place, false);
    return;
  }
  const std::size_t last = bars - 1;
  for (std::size_t quarter = 0; quarter <= 4; ++quarter) {
    WriteTick(page, chart, last * quarter / 4, quarter % 2 == 1);
  }
}

}  // namespace

void WriteBarChart(Html& page, const BarChart& chart) {
  const double top = Top(chart);
  page << "<figure class=\"chart\">\n<figcaption>" << Escaped{chart.title} << "</figcaption>\n";
  WriteLegend(page, chart);
  page << "<div class=\"plot\">\n";
  WriteAxis(page, chart, top);
  WriteSvgStart(page, chart);
  page << " role=\"img\" aria-labelledby=\"" << chart.id << "-title\" aria-describedby=\""
       << chart.id << "-desc\">\n<title id=\"" << chart.id << "-title\">" << Escaped{chart.title}
       << "</title>\n<desc id=\"" << chart.id << "-desc\">" << Escaped{chart.description}
       << "</desc>\n";
  WriteGrid(page, chart, top);
  for (std::size_t place = 0; place < chart.bars.size(); ++place) {
    WriteBar(page, chart, place, top);
  }
  WriteTicks(page, chart);
  page << "\n</svg>\n</div>\n</figure>\n";
}

double AxisTop(std::int64_t most) {
  constexpr std::array<double, 9> kSteps = {1, 1.2, 1.6, 2, 3, 4, 6, 8, 10};
  const auto number = static_cast<double>(std::max<std::int64_t>(most, 1));
  double scale = 1;
  while (scale * 10 < number) scale *= 10;
  for (const double step : kSteps) {
    const bool whole = scale > 1 || step == 1 || std::fmod(step, 2) == 0;
    if (whole && step * scale >= number) return step * scale;
  }
  return 10 * scale;
}

std::string Compact(double number) {
  constexpr std::array<std::string_view, 7> kUnits = {"", "k", "M", "G", "T", "P", "E"};
  std::size_t unit = 0;
  while (number >= 1000 && unit + 1 < kUnits.size()) {
    number /= 1000;
    ++unit;
  }
  const auto tenths = static_cast<std::int64_t>(std::llround(number * 10));
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += '.' + std::to_string(tenths % 10);
  return text.append(kUnits[unit]);
}

void WriteFillPatterns(Html& page) {
  page << R"svg(<svg class="defs" aria-hidden="true" focusable="false"><defs>
<pattern id="fill-2" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="t2" width="6" height="6"/><line x1="0" y1="0" x2="0" y2="6"/></pattern>
<pattern id="fill-3" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="t3" width="5" height="5"/><circle cx="2.5" cy="2.5" r="1.1"/></pattern>
<pattern id="fill-4" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="t4" width="5" height="5"/><line x1="0" y1="2.5" x2="5" y2="2.5"/></pattern>
<pattern id="fill-5" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect class="t5" width="6" height="6"/><line x1="0" y1="0" x2="0" y2="6"/></pattern>
<pattern id="fill-6" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="t6" width="5" height="5"/><line x1="2.5" y1="0" x2="2.5" y2="5"/></pattern>
</defs></svg>
)svg";
}

}  // namespace tlswarden
