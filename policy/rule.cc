#include "policy/rule.h"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

template <typename Enum, std::size_t N>
using Words = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Words<Direction, 2> kDirections = {{
    {Direction::kOutbound, "outbound"},
    {Direction::kInbound, "inbound"},
}};

constexpr Words<Requirement, 6> kRequirements = {{
    {Requirement::kNone, "none"},
    {Requirement::kPublished, "published"},
    {Requirement::kEncrypt, "encrypt"},
    {Requirement::kAuthenticated, "authenticated"},
    {Requirement::kDane, "dane"},
    {Requirement::kPinned, "pinned"},
}};

constexpr Words<OnFailure, 5> kOnFailures = {{
    {OnFailure::kDefer, "defer"},
    {OnFailure::kReject, "reject"},
    {OnFailure::kAccept, "accept"},
    {OnFailure::kQuarantine, "quarantine"},
    {OnFailure::kRoute, "route"},
}};

constexpr Words<Mode, 3> kModes = {{
    {Mode::kEnforce, "enforce"},
    {Mode::kObserve, "observe"},
    {Mode::kOff, "off"},
}};

template <typename Table, typename Enum>
std::string_view Word(const Table& table, Enum value) {
  for (const auto& [entry, word] : table) {
    if (entry == value) return word;
  }
  return {};
}

template <typename Enum, typename Table>
std::optional<Enum> Value(const Table& table, std::string_view text) {
  for (const auto& [entry, word] : table) {
    if (word == text) return entry;
  }
  return std::nullopt;
}

}  // namespace

std::string_view ToString(Direction direction) { return Word(kDirections, direction); }

std::string_view ToString(Requirement requirement) { return Word(kRequirements, requirement); }

std::optional<Requirement> ParseRequirement(std::string_view text) {
  return Value<Requirement>(kRequirements, text);
}

std::string_view ToString(OnFailure on_failure) { return Word(kOnFailures, on_failure); }

std::optional<OnFailure> ParseOnFailure(std::string_view text) {
  return Value<OnFailure>(kOnFailures, text);
}

std::string_view ToString(Mode mode) { return Word(kModes, mode); }

std::optional<Mode> ParseMode(std::string_view text) { return Value<Mode>(kModes, text); }

Result<HeaderPattern> ParseHeaderPattern(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return Error{"not of the form NAME: PATTERN"};
  const std::string_view name = Trim(text.substr(0, colon));
  // RFC 5322 section 2.2: printable ASCII without colon.
  const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(),
                                                    [](char c) { return c > 0x20 && c < 0x7f; });
  if (!is_name) return Error{"before the colon stands the name of a header"};
  HeaderPattern pattern{LowerAscii(name), std::string(Trim(text.substr(colon + 1)))};
  if (pattern.glob.empty()) return Error{"after the colon stands a pattern; * matches all"};
  return pattern;
}

bool IsOver(const Rule& rule, Time now) { return rule.until && now >= *rule.until; }

bool NeedsMessage(const Rule& rule) {
  const Matchers& match = rule.match;
  return !match.sender_domain.empty() || !match.recipient.empty() || !match.sender.empty() ||
         !match.transport.empty() || !match.client_address.empty() || !match.client_name.empty() ||
         !match.authenticated.empty() || !match.listener.empty() || !match.header.empty();
}

}  // namespace tlswarden
