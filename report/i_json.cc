#include "report/i_json.h"

#include <boost/json/parser.hpp>
#include <optional>
#include <vector>

#include "policy/utf8.h"

namespace tlswarden {
namespace {

namespace json = boost::json;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool IsNoncharacter(std::uint32_t code) {
  return (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffeU) == 0xfffe;
}

std::string MoreThan(std::size_t most, const char* what) {
  return "more than " + std::to_string(most) + " " + what;
}

// Before the parser takes memory. The limit of keys is one of time, too: the parser looks each up
// among the others of its object, by a hash for which names that clash are easily found.
std::optional<std::string> TooMuch(std::string_view text) {
  std::vector<std::size_t> keys;  // of the arrays and objects that are open
  std::size_t values = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted && c == '\\') {
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (quoted) {
      continue;
    } else if (c == '[' || c == '{') {
      if (keys.size() == kMaxJsonDepth) return MoreThan(kMaxJsonDepth, "levels");
      keys.push_back(0);
      ++values;
    } else if (c == ']' || c == '}') {
      if (!keys.empty()) keys.pop_back();
    } else if (c == ',') {
      ++values;
    } else if (c == ':' && !keys.empty() && ++keys.back() > kMaxJsonKeys) {
      return MoreThan(kMaxJsonKeys, "keys in an object");
    }
    if (values > kMaxJsonValues) return MoreThan(kMaxJsonValues, "values");
  }
  return std::nullopt;
}

}  // namespace

std::string IJsonText(std::string_view text, std::size_t most) {
  return MappedUtf8(text, most, [](const auto& character, std::string_view octets) {
    const bool stays = character && !IsNoncharacter(character->code);
    return stays ? octets : kReplacementCharacter;
  });
}

Result<json::value> ParseIJson(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (const std::optional<std::string> what = TooMuch(text)) return Error{*what};
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  options.allow_invalid_utf8 = true;
  json::parser parser({}, options);
  json::error_code failed;
  const std::size_t good = parser.write(text.data(), text.size(), failed);
  if (failed) {
    return Error{"no JSON: " + failed.message() + " at octet " + std::to_string(good)};
  }
  return parser.release();
}

}  // namespace tlswarden
