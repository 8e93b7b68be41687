#include "policy/header_text.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "policy/ascii.h"
#include "policy/base64.h"

namespace tlswarden {
namespace {

constexpr std::string_view kBegin = "=?";
constexpr std::string_view kEnd = "?=";

// Removes each line end that a blank follows. Sendmail and Postfix hand over LF for CRLF.
std::string Unfolded(std::string_view value) {
  std::string line;
  line.reserve(value.size());
  for (std::size_t at = 0; at < value.size(); ++at) {
    const std::string_view rest = value.substr(at);
    const std::size_t end = rest.starts_with("\r\n") ? 2 : rest.starts_with('\n') ? 1 : 0;
    const bool folded = end > 0 && end < rest.size() && IsBlank(rest[end]);
    if (!folded) line += rest[0];
    if (folded) at += end - 1;
  }
  return line;
}

// RFC 2047 section 4.2.
std::optional<std::string> DecodeQ(std::string_view text) {
  std::string octets;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '=') {
      octets += text[at] == '_' ? ' ' : text[at];
      continue;
    }
    const int octet = HexOctet(text.substr(at + 1));
    if (octet < 0) return std::nullopt;
    octets += static_cast<char>(octet);
    at += 2;
  }
  return octets;
}

// RFC 2047 section 4.1; the padding may be missing.
std::optional<std::string> DecodeB(std::string_view text) {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  Base64Octets decoded;
  for (const char c : text) {
    if (!decoded.Take(c)) return std::nullopt;
  }
  return std::move(decoded.octets);
}

// RFC 2231 section 5 allows a language behind the name: `US-ASCII*EN`.
bool IsLatin1(std::string_view charset) {
  return EqualsIgnoringCase(charset.substr(0, charset.find('*')), "iso-8859-1");
}

std::string Latin1ToUtf8(std::string_view octets) {
  std::string text;
  for (char c : octets) {
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x80) text += static_cast<char>(0xc0 | (code >> 6));
    text += code >= 0x80 ? static_cast<char>(0x80 | (code & 0x3f)) : c;
  }
  return text;
}

struct EncodedWord {
  std::string text;
  std::size_t length = 0;  // as written
};

// Takes what stands before the next '?' off `rest`; nothing when another octet than visible ASCII
// comes first.
std::optional<std::string_view> TakePart(std::string_view& rest) {
  const auto end = std::find_if(rest.begin(), rest.end(),
                                [](char c) { return c == '?' || c <= 0x20 || c >= 0x7f; });
  const auto length = static_cast<std::size_t>(end - rest.begin());
  if (length == rest.size() || *end != '?') return std::nullopt;
  const std::string_view part = rest.substr(0, length);
  rest.remove_prefix(length + 1);
  return part;
}

// `=?charset?encoding?encoded-text?=` at the front of the text.
std::optional<EncodedWord> FirstEncodedWord(std::string_view text) {
  if (!text.starts_with(kBegin)) return std::nullopt;
  std::string_view rest = text.substr(kBegin.size());
  const std::optional<std::string_view> charset = TakePart(rest);
  if (!charset || charset->empty() || charset->find('=') != std::string_view::npos) return {};
  const std::optional<std::string_view> encoding = TakePart(rest);
  if (!encoding) return std::nullopt;
  const std::optional<std::string_view> encoded = TakePart(rest);
  if (!encoded || !rest.starts_with(kEnd.back())) return std::nullopt;
  std::optional<std::string> octets;
  if (EqualsIgnoringCase(*encoding, "q")) octets = DecodeQ(*encoded);
  if (EqualsIgnoringCase(*encoding, "b")) octets = DecodeB(*encoded);
  if (!octets) return std::nullopt;
  const std::size_t length = text.size() - rest.size() + 1;
  return EncodedWord{IsLatin1(*charset) ? Latin1ToUtf8(*octets) : std::move(*octets), length};
}

}  // namespace

std::string DecodeHeader(std::string_view value) {
  const std::string unfolded = Unfolded(value);
  std::string_view rest = Trim(unfolded);
  std::string text;
  bool after_word = false;  // only blanks have followed it
  std::size_t word_end = 0;
  while (!rest.empty() && text.size() < kMaxHeaderTextOctets) {
    if (const std::optional<EncodedWord> word = FirstEncodedWord(rest)) {
      // Blanks between two encoded words are there for folding only (RFC 2047 section 6.2).
      if (after_word) text.resize(word_end);
      text += word->text;
      word_end = text.size();
      after_word = true;
      rest.remove_prefix(word->length);
      continue;
    }
    if (!IsBlank(rest.front())) after_word = false;
    text += rest.front();
    rest.remove_prefix(1);
  }
  if (text.size() > kMaxHeaderTextOctets) text.resize(kMaxHeaderTextOctets);
  return text;
}

}  // namespace tlswarden
