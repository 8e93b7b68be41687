#include "socketmap/request.h"

namespace tlswarden {
namespace {

constexpr std::string_view kRequire = "require-";
constexpr std::string_view kRule = "rule-";

}  // namespace

std::optional<MapRequest> ParseMapRequest(std::string_view request) {
  const std::size_t blank = request.find(' ');
  if (blank == std::string_view::npos || blank == 0) return std::nullopt;
  MapRequest parsed;
  parsed.map = request.substr(0, blank);
  parsed.key = request.substr(blank + 1);
  if (parsed.map.starts_with(kRequire)) parsed.tag = parsed.map.substr(kRequire.size());
  if (parsed.map.starts_with(kRule)) parsed.tag = parsed.map;
  parsed.with_tlsrpt = parsed.map.ends_with("TLSRPT") || parsed.map.ends_with("tlsrpt");
  if (parsed.map == kMessageMap) {
    parsed.message = ParseMessageKey(parsed.key);
    if (parsed.message) parsed.next_hop = parsed.message->next_hop;
    return parsed;
  }
  if (parsed.key.starts_with('.')) return parsed;
  const Result<NextHop> next_hop = ParseNextHop(parsed.key);
  if (next_hop && !next_hop->address_literal) parsed.next_hop = *next_hop;
  return parsed;
}

}  // namespace tlswarden
