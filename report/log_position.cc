#include "report/log_position.h"

#include <charconv>
#include <system_error>

namespace tlswarden {
namespace {

constexpr std::string_view kTitle = "tlswarden log position 1\n";

// Takes "NAME=VALUE\n" from the front.
std::optional<std::string_view> TakeLine(std::string_view& text, std::string_view name) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(name)) return std::nullopt;
  std::string_view line = text.substr(name.size(), end - name.size());
  if (end < name.size() || !line.starts_with('=')) return std::nullopt;
  line.remove_prefix(1);
  text.remove_prefix(end + 1);
  return line;
}

bool TakeNumber(std::string_view& text, std::string_view name, std::uint64_t& number) {
  const std::optional<std::string_view> value = TakeLine(text, name);
  if (!value || (value->size() > 1 && value->front() == '0')) return false;
  const char* const end = value->data() + value->size();
  const auto [stopped, error] = std::from_chars(value->data(), end, number);
  return error == std::errc() && stopped == end;
}

}  // namespace

std::uint64_t Fingerprint(std::string_view head) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : head) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

std::string ToText(const LogPosition& position) {
  std::string text(kTitle);
  text += "path=" + position.path + '\n';
  text += "device=" + std::to_string(position.device) + '\n';
  text += "inode=" + std::to_string(position.inode) + '\n';
  text += "offset=" + std::to_string(position.offset) + '\n';
  text += "head-octets=" + std::to_string(position.head_octets) + '\n';
  text += "fingerprint=" + std::to_string(position.fingerprint) + '\n';
  return text;
}

std::optional<LogPosition> ParseLogPosition(std::string_view text) {
  if (!text.starts_with(kTitle)) return std::nullopt;
  text.remove_prefix(kTitle.size());
  LogPosition position;
  const std::optional<std::string_view> path = TakeLine(text, "path");
  if (!path) return std::nullopt;
  position.path = *path;
  const bool is_whole = TakeNumber(text, "device", position.device) &&
                        TakeNumber(text, "inode", position.inode) &&
                        TakeNumber(text, "offset", position.offset) &&
                        TakeNumber(text, "head-octets", position.head_octets) &&
                        TakeNumber(text, "fingerprint", position.fingerprint) && text.empty();
  if (!is_whole || position.head_octets > kMostLogHead || position.head_octets > position.offset) {
    return std::nullopt;
  }
  return position;
}

}  // namespace tlswarden
