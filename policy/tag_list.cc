#include "policy/tag_list.h"

#include <algorithm>
#include <string>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMaxExtensionName = 32;

// sts-ext-value: %x21-3A / %x3C / %x3E-7E, so neither ';' nor '='.
// RFC 8460's URIs may hold '=' in a query, which its own ABNF for rua allows.
bool IsValue(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 0x21 && c <= 0x7e && c != ';') || IsBlank(c);
  });
}

}  // namespace

bool IsExtensionName(std::string_view text) {
  if (text.empty() || text.size() > kMaxExtensionName || !IsAlnum(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsAlnum(c) || c == '_' || c == '-' || c == '.'; });
}

bool IsExtensionValue(std::string_view text) {
  return text.find_first_of("= \t") == std::string_view::npos;
}

bool HasVersion(std::string_view text, std::string_view version) {
  if (!text.starts_with(version)) return false;
  const std::size_t next = text.find_first_not_of(kBlanks, version.size());
  return next != std::string_view::npos && text[next] == ';';
}

Result<std::vector<std::pair<std::string_view, std::string_view>>> ParseTagList(
    std::string_view text, std::string_view version) {
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  std::string_view rest = text.substr(version.size());
  rest.remove_prefix(rest.find(';'));
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the semicolon: HasVersion and the line below make sure of it
    const std::size_t semicolon = rest.find(';');
    std::string_view field = rest.substr(0, semicolon);
    field.remove_prefix(std::min(field.find_first_not_of(kBlanks), field.size()));
    // Blanks after a field belong to the semicolon that follows; at the end there is none.
    if (semicolon != std::string_view::npos) field = Trim(field);
    rest = semicolon == std::string_view::npos ? std::string_view() : rest.substr(semicolon);
    if (field.empty()) {
      if (rest.empty()) break;  // one semicolon at the end is allowed
      return Error{"empty field"};
    }
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) return Error{"field without ="};
    const std::string_view name = field.substr(0, equals);
    const std::string_view value = field.substr(equals + 1);
    if (!IsExtensionName(name)) return Error{"malformed field name"};
    if (!IsValue(value)) return Error{"malformed value of " + std::string(name)};
    fields.emplace_back(name, value);
  }
  return fields;
}

Result<const std::string*> SelectSole(const std::vector<std::string>& texts,
                                      std::string_view version) {
  const std::string* candidate = nullptr;
  for (const std::string& text : texts) {
    if (!HasVersion(text, version)) continue;
    if (candidate != nullptr) {
      return Error{"more than one " + std::string(version.substr(2)) + " record"};
    }
    candidate = &text;
  }
  return candidate;
}

}  // namespace tlswarden
