// expectations: what a scenario may demand of the last answer.
#ifndef TLSWARDEN_TESTS_SCENARIOS_EXPECTATIONS_H_
#define TLSWARDEN_TESTS_SCENARIOS_EXPECTATIONS_H_

#include <optional>
#include <string>
#include <string_view>

#include "tests/scenarios/desk.h"

namespace tlswarden {

// Why `expect WHAT WANTED…` isn't met, with what was wanted and what came; nothing when it is.
std::optional<std::string> WhyUnmet(std::string_view expectation, const Desk& desk);

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_SCENARIOS_EXPECTATIONS_H_
