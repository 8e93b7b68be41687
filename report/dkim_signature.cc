#include "report/dkim_signature.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "policy/ascii.h"
#include "policy/domain.h"

namespace tlswarden {
namespace {

// FWS of RFC 6376 section 2.8, whose place in the text doesn't matter here.
constexpr std::string_view kFolding = " \t\r\n";

// RFC 6376 section 3.5 calls these required.
constexpr std::array<std::string_view, 7> kRequired = {"v", "a", "b", "bh", "d", "h", "s"};

using Tags = std::vector<std::pair<std::string_view, std::string_view>>;

const std::string_view* Find(const Tags& tags, std::string_view name) {
  const auto found =
      std::find_if(tags.begin(), tags.end(), [&](const auto& tag) { return tag.first == name; });
  return found == tags.end() ? nullptr : &found->second;
}

bool IsTagName(std::string_view name) {
  return !name.empty() && IsAlpha(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) { return IsAlnum(c) || c == '_'; });
}

bool IsTagValue(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return (c > 0x20 && c < 0x7f) || kFolding.find(c) != std::string_view::npos;
  });
}

// RFC 6376 section 3.2. Names are compared with their case; one that stands twice spoils all.
Result<Tags> ParseTags(std::string_view text) {
  Tags tags;
  while (!Trim(text, kFolding).empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view tag = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    const std::size_t equals = tag.find('=');
    if (equals == std::string_view::npos) return Error{"a tag without ="};
    const std::string_view name = Trim(tag.substr(0, equals), kFolding);
    const std::string_view value = Trim(tag.substr(equals + 1), kFolding);
    if (!IsTagName(name)) return Error{"a malformed tag name"};
    if (!IsTagValue(value)) return Error{"a malformed value"};
    if (Find(tags, name) != nullptr) return Error{"a tag twice"};
    if (tags.size() == kMaxDkimTags) {
      return Error{"more than " + std::to_string(kMaxDkimTags) + " tags"};
    }
    tags.emplace_back(name, value);
  }
  return tags;
}

// Labels of letters, digits, hyphens and underscores; unlike a domain's, the last may be a number.
bool IsSelector(std::string_view text) {
  if (text.empty() || text.size() > kMaxDomainOctets) return false;
  if (text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos) {
    return false;
  }
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsAlnum(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

Result<DkimSignature> ParseDkimSignature(std::string_view field) {
  if (field.size() > kMaxDkimFieldOctets) {
    return Error{"more than " + std::to_string(kMaxDkimFieldOctets) + " octets"};
  }
  const Result<Tags> tags = ParseTags(field);
  if (!tags) return Error{tags.error()};
  for (const std::string_view name : kRequired) {
    const std::string_view* value = Find(*tags, name);
    if (value == nullptr || value->empty()) return Error{"no " + std::string(name) + "="};
  }
  if (*Find(*tags, "v") != "1") return Error{"another version than v=1"};
  const Result<Domain> domain = ParseDomain(*Find(*tags, "d"));
  if (!domain) return Error{"no domain in d="};
  const std::string_view selector = *Find(*tags, "s");
  if (!IsSelector(selector)) return Error{"no selector in s="};
  return DkimSignature{domain->ascii, std::string(selector)};
}

std::string ToString(const DkimSignature& signature) {
  return "d=" + signature.domain + ", s=" + signature.selector;
}

bool SignsFor(const DkimSignature& signature, std::string_view domain) {
  if (signature.domain.find('.') == std::string::npos) return false;
  return signature.domain == domain ||
         AnyAncestor(domain, [&](std::string_view above) { return above == signature.domain; });
}

}  // namespace tlswarden
