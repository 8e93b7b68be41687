#include "daemon/log_format.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "policy/utf8.h"

namespace tlswarden {
namespace {

enum class Style { kMessage, kValue, kJson };

constexpr std::string_view kEllipsis = "...";

bool IsPrintable(std::uint32_t code) {
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return false;
  // Line separators, and what turns the reading direction, could show a line as it isn't.
  if (code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e)) return false;
  if (code >= 0x2066 && code <= 0x2069) return false;
  return code != 0xfeff;
}

void AppendHex(std::string_view octets, Style style, std::string* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : octets) {
    const auto value = static_cast<unsigned char>(c);
    *out += style == Style::kJson ? "\\\\x" : "\\x";
    *out += kDigits[value >> 4];
    *out += kDigits[value & 0xf];
  }
}

// At most `most` octets; what doesn't fit is replaced by "...".
std::string Render(std::string_view text, Style style, std::size_t most) {
  std::string out;
  std::size_t cut = 0;  // where the ellipsis would go
  while (!text.empty()) {
    // Invalid UTF-8 counts as one octet that can't be printed.
    const std::optional<Utf8Character> character = FirstUtf8Character(text);
    const std::string_view octets = text.substr(0, character ? character->octets : 1);
    if (!character || !IsPrintable(character->code)) {
      AppendHex(octets, style, &out);
    } else {
      if (style != Style::kMessage && (octets == "\"" || octets == "\\")) out += '\\';
      out += octets;
    }
    if (out.size() > most) return out.substr(0, cut).append(kEllipsis);
    if (out.size() + kEllipsis.size() <= most) cut = out.size();
    text.remove_prefix(octets.size());
  }
  return out;
}

bool NeedsQuotes(std::string_view value, std::string_view rendered) {
  return value.empty() || rendered.find_first_of(" \"=\\") != std::string_view::npos;
}

// Nearly every value: shows as it is. Taking it as a whole saves half of a line's cost.
bool IsPlain(std::string_view value) {
  return !value.empty() && value.size() <= kMaxLoggedValueOctets &&
         std::all_of(value.begin(), value.end(), [](char c) {
           return c > ' ' && c <= '~' && c != '"' && c != '=' && c != '\\';
         });
}

void AppendTextValue(std::string_view value, std::string* out) {
  if (IsPlain(value)) {
    *out += value;
    return;
  }
  const std::string rendered = Render(value, Style::kValue, kMaxLoggedValueOctets);
  const std::string_view quote = NeedsQuotes(value, rendered) ? "\"" : "";
  out->append(quote).append(rendered).append(quote);
}

void AppendJsonMember(std::string_view key, std::string_view value, std::size_t most,
                      std::string* out) {
  *out += out->empty() ? "{\"" : ",\"";
  *out += key;
  *out += "\":\"";
  *out += Render(value, Style::kJson, most);
  *out += '"';
}

std::string_view Word(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return "error";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kDebug:
      return "debug";
  }
  return "";
}

}  // namespace

std::string Format(const LogLine& line, LogFormat format) {
  std::string_view queue_id = line.queue_id;
  if (queue_id.empty()) queue_id = "NOQUEUE";
  std::string out;
  if (format == LogFormat::kJson) {
    AppendJsonMember("queue-id", queue_id, kMaxLoggedValueOctets, &out);
    for (const auto& [key, value] : line.fields) {
      AppendJsonMember(key, value, kMaxLoggedValueOctets, &out);
    }
    return out += '}';
  }
  AppendTextValue(queue_id, &out);
  out += ':';
  for (const auto& [key, value] : line.fields) {
    out += ' ';
    out += key;
    out += '=';
    AppendTextValue(value, &out);
  }
  return out;
}

std::string FormatMessage(LogLevel level, std::string_view text, LogFormat format) {
  std::string out;
  if (format == LogFormat::kJson) {
    AppendJsonMember("level", Word(level), kMaxLoggedValueOctets, &out);
    AppendJsonMember("message", text, kMaxLoggedMessageOctets, &out);
    return out += '}';
  }
  if (level != LogLevel::kInfo) out.append(Word(level)).append(": ");
  return out += Printable(text, kMaxLoggedMessageOctets);
}

std::string Printable(std::string_view text, std::size_t most) {
  return Render(text, Style::kMessage, most);
}

}  // namespace tlswarden
