#include "daemon/config_file.h"

#include <algorithm>
#include <boost/any.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "daemon/config_line.h"
#include "daemon/log_format.h"
#include "daemon/option_value.h"
#include "policy/ascii.h"
#include "policy/remembered_tls.h"

namespace tlswarden {
namespace {

namespace po = boost::program_options;

constexpr std::size_t kMaxRuleNameOctets = 64;
constexpr std::size_t kMaxShownOctets = 80;

const char* WhyBadRuleName(std::string_view name) {
  const bool ok = std::all_of(name.begin(), name.end(),
                              [](char c) { return IsAlnum(c) || c == '-' || c == '_'; });
  if (name.empty()) return "a rule needs a name, as in [rule.NAME]";
  if (name == "default") return "the log says \"default\" when no rule matched; take another name";
  if (name == kRememberedRule || name == kRememberedAlarm) {
    return "the log gives this name to what [outbound] remember-tls does; take another";
  }
  if (!ok) return "a rule's name is made of letters, digits, hyphens and underscores";
  if (name.size() > kMaxRuleNameOctets) return "a rule's name has at most 64 characters";
  return nullptr;
}

struct BadValue : po::error {
  using po::error::error;
};

// Lets Program_options read a value as its row of the option table says.
class TableSemantic : public po::value_semantic {
 public:
  explicit TableSemantic(const Option& option) : option_(option) {}

  std::string name() const override { return std::string(option_.key); }
  unsigned min_tokens() const override { return 1; }
  unsigned max_tokens() const override { return 1; }
  bool is_composing() const override { return false; }
  bool is_required() const override { return false; }
  void parse(boost::any& store, const std::vector<std::string>& tokens, bool) const override {
    Result<Value> value = ParseValue(option_, tokens.front());
    if (!value) throw BadValue(value.error());
    store = std::make_pair(&option_, std::move(value).value());
  }
  bool apply_default(boost::any&) const override { return false; }
  void notify(const boost::any&) const override {}

 private:
  const Option& option_;
};

std::string FullName(std::string_view section, std::string_view key) {
  return std::string(section).append(".").append(key);
}

po::options_description Description() {
  po::options_description description;
  for (const Option& option : Options()) {
    // Program_options frees the semantic.
    auto semantic = std::make_unique<TableSemantic>(option);
    description.add_options()(FullName(option.section, option.key).c_str(), semantic.release());
  }
  return description;
}

std::string Shown(std::string_view section, std::string_view key) {
  return "[" + Printable(section, kMaxShownOctets) + "] " + Printable(key, kMaxShownOctets);
}

// The lines that a later one may repeat.
struct Seen {
  std::unordered_map<std::string, int> first;     // "section.key" → line of the first value
  std::unordered_map<std::string, int> empty;     // the same, of an empty value
  std::unordered_map<std::string, int> repeated;  // "section.key=value" → line
};

class Reader {
 public:
  ConfigFile Read(std::string_view text);

 private:
  void ReadLine(std::string_view line);
  void ReadHeader(std::string_view line);
  void EnterRule(std::string_view name);
  void ReadValue(std::string_view key, std::string_view text);
  void ReadRuleValue(std::string_view key, std::string_view text);
  void Keep(ConfigValue value);
  bool IsDuplicate(const ConfigValue& value);
  void Fail(std::string text);

  const po::options_description description_ = Description();
  ConfigFile file_;
  int line_ = 0;
  std::string section_;
  bool in_section_ = false;       // false before the first header
  bool section_is_known_ = true;  // after a wrong header its keys are no errors of their own
  std::unordered_map<std::string, int> begun_rules_;  // name → line of the header
  Seen seen_;                                         // outside rules
  Seen rule_seen_;  // in the rule that is being read: its section can't begin again
};

void Reader::Fail(std::string text) {
  file_.errors.push_back({line_, std::move(text)});
  if (section_is_known_ && section_.starts_with("rule.")) file_.rules.back().broken = true;
}

ConfigFile Reader::Read(std::string_view text) {
  if (text.size() > kMaxConfigOctets) {
    file_.errors.push_back({0, "larger than 32 MiB; this is no configuration file"});
    return std::move(file_);
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (!text.empty()) {
    if (file_.errors.size() >= kMaxConfigErrors) {
      Fail("too many errors; the rest of the file is not read");
      break;
    }
    const std::string_view line = TakeLine(text);
    ++line_;
    ReadLine(line);
  }
  return std::move(file_);
}

void Reader::ReadLine(std::string_view line) {
  if (const char* why = WhyUnreadable(line)) return Fail(why);
  line = Trim(WithoutComment(line));
  if (line.empty()) return;
  if (line.front() == '[') return ReadHeader(line);
  const std::size_t equals = line.find('=');
  const std::string_view key = Trim(line.substr(0, equals));
  if (equals == std::string_view::npos || key.empty()) {
    return Fail(Printable(line, kMaxShownOctets) +
                ": not a line of the form KEY = VALUE, [SECTION] or # comment");
  }
  if (!in_section_) {
    in_section_ = true;
    section_is_known_ = false;
    return Fail(Printable(key, kMaxShownOctets) + ": stands before the first [SECTION]");
  }
  if (section_is_known_) ReadValue(key, Trim(line.substr(equals + 1)));
}

void Reader::ReadHeader(std::string_view line) {
  in_section_ = true;
  section_is_known_ = false;
  if (line.back() != ']') {
    return Fail(Printable(line, kMaxShownOctets) + ": a section is [NAME], alone on its line");
  }
  section_ = Trim(line.substr(1, line.size() - 2));
  if (section_.starts_with("rule.")) return EnterRule(std::string_view(section_).substr(5));
  const std::span<const Option> options = Options();
  section_is_known_ =
      section_ != "rule" &&
      std::any_of(options.begin(), options.end(), [&](auto& o) { return o.section == section_; });
  if (section_is_known_) return;
  Fail("[" + Printable(section_, kMaxShownOctets) + "]: unknown section" +
       SuggestSection(section_));
}

void Reader::EnterRule(std::string_view name) {
  const std::string shown = "[" + Printable(section_, kMaxShownOctets) + "]: ";
  if (const char* why = WhyBadRuleName(name)) return Fail(shown + why);
  const auto [begun, is_new] = begun_rules_.emplace(name, line_);
  if (!is_new) return Fail(shown + "already begun on line " + std::to_string(begun->second));
  section_is_known_ = true;
  rule_seen_ = Seen();
  RuleSection& rule = file_.rules.emplace_back();
  rule.name = name;
  rule.line = line_;
  rule.first_value = rule.end_value = file_.values.size();
}

// Program_options takes 20 times as long for a line, which adds up in a file with a rule for each
// of 100,000 partners.
void Reader::ReadRuleValue(std::string_view key, std::string_view text) {
  const Option* option = FindOption("rule", key);
  if (option == nullptr) {
    return Fail(Shown(section_, key) + ": unknown key" + SuggestKey("rule", key));
  }
  Result<Value> read = ParseValue(*option, text);
  if (!read) {
    return Fail(Shown(section_, key) + " = " + Printable(text, kMaxShownOctets) + ": " +
                read.error());
  }
  Keep({option, section_, std::string(text), line_, std::move(read).value()});
  file_.rules.back().end_value = file_.values.size();
}

void Reader::ReadValue(std::string_view key, std::string_view text) {
  const std::string_view table_section = TableSection(section_);
  if (table_section != section_) return ReadRuleValue(key, text);
  const std::string full_name = FullName(table_section, key);
  po::parsed_options parsed(&description_);
  parsed.options.emplace_back(full_name, std::vector<std::string>{std::string(text)});
  po::variables_map stored;
  try {
    po::store(parsed, stored);
  } catch (const BadValue& e) {
    return Fail(Shown(section_, key) + " = " + Printable(text, kMaxShownOctets) + ": " + e.what());
  } catch (const po::unknown_option&) {
    return Fail(Shown(section_, key) + ": unknown key" + SuggestKey(table_section, key));
  }
  const auto& [option, read] = stored[full_name].as<std::pair<const Option*, Value>>();
  ConfigValue value{option, section_, std::string(text), line_, read};
  if (option->availability == Availability::kReserved) {
    file_.warnings.push_back({line_, Shown(section_, key) +
                                         ": this version doesn't do that yet; the line has no "
                                         "effect"});
    return;
  }
  Keep(std::move(value));
}

void Reader::Keep(ConfigValue value) {
  if (!IsDuplicate(value)) file_.values.push_back(std::move(value));
}

bool Reader::IsDuplicate(const ConfigValue& value) {
  const std::string name = FullName(value.section, value.option->key);
  const auto already = [&](const auto& place, const char* why) {
    file_.errors.push_back(ProblemWith(value, std::string(why) + std::to_string(place->second)));
    return true;
  };
  Seen& seen = TableSection(value.section) == "rule" ? rule_seen_ : seen_;
  const auto first = seen.first.emplace(name, value.line);
  if (!value.option->repeatable) {
    return !first.second && already(first.first, "already set on line ");
  }
  const bool is_empty = std::holds_alternative<std::monostate>(value.value);
  const auto empty = is_empty ? seen.empty.emplace(name, value.line).first : seen.empty.find(name);
  if (is_empty && !first.second) {
    return already(first.first, "an empty value must be the only one; already set on line ");
  }
  if (!is_empty && empty != seen.empty.end()) return already(empty, "already set empty on line ");
  const std::string printed = PrintValue(*value.option, value.value);  // in one spelling
  const auto same = seen.repeated.emplace(name + "=" + printed, value.line);
  return !same.second && already(same.first, "already on line ");
}

}  // namespace

ConfigFile ReadConfig(std::string_view text) { return Reader().Read(text); }

ConfigProblem ProblemWith(const ConfigValue& value, std::string_view reason) {
  std::string text = Shown(value.section, value.option->key) + " = " +
                     Printable(value.text, kMaxShownOctets) + ": ";
  return {value.line, text.append(reason)};
}

}  // namespace tlswarden
