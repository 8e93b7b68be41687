// base64: what a character of its alphabet stands for (RFC 4648 section 4).
#ifndef TLSWARDEN_POLICY_BASE64_H_
#define TLSWARDEN_POLICY_BASE64_H_

namespace tlswarden {

// Six bits; -1 for what isn't of the alphabet, '=' included.
constexpr int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_BASE64_H_
