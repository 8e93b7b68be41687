#include "report/own_log.h"

#include <array>
#include <boost/json.hpp>

#include "report/log_process.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMaxLineOctets = 16384;  // of at most 15 values of 256 octets
constexpr int kMostFields = 32;

struct Key {
  std::string_view name;
  std::string LoggedDemand::*value;
};

constexpr std::array<Key, 13> kKeys = {{
    {"rcpt", &LoggedDemand::recipient},
    {"action", &LoggedDemand::action},
    {"would", &LoggedDemand::would},
    {"reply", &LoggedDemand::reply},
    {"tag", &LoggedDemand::tag},
    {"policy-type", &LoggedDemand::policy_type},
    {"policy-mode", &LoggedDemand::policy_mode},
    {"policy-domain", &LoggedDemand::policy_domain},
    {"result-type", &LoggedDemand::result_type},
    {"receiving-mx-hostname", &LoggedDemand::mx_hostname},
    {"failure-reason-code", &LoggedDemand::reason},
    {"rule", &LoggedDemand::rule},
    {"observed-rule", &LoggedDemand::observed_rule},
}};

void Set(std::string_view name, std::string_view value, LoggedDemand& demand) {
  for (const Key& key : kKeys) {
    if (key.name == name) demand.*key.value = LoggedText(value);
  }
}

// Off the text; quotes and what stands behind a backslash are undone, but for \xHH, which shows
// what couldn't be printed.
std::optional<std::string> TakeValue(std::string_view& text) {
  std::string value;
  if (!text.starts_with('"')) {
    value = text.substr(0, text.find(' '));
    text.remove_prefix(value.size());
    return value;
  }
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    const bool escaped = text[i] == '\\' && i + 1 < text.size() && text[i + 1] != 'x';
    if (escaped) ++i;
    value += text[i];
  }
  return std::nullopt;
}

std::optional<LoggedDemand> ParseText(std::string_view text) {
  LoggedDemand demand;
  const std::size_t colon = text.substr(0, 64).find(": rcpt=");
  if (colon == std::string_view::npos || text.substr(0, colon).find(' ') < colon) {
    return std::nullopt;
  }
  demand.queue_id = LoggedText(text.substr(0, colon));
  text.remove_prefix(colon + 1);
  for (int i = 0; i < kMostFields && text.starts_with(' '); ++i) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = text.substr(1, equals - 1);
    text.remove_prefix(equals + 1);
    std::optional<std::string> value = TakeValue(text);
    if (!value) return std::nullopt;
    Set(name, *value, demand);
  }
  return demand;
}

std::optional<LoggedDemand> ParseJson(std::string_view text) {
  boost::json::error_code wrong;
  const boost::json::value value =
      boost::json::parse(boost::json::string_view(text.data(), text.size()), wrong);
  if (wrong || !value.is_object()) return std::nullopt;
  LoggedDemand demand;
  for (const auto& [key, member] : value.as_object()) {
    if (!member.is_string() || key == "client") return std::nullopt;  // of mail that comes in
    const std::string_view name(key.data(), key.size());
    const std::string_view text_of(member.as_string().data(), member.as_string().size());
    if (name == "queue-id") demand.queue_id = LoggedText(text_of);
    Set(name, text_of, demand);
  }
  return demand;
}

}  // namespace

std::optional<LoggedDemand> ParseOwnLog(std::string_view text) {
  if (text.size() > kMaxLineOctets) return std::nullopt;
  std::optional<LoggedDemand> demand = text.starts_with('{') ? ParseJson(text) : ParseText(text);
  if (!demand || demand->recipient.empty() || demand->action.empty()) return std::nullopt;
  std::string& recipient = demand->recipient;
  if (recipient.size() >= 2 && recipient.front() == '<' && recipient.back() == '>') {
    recipient = recipient.substr(1, recipient.size() - 2);
  }
  return demand;
}

}  // namespace tlswarden
