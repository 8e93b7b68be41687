// page: an overview as one HTML file that needs nothing else: no network, no script.
//
// Pure. Strangers' text gets in as text only (html.h); a Content-Security-Policy in the page says
// once more that nothing may run or be fetched. Bounded as the overview is: below 1 MB, and
// below 2 MB for one domain, whatever strangers write. A month has some 60 kB.
#ifndef TLSWARDEN_REPORT_PAGE_H_
#define TLSWARDEN_REPORT_PAGE_H_

#include <string>

#include "report/overview.h"

namespace tlswarden {

// HTML5 in UTF-8.
std::string OverviewPage(const Overview& overview);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_PAGE_H_
