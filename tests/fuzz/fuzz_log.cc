// Values of strangers in the log: a line stays one line whose parts can be told apart, JSON stays
// JSON with the same keys, and all is bounded. The first line of the input is the queue id.
#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/log_format.h"
#include "policy/utf8.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;

constexpr std::size_t kMostFields = 8;

void CheckOneLine(std::string_view text) {
  Check(IsUtf8(text), "a line is UTF-8", text);
  const bool whole = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  Check(whole, "a line is one line", text);
}

// `ID: key=value key="va\"lue"`: takes the line apart as a reader of logs would.
void CheckText(std::string_view text, const LogLine& line) {
  CheckOneLine(text);
  const std::string first = ": " + std::string(line.fields.front().first) + '=';
  Check(text.find(first) != std::string_view::npos, "the first key follows the queue id", text);
  bool quoted = false;
  std::size_t keys = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == '=') {
      ++keys;
    }
  }
  Check(!quoted && keys == line.fields.size(), "no value adds a key", text);
}

void CheckJson(std::string_view text, const LogLine& line) {
  CheckOneLine(text);
  boost::json::error_code wrong;
  const boost::json::value value =
      boost::json::parse(boost::json::string_view(text.data(), text.size()), wrong);
  Check(!wrong && value.is_object(), "JSON", text);
  Check(value.as_object().size() == line.fields.size() + 1, "no value adds a key", text);
  for (const auto& [key, member] : value.as_object()) {
    Check(member.is_string(), "all values are strings", text);
    Check(member.as_string().size() <= kMaxLoggedValueOctets, "values are bounded", text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::string_view kKeys[kMostFields] = {"k0", "k1", "k2", "k3",
                                                          "k4", "k5", "k6", "k7"};
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::string_view rest = input;
  LogLine line;
  line.queue_id = std::string(rest.substr(0, rest.find('\n')));
  rest.remove_prefix(std::min(rest.size(), line.queue_id.size() + 1));
  do {
    const std::string_view value = rest.substr(0, rest.find('\n'));
    line.fields.emplace_back(kKeys[line.fields.size()], std::string(value));
    rest.remove_prefix(std::min(rest.size(), value.size() + 1));
  } while (!rest.empty() && line.fields.size() < kMostFields);
  CheckText(Format(line, LogFormat::kText), line);
  CheckJson(Format(line, LogFormat::kJson), line);
  const std::string message = FormatMessage(LogLevel::kWarning, input, LogFormat::kText);
  CheckOneLine(message);
  Check(message.size() <= kMaxLoggedMessageOctets + 16, "messages are bounded", message);
  CheckOneLine(FormatMessage(LogLevel::kWarning, input, LogFormat::kJson));
  return 0;
}
