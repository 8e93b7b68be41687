// utf8: what is a character and what isn't (RFC 3629), for texts that strangers wrote.
#ifndef TLSWARDEN_POLICY_UTF8_H_
#define TLSWARDEN_POLICY_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
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

inline constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";  // U+FFFD

// The text made anew, as far as `most` octets hold whole pieces. `piece` is given each character
// and its octets, and nothing with an octet that is of none; it returns what stands there instead.
template <typename Piece>
std::string MappedUtf8(std::string_view text, std::size_t most, Piece piece) {
  std::string mapped;
  mapped.reserve(text.size() < most ? text.size() : most);
  while (!text.empty()) {
    const std::optional<Utf8Character> character = FirstUtf8Character(text);
    const std::string_view octets = text.substr(0, character ? character->octets : 1);
    const std::string_view instead = piece(character, octets);
    if (instead.size() > most - mapped.size()) break;
    mapped += instead;
    text.remove_prefix(octets.size());
  }
  return mapped;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_UTF8_H_
