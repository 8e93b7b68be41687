// ascii: letters of US-ASCII, whatever the locale.
//
// Domains, addresses and header names are compared without case in ASCII only (RFC 4343).
#ifndef TLSWARDEN_POLICY_ASCII_H_
#define TLSWARDEN_POLICY_ASCII_H_

#include <algorithm>
#include <string>
#include <string_view>

namespace tlswarden {

constexpr char LowerAscii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = LowerAscii(c);
  return lower;
}

constexpr bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return LowerAscii(x) == LowerAscii(y); });
}

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_ASCII_H_
