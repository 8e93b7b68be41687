// overview_json: an overview for programs.
//
// Pure. Names are RFC 8460's where it has them; days are "2026-11-25". Bounded as the overview is.
#ifndef TLSWARDEN_REPORT_OVERVIEW_JSON_H_
#define TLSWARDEN_REPORT_OVERVIEW_JSON_H_

#include <boost/json/value.hpp>

#include "report/overview.h"

namespace tlswarden {

boost::json::value OverviewJson(const Overview& overview);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_OVERVIEW_JSON_H_
