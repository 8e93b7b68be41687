#include "daemon/rules_config.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/log_format.h"
#include "daemon/option_value.h"
#include "daemon/rule_keys.h"

namespace tlswarden {
namespace {

// Makes one rule out of its section.
class RuleMaker {
 public:
  RuleMaker(ConfigFile* file, Settings* settings, Time now)
      : file_(file), settings_(settings), now_(now) {}

  void Make(const RuleSection& section);

 private:
  void Apply(const ConfigValue& value);
  void ApplyEntry(const ConfigValue& value, const RuleKey& key, const std::string& word);
  void ApplyList(const ConfigValue& value, const RuleKey& key, std::string_view path);
  void RefuseValue(const ConfigValue& value, const std::string& why);
  void Refuse(const std::string& why);
  bool Given(std::string_view key) const { return given_.contains(key); }
  std::string GivenOf(std::initializer_list<std::string_view> keys) const;
  bool HasMatcher() const;
  std::string_view MessageMatcher() const;

  void CheckOutbound();
  void CheckPins();
  void CheckDelivery();
  void CheckInbound();

  ConfigFile* file_;
  Settings* settings_;
  const Time now_;
  Rule rule_;
  std::set<std::string_view> given_;
  bool broken_ = false;
};

void RuleMaker::RefuseValue(const ConfigValue& value, const std::string& why) {
  file_->errors.push_back(ProblemWith(value, why));
  broken_ = true;
}

void RuleMaker::Refuse(const std::string& why) {
  file_->errors.push_back({rule_.line, "[rule." + rule_.name + "]" + why});
}

std::string_view DirectionOf(const ConfigFile& file, const RuleSection& section) {
  for (std::size_t i = section.first_value; i < section.end_value; ++i) {
    if (file.values[i].option->key == "direction") return file.values[i].text;
  }
  return "outbound";
}

void RuleMaker::Make(const RuleSection& section) {
  rule_ = Rule();
  given_.clear();
  rule_.name = section.name;
  rule_.line = section.line;
  broken_ = section.broken;
  const bool is_inbound = DirectionOf(*file_, section) == "inbound";
  rule_.direction = is_inbound ? Direction::kInbound : Direction::kOutbound;
  for (std::size_t i = section.first_value; i < section.end_value; ++i) Apply(file_->values[i]);
  // What seems to be missing may be what was refused: one error is enough.
  if (!broken_) {
    is_inbound ? CheckInbound() : CheckOutbound();
    if (rule_.info_url.empty() && rule_.reply.find("{info-url}") != std::string::npos) {
      Refuse(" reply: {info-url} stands for nothing without info-url");
    }
  }
  if (rule_.until && *rule_.until <= now_) {
    file_->warnings.push_back({rule_.line, "[rule." + rule_.name +
                                               "] until = " + ToString(*rule_.until) +
                                               ": the rule has ended and has no effect"});
  }
  settings_->rules.push_back(std::move(rule_));
}

void RuleMaker::Apply(const ConfigValue& value) {
  const RuleKey& key = *FindRuleKey(value.option->key);
  const bool is_inbound = rule_.direction == Direction::kInbound;
  const RuleKey::Side wrong = is_inbound ? RuleKey::Side::kOutbound : RuleKey::Side::kInbound;
  if (key.side == wrong) {
    return RefuseValue(value, is_inbound ? "has no meaning in a rule with direction = inbound"
                                         : "is for rules with direction = inbound only");
  }
  given_.insert(key.key);
  const auto* words = std::get_if<std::vector<std::string>>(&value.value);
  if (words != nullptr) {
    for (const std::string& word : *words) ApplyEntry(value, key, word);
  } else if (const Result<bool> added = key.add(rule_, value.text); !added) {
    RefuseValue(value, added.error());
  }
}

void RuleMaker::ApplyEntry(const ConfigValue& value, const RuleKey& key, const std::string& word) {
  if (word.starts_with('@')) return ApplyList(value, key, std::string_view(word).substr(1));
  const Result<bool> added = key.add(rule_, word);
  if (added) return;
  const bool alone = word == value.text;
  RefuseValue(value, (alone ? "" : Printable(word, 100) + ": ") + added.error());
}

void RuleMaker::ApplyList(const ConfigValue& value, const RuleKey& key, std::string_view path) {
  if (!key.may_be_list) return RefuseValue(value, "can't be a list from a file");
  if (!path.starts_with('/')) return RefuseValue(value, "a list is @PATH; the path begins with /");
  const ListUse use{settings_->rules.size(), std::string(key.key), std::string(path), value.line};
  std::vector<ListUse>& lists = settings_->lists;
  for (auto earlier = lists.rbegin(); earlier != lists.rend() && earlier->rule == use.rule;
       ++earlier) {
    if (*earlier == use) return;
  }
  lists.push_back(use);
}

// The first of these keys that is given; empty when none is.
std::string RuleMaker::GivenOf(std::initializer_list<std::string_view> keys) const {
  for (const std::string_view key : keys) {
    if (Given(key)) return std::string(key);
  }
  return {};
}

bool RuleMaker::HasMatcher() const {
  return std::any_of(given_.begin(), given_.end(),
                     [](std::string_view key) { return FindRuleKey(key)->is_matcher; });
}

// A matcher of which the policy map knows nothing (NeedsMessage in policy/rule.h); empty: none.
std::string_view RuleMaker::MessageMatcher() const {
  for (const RuleKey& key : RuleKeys()) {
    const bool map_knows =
        key.key == "recipient-domain" || key.key == "next-hop" || key.key == "mx-host";
    if (key.is_matcher && !map_knows && Given(key.key)) return key.key;
  }
  return {};
}

void RuleMaker::CheckOutbound() {
  if (!Given("require")) {
    Refuse(": no require; set it to " + Allowed(*FindOption("rule", "require")));
    return;
  }
  const Requirement require = rule_.outbound.require;
  if (require == Requirement::kNone && !HasMatcher()) {
    Refuse(": no matcher, such as recipient-domain: it would lift every domain's policy");
  }
  CheckPins();
  const std::string strict = GivenOf({"minimum-tls", "ciphers"});
  if (!strict.empty() && require < Requirement::kEncrypt) {
    Refuse(" " + strict + ": with require = " + std::string(ToString(require)) +
           " mail may go without TLS; set require = encrypt or better");
  }
  CheckDelivery();
}

void RuleMaker::CheckPins() {
  const bool pinned = rule_.outbound.require == Requirement::kPinned;
  const std::string pin = GivenOf({"match", "fingerprint"});
  if (!pinned && !pin.empty()) Refuse(" " + pin + ": goes with require = pinned only");
  if (pinned && pin.empty()) {
    Refuse(" require = pinned: needs match, the names on the certificate, or fingerprint");
  }
  if (pinned && Given("match") && Given("fingerprint")) {
    Refuse(" match, fingerprint: give one of them, not both");
  }
}

// Whether the delivery can be held to the rule: at RCPT TO the milter can refuse, but what the
// domain publishes may change while the message is in the queue.
void RuleMaker::CheckDelivery() {
  const Settings::Milter& milter = settings_->milter;
  if (rule_.mode.value_or(settings_->outbound.mode) != Mode::kEnforce) return;
  if (rule_.on_failure == OnFailure::kRoute && milter.per_message != PerMessage::kPostfix) {
    Refuse(
        " on-failure = route: only Postfix can be told another way for a message; set [milter] "
        "per-message = postfix");
  }
  const std::string_view matcher = MessageMatcher();
  if (matcher.empty() || milter.per_message != PerMessage::kOff) return;
  Refuse(" " + std::string(matcher) +
         ": the delivery, which asks for a next hop, doesn't know it, and with [milter] "
         "per-message = off nobody tells it; set that to postfix or sendmail, or mode = observe "
         "here");
}

void RuleMaker::CheckInbound() {
  const std::string demand =
      GivenOf({"minimum-tls", "minimum-bits", "deny-cipher", "client-certificate",
               "certificate-subject", "certificate-issuer"});
  if (demand.empty()) {
    Refuse(": demands nothing; set minimum-tls, or minimum-tls = none for an exception");
  }
  if (rule_.on_failure == OnFailure::kRoute) {
    Refuse(" on-failure = route: has no meaning for mail that comes in");
  }
}

}  // namespace

void MakeRules(ConfigFile* file, Settings* settings, Time now) {
  settings->rules.reserve(file->rules.size());
  RuleMaker maker(file, settings, now);
  for (const RuleSection& section : file->rules) maker.Make(section);
}

}  // namespace tlswarden
