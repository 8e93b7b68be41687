// page_chart: stacked bars in inline SVG, without a script.
//
// Pure. Bars are placed in percent and text has the page's size, so that a chart is as wide as its
// place and still readable on a telephone.
#ifndef TLSWARDEN_REPORT_PAGE_CHART_H_
#define TLSWARDEN_REPORT_PAGE_CHART_H_

#include <cstdint>
#include <string>
#include <vector>

#include "report/html.h"

namespace tlswarden {

struct ChartSeries {
  std::string name;
  Markup fill;  // a class of page_style
};

struct ChartBar {
  std::string name;                  // for whoever points at it
  std::string tick;                  // below, where there is room
  std::vector<std::int64_t> values;  // one for each series, the lowest first
};

struct BarChart {
  Markup id;  // of the page's ids
  std::string title;
  std::string description;  // for who can't see it
  std::vector<ChartSeries> series;
  std::vector<ChartBar> bars;
  int height = 200;  // of the bars, in CSS pixels
};

// A <figure>. The bars mustn't be too many to be seen: kMostBars.
void WriteBarChart(Html& page, const BarChart& chart);

inline constexpr std::size_t kMostBars = 92;  // three months day by day

// The axis ends at this number: at least `most`, with a half that is a whole number from 2 on.
double AxisTop(std::int64_t most);

// "12k", "1.5M"; for the axis.
std::string Compact(double number);

// The patterns that fills refer to; once in a page.
void WriteFillPatterns(Html& page);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_PAGE_CHART_H_
