#include "tests/scenarios/scenario_parser.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

constexpr std::string_view kLineBlanks = " \t\r";
constexpr std::string_view kAnything = "...";

std::string_view TakeLine(std::string_view& text) {
  const std::size_t lf = text.find('\n');
  const std::string_view line = text.substr(0, lf);
  text = lf == std::string_view::npos ? std::string_view() : text.substr(lf + 1);
  return Trim(line, kLineBlanks);
}

// A comment begins with a # at the start of a line or after a blank, outside of quotes.
std::string_view WithoutComment(std::string_view line) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    const bool after_blank = i == 0 || kLineBlanks.find(line[i - 1]) != std::string_view::npos;
    if (line[i] == '#' && after_blank && !quoted) return Trim(line.substr(0, i), kLineBlanks);
  }
  return line;
}

// Only a fetch that succeeds brings a policy: `https HOST [late] 200`.
bool HasBody(const Statement& statement) {
  return statement.verb == "https" && SplitWords(statement.rest).back() == "200";
}

}  // namespace

Result<std::vector<Statement>> ParseScenario(std::string_view text) {
  std::vector<Statement> statements;
  int number = 0;
  while (!text.empty()) {
    ++number;
    std::string_view line = WithoutComment(TakeLine(text));
    if (line.empty()) continue;
    Statement statement;
    statement.line = number;
    statement.verb = TakeWord(line);
    statement.rest = std::string(line);
    bool open = !statement.rest.empty() && HasBody(statement);
    while (open && !text.empty()) {
      ++number;
      const std::string_view policy_line = TakeLine(text);
      open = policy_line != "end";
      if (open) statement.body.emplace_back(policy_line);
    }
    if (open) {
      return Error{std::to_string(statement.line) + ": no end of the policy that begins here"};
    }
    statements.push_back(std::move(statement));
  }
  return statements;
}

std::string TakeWord(std::string_view& rest) {
  const std::string word(rest.substr(0, rest.find_first_of(kLineBlanks)));
  rest = Trim(rest.substr(word.size()), kLineBlanks);
  return word;
}

std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  text = Trim(text, kLineBlanks);
  while (!text.empty()) words.push_back(TakeWord(text));
  return words;
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (std::string& part : parts) part = std::string(Trim(part, kLineBlanks));
  return parts;
}

std::optional<std::chrono::seconds> ParseDuration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || number < 0) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit.empty() || unit == "s") return std::chrono::seconds(number);
  if (unit == "m") return std::chrono::minutes(number);
  if (unit == "h") return std::chrono::hours(number);
  if (unit == "d") return std::chrono::days(number);
  return std::nullopt;
}

bool MatchesPattern(std::string_view pattern, std::string_view text) {
  const std::size_t gap = pattern.find(kAnything);
  if (gap == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, gap))) return false;
  text.remove_prefix(gap);
  pattern.remove_prefix(gap + kAnything.size());
  for (std::size_t skipped = 0; skipped <= text.size(); ++skipped) {
    if (MatchesPattern(pattern, text.substr(skipped))) return true;
  }
  return false;
}

}  // namespace tlswarden
