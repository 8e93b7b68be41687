// overview_text: an overview for a terminal.
//
// Pure. At most kTextWidth columns, but for words that are longer.
#ifndef TLSWARDEN_REPORT_OVERVIEW_TEXT_H_
#define TLSWARDEN_REPORT_OVERVIEW_TEXT_H_

#include <string>

#include "report/overview.h"

namespace tlswarden {

std::string OverviewText(const Overview& overview);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_OVERVIEW_TEXT_H_
