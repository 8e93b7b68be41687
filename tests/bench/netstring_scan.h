// Finds netstrings (`LENGTH:bytes,`) at the front of a buffer.
#pragma once

#include <cstddef>
#include <string_view>

namespace tlswarden::bench {

// The longest payload, in bytes, that the benchmark programs take. Socketmap requests and
// answers are far shorter.
inline constexpr std::size_t kMaxNetstring = 9999;

struct NetstringScan {
  enum class Result { kComplete, kIncomplete, kMalformed };
  Result result = Result::kIncomplete;
  std::string_view payload;  // points into the scanned buffer
  std::size_t size = 0;      // bytes of the whole frame: digits, colon, payload and comma
};

// Looks at the first netstring of `buffer`. Inline: the echo server is the yardstick, so nothing
// may stand between it and the kernel that can be avoided.
inline NetstringScan ScanNetstring(std::string_view buffer) {
  using Result = NetstringScan::Result;
  std::size_t length = 0;
  std::size_t i = 0;
  for (; i < buffer.size() && buffer[i] >= '0' && buffer[i] <= '9'; ++i) {
    length = length * 10 + static_cast<std::size_t>(buffer[i] - '0');
    if (length > kMaxNetstring) return {Result::kMalformed, {}, 0};
  }
  if (i == buffer.size()) return {Result::kIncomplete, {}, 0};
  if (i == 0 || buffer[i] != ':') return {Result::kMalformed, {}, 0};
  const std::size_t size = i + 1 + length + 1;
  if (buffer.size() < size) return {Result::kIncomplete, {}, 0};
  if (buffer[size - 1] != ',') return {Result::kMalformed, {}, 0};
  return {Result::kComplete, buffer.substr(i + 1, length), size};
}

}  // namespace tlswarden::bench
