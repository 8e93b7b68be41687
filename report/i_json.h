// i_json: texts and JSON of strangers, within RFC 7493's (I-JSON) and our own limits.
//
// Pure. RFC 8460 section 4.4 wants reports as I-JSON.
#ifndef TLSWARDEN_REPORT_I_JSON_H_
#define TLSWARDEN_REPORT_I_JSON_H_

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace tlswarden {

// RFC 7493 section 2.2: what a double holds exactly.
inline constexpr std::int64_t kMaxIJsonInteger = (std::int64_t{1} << 53) - 1;

// Of values, keys of one object, and arrays and objects inside of each other. A report of ten
// thousand failures has a hundred thousand values.
inline constexpr std::size_t kMaxJsonValues = 400000;
inline constexpr std::size_t kMaxJsonKeys = 100;
inline constexpr std::size_t kMaxJsonDepth = 32;

// UTF-8 without surrogates and noncharacters: each octet or character that can't stay becomes
// U+FFFD. Of a text that would be longer than `most` octets, the characters that fit.
std::string IJsonText(std::string_view text,
                      std::size_t most = std::numeric_limits<std::size_t>::max());

// Takes a byte order mark in front, and invalid UTF-8 in texts as it is. Of a key that stands
// twice, the last counts. Time and memory are bounded by the limits above and the text's size.
// Errors: no JSON, or beyond a limit.
Result<boost::json::value> ParseIJson(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_I_JSON_H_
