#include "daemon/config_line.h"

#include "daemon/config_file.h"
#include "policy/ascii.h"

namespace tlswarden {

std::string_view WithoutComment(std::string_view line) {
  for (std::size_t hash = line.find('#'); hash != std::string_view::npos;
       hash = line.find('#', hash + 1)) {
    if (hash == 0 || IsBlank(line[hash - 1])) return line.substr(0, hash);
  }
  return line;
}

std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

const char* WhyUnreadable(std::string_view line) {
  if (line.size() > kMaxConfigLineOctets) return "the line is longer than 4096 octets";
  for (const char c : line) {
    if (c == '\0') return "NUL octet: this is no text file, or not in UTF-8";
    const auto octet = static_cast<unsigned char>(c);
    if ((octet < 0x20 && c != '\t') || octet == 0x7f) return "control character";
  }
  return nullptr;
}

}  // namespace tlswarden
