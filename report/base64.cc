#include "report/base64.h"

#include <algorithm>
#include <cstdint>

#include "policy/base64.h"

namespace tlswarden {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kLineOctets = 57;  // 76 characters

// Up to three octets as four characters.
void Append(std::string_view octets, std::string& text) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    bits = (bits << 8) | (i < octets.size() ? static_cast<unsigned char>(octets[i]) : 0U);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    text += i <= octets.size() ? kAlphabet[(bits >> (18 - 6 * i)) & 0x3fU] : '=';
  }
}

}  // namespace

std::string EncodeBase64(std::string_view octets) {
  std::string text;
  text.reserve(octets.size() / 3 * 4 + octets.size() / kLineOctets + 8);
  for (; !octets.empty(); octets.remove_prefix(std::min(kLineOctets, octets.size()))) {
    const std::string_view line = octets.substr(0, kLineOctets);
    for (std::size_t at = 0; at < line.size(); at += 3) Append(line.substr(at, 3), text);
    text += '\n';
  }
  return text;
}

Result<std::string> DecodeBase64(std::string_view text) {
  Base64Octets decoded;
  decoded.octets.reserve(text.size() / 4 * 3 + 3);
  for (const char c : text) {
    if (c == '=') break;
    if (c == '\n' || c == '\r' || c == ' ' || c == '\t') continue;
    if (!decoded.Take(c)) return Error{"a character that base64 doesn't have"};
  }
  if (decoded.is_cut()) return Error{"base64 that is cut off"};
  return std::move(decoded.octets);
}

}  // namespace tlswarden
