#include "policy/sts_policy.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "policy/tag_list.h"
#include "policy/utf8.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMaxMaxAgeDigits = 10;

struct Fields {
  std::optional<std::string_view> version, mode, max_age;
  std::vector<std::string_view> mx;
};

// The next line without its LF or CRLF; takes it off `rest`.
std::string_view TakeLine(std::string_view& rest) {
  const std::size_t lf = rest.find('\n');
  std::string_view line = rest.substr(0, lf);
  rest = lf == std::string_view::npos ? std::string_view() : rest.substr(lf + 1);
  if (lf != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Controls, and a CR that ends no line, could hide or begin a line where the text is shown.
bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Of duplicates the first counts (section 3.2); unknown keys are ignored.
void Keep(std::optional<std::string_view>& field, std::string_view value) {
  if (!field) field = value;
}

std::optional<std::string> AddLine(std::string_view line, Fields& fields) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return "line without a colon";
  const std::string_view key = line.substr(0, colon);
  if (!IsExtensionName(key)) return "malformed key";
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  if (value.empty()) return "no value for " + std::string(key);
  if (!IsUtf8(value)) return "value of " + std::string(key) + " isn't UTF-8";
  if (HasControl(value)) return "control character in the value of " + std::string(key);
  if (key == "version") Keep(fields.version, value);
  if (key == "mode") Keep(fields.mode, value);
  if (key == "max_age") Keep(fields.max_age, value);
  if (key == "mx") fields.mx.push_back(value);
  return std::nullopt;
}

std::optional<StsMode> ParseMode(std::string_view text) {
  for (StsMode mode : {StsMode::kEnforce, StsMode::kTesting, StsMode::kNone}) {
    if (text == ToString(mode)) return mode;
  }
  return std::nullopt;
}

std::optional<std::chrono::seconds> ParseMaxAge(std::string_view text) {
  std::uint64_t seconds = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.size() > kMaxMaxAgeDigits || ec != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  const auto limit = static_cast<std::uint64_t>(kMaxMaxAge.count());
  return std::chrono::seconds(static_cast<std::int64_t>(std::min(seconds, limit)));
}

Result<StsPolicy> FromFields(const Fields& fields) {
  StsPolicy policy;
  if (!fields.version) return Error{"no version"};
  if (*fields.version != "STSv1") return Error{"version is not STSv1"};
  if (!fields.mode) return Error{"no mode"};
  const std::optional<StsMode> mode = ParseMode(*fields.mode);
  if (!mode) return Error{"mode is not enforce, testing or none"};
  policy.mode = *mode;
  if (!fields.max_age) return Error{"no max_age"};
  const std::optional<std::chrono::seconds> max_age = ParseMaxAge(*fields.max_age);
  if (!max_age) return Error{"max_age is not a number of up to 10 digits"};
  policy.max_age = *max_age;
  if (fields.mx.empty() && policy.mode != StsMode::kNone) return Error{"no mx"};
  if (fields.mx.size() > kMaxMxPatterns) return Error{"more than 100 mx"};
  for (std::string_view text : fields.mx) {
    Result<MxPattern> pattern = ParseMxPattern(text);
    if (!pattern) return Error{"malformed mx: " + pattern.error()};
    policy.mx.push_back(*pattern);
  }
  return policy;
}

}  // namespace

std::string_view ToString(StsMode mode) {
  switch (mode) {
    case StsMode::kEnforce:
      return "enforce";
    case StsMode::kTesting:
      return "testing";
    case StsMode::kNone:
      return "none";
  }
  return "none";
}

Result<StsPolicy> ParseStsPolicy(std::string_view body) {
  Fields fields;
  std::vector<std::string> lines;
  while (!body.empty()) {
    const std::string_view line = TakeLine(body);
    if (line.empty()) continue;
    if (const std::optional<std::string> wrong = AddLine(line, fields)) return Error{*wrong};
    lines.emplace_back(line);
  }
  Result<StsPolicy> policy = FromFields(fields);
  if (!policy) return policy;
  StsPolicy complete = *policy;
  complete.lines = std::move(lines);
  return complete;
}

bool AllowsMx(const StsPolicy& policy, const Domain& host) {
  return std::any_of(policy.mx.begin(), policy.mx.end(),
                     [&](const MxPattern& pattern) { return Matches(pattern, host); });
}

bool IsDowngrade(const StsPolicy& before, const StsPolicy& now) {
  return now.mode > before.mode || now.max_age < before.max_age || now.mx.size() < before.mx.size();
}

}  // namespace tlswarden
