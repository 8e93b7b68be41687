// ascii: letters, digits and blanks of US-ASCII, whatever the locale.
//
// Domains, addresses and header names are compared without case in ASCII only (RFC 4343).
#ifndef TLSWARDEN_POLICY_ASCII_H_
#define TLSWARDEN_POLICY_ASCII_H_

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tlswarden {

// What stands between words on a line.
inline constexpr std::string_view kBlanks = " \t";

constexpr bool IsBlank(char c) { return kBlanks.find(c) != std::string_view::npos; }

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

constexpr bool IsAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr bool IsAlnum(char c) { return IsAlpha(c) || IsDigit(c); }

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

// The value of a hexadecimal digit, or -1.
constexpr int HexValue(char c) {
  const char lower = LowerAscii(c);
  if (IsDigit(c)) return c - '0';
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The octet that two hexadecimal digits at the front stand for, or -1.
constexpr int HexOctet(std::string_view text) {
  if (text.size() < 2) return -1;
  const int high = HexValue(text[0]), low = HexValue(text[1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// "%2E" becomes what it stands for; a '%' that begins nothing stays.
inline std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int octet = text[at] == '%' ? HexOctet(text.substr(at + 1)) : -1;
    decoded += octet < 0 ? text[at] : static_cast<char>(octet);
    if (octet >= 0) at += 2;
  }
  return decoded;
}

// Two lower-case hexadecimal digits for each octet.
inline std::string Hex(std::span<const std::uint8_t> octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * octets.size());
  for (const std::uint8_t octet : octets) {
    text += kDigits[octet >> 4];
    text += kDigits[octet & 0x0f];
  }
  return text;
}

// One line that any MTA or mail takes: all but printable ASCII becomes '?'.
inline std::string PrintableAscii(std::string_view text) {
  std::string printable(text);
  for (char& c : printable) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return printable;
}

// Without blanks at the ends.
constexpr std::string_view Trim(std::string_view text, std::string_view blanks = kBlanks) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_ASCII_H_
