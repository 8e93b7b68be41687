// base64: octets out of the characters of its alphabet (RFC 4648 section 4).
#ifndef TLSWARDEN_POLICY_BASE64_H_
#define TLSWARDEN_POLICY_BASE64_H_

#include <cstdint>
#include <string>

namespace tlswarden {

// Six bits; -1 for what isn't of the alphabet, '=' included.
constexpr int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

struct Base64Octets {
  std::string octets;

  // False: a character that isn't of the alphabet.
  bool Take(char c) {
    const int value = Base64Value(c);
    if (value < 0) return false;
    gathered = ((gathered << 6) | static_cast<std::uint32_t>(value)) & 0xffffU;
    bits += 6;
    if (bits < 8) return true;
    bits -= 8;
    octets += static_cast<char>((gathered >> bits) & 0xffU);
    return true;
  }

  // The last character is one that needs another.
  bool is_cut() const { return bits == 6; }

  std::uint32_t gathered = 0;
  int bits = 0;  // of `gathered` that aren't in `octets` yet
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_BASE64_H_
