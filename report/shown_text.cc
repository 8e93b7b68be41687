#include "report/shown_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "policy/utf8.h"

namespace tlswarden {
namespace {

// C0 and C1 controls; soft hyphen; marks of direction (Unicode annex 9) and those without width;
// tags. A terminal obeys some, a reader is misled by the rest.
constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 11> kUnseen = {{
    {0x00, 0x1f},
    {0x7f, 0x9f},
    {0xad, 0xad},
    {0x61c, 0x61c},
    {0x180e, 0x180e},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x206f},
    {0xfeff, 0xfeff},
    {0xfff9, 0xfffb},
    {0xe0000, 0xe007f},
}};

bool IsUnseen(std::uint32_t code) {
  return std::any_of(kUnseen.begin(), kUnseen.end(), [&](const auto& range) {
    return code >= range.first && code <= range.second;
  });
}

bool IsWhite(std::uint32_t code) { return code == '\t' || code == '\n' || code == '\r'; }

}  // namespace

std::string ShownText(std::string_view text, std::size_t most) {
  std::string shown;
  while (!text.empty()) {
    const std::optional<Utf8Character> character = FirstUtf8Character(text);
    const std::size_t octets = character ? character->octets : 1;
    std::string_view piece = text.substr(0, octets);
    if (!character || IsUnseen(character->code)) piece = kReplacementCharacter;
    if (character && IsWhite(character->code)) piece = " ";
    if (shown.size() + piece.size() > most) return shown.append(kEllipsis);
    shown += piece;
    text.remove_prefix(octets);
  }
  return shown;
}

std::size_t ShownWidth(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace tlswarden
