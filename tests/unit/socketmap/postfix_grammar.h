// The grammar of Postfix's smtp_tls_policy_maps, as TLS_README and smtp_tls_policy(3) give it:
// `level attr=value ...` separated by blanks, commas or line ends; `{ name = value }` for a value
// with blanks. One attribute that Postfix doesn't know or may not repeat voids the policy.
#ifndef TLSWARDEN_TESTS_UNIT_SOCKETMAP_POSTFIX_GRAMMAR_H_
#define TLSWARDEN_TESTS_UNIT_SOCKETMAP_POSTFIX_GRAMMAR_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlswarden {

struct PostfixPolicy {
  std::string level;
  std::vector<std::pair<std::string, std::string>> attributes;
};

// The attribute that `token` holds, or nothing.
inline std::optional<std::pair<std::string, std::string>> ReadAttribute(std::string_view token) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto trim = [&](std::string_view text) {
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return std::string_view();
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
  };
  if (token.starts_with('{')) token = trim(token.substr(1, token.size() - 2));
  const std::size_t equals = token.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view name = trim(token.substr(0, equals));
  const std::string_view value = trim(token.substr(equals + 1));
  static const std::set<std::string_view> kOnce = {"match", "servername", "policy_type",
                                                   "policy_domain", "policy_failure"};
  static const std::set<std::string_view> kRepeated = {"mx_host_pattern", "policy_string"};
  if (value.empty() || (!kOnce.contains(name) && !kRepeated.contains(name))) return std::nullopt;
  return std::pair(std::string(name), std::string(value));
}

// Nothing when Postfix would find the policy invalid, and defer the mail.
inline std::optional<PostfixPolicy> ReadPostfixPolicy(std::string_view text) {
  constexpr std::string_view kSeparators = " \t\r\n,";
  PostfixPolicy policy;
  std::set<std::string> once;
  while (true) {
    const std::size_t begin = text.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    std::size_t end = 0;
    for (int depth = 0; end < text.size(); ++end) {
      if (depth == 0 && kSeparators.find(text[end]) != std::string_view::npos) break;
      if (text[end] == '{') ++depth;
      if (text[end] == '}' && --depth < 0) return std::nullopt;
      if (end + 1 == text.size() && depth > 0) return std::nullopt;
    }
    const std::string_view token = text.substr(0, end);
    text.remove_prefix(end);
    if (policy.level.empty()) {
      policy.level = token;
      continue;
    }
    if (token.starts_with('{') && !token.ends_with('}')) return std::nullopt;
    auto attribute = ReadAttribute(token);
    if (!attribute) return std::nullopt;
    const bool repeated =
        attribute->first == "policy_string" || attribute->first == "mx_host_pattern";
    if (!repeated && !once.insert(attribute->first).second) return std::nullopt;
    policy.attributes.push_back(std::move(*attribute));
  }
  static const std::set<std::string_view> kLevels = {"encrypt", "dane", "dane-only", "secure"};
  if (!kLevels.contains(policy.level)) return std::nullopt;
  return policy;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_SOCKETMAP_POSTFIX_GRAMMAR_H_
