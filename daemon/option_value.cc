#include "daemon/option_value.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "report/smtp_submit.h"

namespace tlswarden {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kStorePrefix = "sqlite:";

struct Unit {
  std::string_view name;
  std::int64_t ms;
};

// From the largest.
constexpr std::array<Unit, 5> kUnits = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

// Digits only, to the end of `text`.
std::optional<std::int64_t> ParseDigits(std::string_view text, int base) {
  if (text.empty() || text.front() == '-') return std::nullopt;
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (end != text.data() + text.size()) return std::nullopt;
  // Too large for the type is too large for every range.
  if (failure == std::errc::result_out_of_range) return std::numeric_limits<std::int64_t>::max();
  if (failure != std::errc{}) return std::nullopt;
  return number;
}

std::optional<std::int64_t> ParseDurationMs(std::string_view text) {
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  const std::optional<std::int64_t> number = ParseDigits(text.substr(0, digits), 10);
  if (!number) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (text.substr(digits) != unit.name) continue;
    if (*number > std::numeric_limits<std::int64_t>::max() / unit.ms) {
      return std::numeric_limits<std::int64_t>::max();
    }
    return *number * unit.ms;
  }
  return std::nullopt;
}

bool InRange(const Option& option, std::int64_t number) {
  return number >= option.least && number <= option.most;
}

Result<Value> ParseNumber(const Option& option, std::string_view text) {
  const std::optional<std::int64_t> number = ParseDigits(text, 10);
  if (!number) return Error{"not a number"};
  if (!InRange(option, *number)) return Error{"must be " + Allowed(option)};
  return Value(*number);
}

Result<Value> ParseDuration(const Option& option, std::string_view text) {
  const std::optional<std::int64_t> ms = ParseDurationMs(text);
  if (!ms) {
    return Error{"not a duration; use a number with ms, s, m, h or d, for example " +
                 std::string(option.default_text)};
  }
  if (!InRange(option, *ms)) return Error{"must be " + Allowed(option)};
  return Value(milliseconds(*ms));
}

Result<Value> ParseFileMode(std::string_view text) {
  const std::optional<std::int64_t> mode = ParseDigits(text, 8);
  if (!mode || *mode > 0777) {
    return Error{"not a file mode; use three octal digits, for example 0660"};
  }
  return Value(*mode);
}

Result<Value> ParseWord(const Option& option, std::string_view text) {
  std::int64_t place = 0;
  for (const std::string_view word : SplitWords(option.words)) {
    if (word == text) return Value(place);
    ++place;
  }
  return Error{"must be " + Allowed(option)};
}

Result<Value> ParsePath(std::string_view text) {
  if (!text.starts_with('/')) return Error{"the path must begin with /"};
  return Value(std::string(text));
}

Result<Value> ParseStore(std::string_view text) {
  if (!text.starts_with(kStorePrefix)) {
    return Error{"use sqlite:PATH, or nothing to write no file"};
  }
  return ParsePath(text.substr(kStorePrefix.size()));
}

Result<Value> ParseMailLog(std::string_view text) {
  if (text == "off" || text == "journal") return Value(std::string(text));
  if (text.starts_with('/')) return Value(std::string(text));
  return Error{"must be off, journal, or the path of a file"};
}

std::vector<std::string> WordsOf(std::string_view text) {
  constexpr std::string_view kBetween = " \t,";
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(kBetween);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    words.emplace_back(text.substr(0, text.find_first_of(kBetween)));
    text.remove_prefix(words.back().size());
  }
}

Result<Value> ParseDomains(std::string_view text) {
  std::vector<DomainPattern> patterns;
  for (const std::string& word : WordsOf(text)) {
    Result<DomainPattern> pattern = ParseDomainPattern(word);
    if (!pattern) return Error{Printable(word, 100) + ": " + pattern.error()};
    patterns.push_back(*pattern);
  }
  if (patterns.empty()) return Error{"no domain; use example.com or *.example.com"};
  return Value(std::move(patterns));
}

Result<Value> ParseAddressText(std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> octets{};
  const std::string address(text);
  if (inet_pton(AF_INET, address.c_str(), octets.data()) == 1) return Value(address);
  if (inet_pton(AF_INET6, address.c_str(), octets.data()) == 1) return Value(address);
  return Error{"not an IP address"};
}

Result<Value> ParseHostName(std::string_view text) {
  Result<Domain> name = ParseLdhDomain(text);
  if (!name) return Error{"not a host name: " + name.error()};
  return Value(name->ascii);
}

Result<Value> ParseEntries(std::string_view text) {
  std::vector<std::string> words = WordsOf(text);
  if (words.empty()) return Error{"needs a value"};
  return Value(std::move(words));
}

// No quoted local parts, no comments: whoever administers a server has a plain address.
Result<Value> ParseMailbox(std::string_view text) {
  if (!IsPlainAddress(text) || !ParseDomain(text.substr(text.find('@') + 1))) {
    return Error{"not a mail address; use for example postmaster@example.com"};
  }
  return Value(std::string(text));
}

template <typename T>
Result<Value> AsValue(Result<T> parsed) {
  if (!parsed) return Error{parsed.error()};
  return Value(std::move(parsed).value());
}

Result<Value> ParseFilled(const Option& option, std::string_view text) {
  switch (option.type) {
    case ValueType::kYesNo:
      if (text != "yes" && text != "no") return Error{"must be yes or no"};
      return Value(text == "yes");
    case ValueType::kWord:
      return ParseWord(option, text);
    case ValueType::kNumber:
      return ParseNumber(option, text);
    case ValueType::kDuration:
      return ParseDuration(option, text);
    case ValueType::kFileMode:
      return ParseFileMode(text);
    case ValueType::kFile:
      return ParsePath(text);
    case ValueType::kStore:
      return ParseStore(text);
    case ValueType::kMilterAddress:
      return AsValue(ParseMilterAddress(text));
    case ValueType::kListenAddress:
      return AsValue(ParseListenAddress(text));
    case ValueType::kNameServer:
      return AsValue(ParseNameServer(text));
    case ValueType::kIpAddress:
      return ParseAddressText(text);
    case ValueType::kHostName:
      return ParseHostName(text);
    case ValueType::kDomains:
      return ParseDomains(text);
    case ValueType::kEntries:
      return ParseEntries(text);
    case ValueType::kMailAddress:
      return ParseMailbox(text);
    case ValueType::kMailLog:
      return ParseMailLog(text);
    case ValueType::kText:
      break;
  }
  return Value(std::string(text));
}

std::string PrintFileMode(std::int64_t mode) {
  std::array<char, 24> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), mode, 8);
  std::string text(digits.data(), result.ptr);
  return text.insert(0, text.size() < 4 ? 4 - text.size() : 0, '0');
}

}  // namespace

Result<Value> ParseValue(const Option& option, std::string_view text) {
  if (!text.empty()) return ParseFilled(option, text);
  if (option.may_be_empty || option.availability == Availability::kReserved) return Value();
  std::string why = "needs a value";
  if (!option.default_text.empty()) {
    why.append("; leave the line out for the default, ").append(option.default_text);
  }
  return Error{why};
}

std::string PrintValue(const Option& option, const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "yes" : "no";
  if (const auto* duration = std::get_if<milliseconds>(&value)) return PrintDuration(*duration);
  if (const auto* server = std::get_if<NameServer>(&value)) return ToString(*server);
  if (const auto* address = std::get_if<ListenAddress>(&value)) {
    const bool milter = option.type == ValueType::kMilterAddress;
    return milter ? ToMilterString(*address) : ToString(*address);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return (option.type == ValueType::kStore ? std::string(kStorePrefix) : std::string()) + *text;
  }
  if (const auto* patterns = std::get_if<std::vector<DomainPattern>>(&value)) {
    std::string text;
    for (const DomainPattern& pattern : *patterns) {
      text.append(text.empty() ? "" : " ").append(ToString(pattern));
    }
    return text;
  }
  if (const auto* words = std::get_if<std::vector<std::string>>(&value)) {
    std::string text;
    for (const std::string& word : *words) text.append(text.empty() ? "" : " ").append(word);
    return text;
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    if (option.type == ValueType::kFileMode) return PrintFileMode(*number);
    if (option.type != ValueType::kWord) return std::to_string(*number);
    return std::string(SplitWords(option.words).at(static_cast<std::size_t>(*number)));
  }
  return "";
}

std::string PrintDuration(milliseconds duration) {
  for (const Unit& unit : kUnits) {
    if (duration.count() == 0 || duration.count() % unit.ms != 0) continue;
    return std::to_string(duration.count() / unit.ms).append(unit.name);
  }
  return "0s";
}

std::string Allowed(const Option& option) {
  switch (option.type) {
    case ValueType::kYesNo:
      return "yes or no";
    case ValueType::kNumber:
      return std::to_string(option.least) + " to " + std::to_string(option.most);
    case ValueType::kDuration:
      return PrintDuration(milliseconds(option.least)) + " to " +
             PrintDuration(milliseconds(option.most));
    case ValueType::kWord: {
      const std::vector<std::string_view> words = SplitWords(option.words);
      std::string text;
      for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
      }
      return text;
    }
    default:
      return "";
  }
}

std::vector<std::string_view> SplitWords(std::string_view words) {
  std::vector<std::string_view> split;
  while (true) {
    const std::size_t bar = words.find('|');
    split.push_back(words.substr(0, bar));
    if (bar == std::string_view::npos) return split;
    words.remove_prefix(bar + 1);
  }
}

}  // namespace tlswarden
