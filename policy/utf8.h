// utf8: what is a character and what isn't (RFC 3629), for texts that strangers wrote.
#ifndef TLSWARDEN_POLICY_UTF8_H_
#define TLSWARDEN_POLICY_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tlswarden {

struct Utf8Character {
  std::size_t octets = 1;
  std::uint32_t code = 0;
};

// The first character. Nothing when the text doesn't begin with one: overlong forms, surrogates
// and what lies above U+10FFFF are none. REQUIRES: the text isn't empty.
std::optional<Utf8Character> FirstUtf8Character(std::string_view text);

// True when the whole text is made of characters; also of none.
bool IsUtf8(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_UTF8_H_
