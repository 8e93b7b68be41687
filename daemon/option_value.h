// One value of the configuration: from the text after the equals sign, and back.
//
// Pure. The reasons for a refusal say what is allowed instead.
#ifndef TLSWARDEN_DAEMON_OPTION_VALUE_H_
#define TLSWARDEN_DAEMON_OPTION_VALUE_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/options.h"
#include "policy/result.h"

namespace tlswarden {

// `text` has no blanks at its ends.
Result<Value> ParseValue(const Option& option, std::string_view text);

// As ParseValue would read it.
std::string PrintValue(const Option& option, const Value& value);

// "5s": the largest unit that needs no fraction.
std::string PrintDuration(std::chrono::milliseconds duration);

// For people: "enforce, observe or off", "100ms to 60s"; empty when the help says it all.
std::string Allowed(const Option& option);

std::vector<std::string_view> SplitWords(std::string_view words);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_OPTION_VALUE_H_
