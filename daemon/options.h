// Options: the one table of all that the configuration file may say.
//
// The reader, check-config --print, --help, the sample file and the manual page come from it, so a
// new setting is a row here and a member of Settings.
#ifndef TLSWARDEN_DAEMON_OPTIONS_H_
#define TLSWARDEN_DAEMON_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/settings.h"

namespace tlswarden {

inline constexpr std::string_view kConfigPath = "/etc/tlswarden/tlswarden.conf";

enum class ValueType {
  kYesNo,
  kWord,           // one of Option::words
  kNumber,         // from Option::least to Option::most
  kDuration,       // a number with a unit; least and most are milliseconds
  kFileMode,       // octal
  kFile,           // an absolute path
  kStore,          // sqlite:PATH
  kMilterAddress,  // libmilter's order
  kListenAddress,  // Postfix's order
  kNameServer,     //
  kIpAddress,      // IPv4 or IPv6, in text form
  kHostName,       // as EHLO takes it: a domain name
  kDomains,        // one or more domain patterns
  kEntries,        // of rules: one or more words; rule_keys.h knows what they may be
  kMailAddress,    // NAME@DOMAIN
  kMailLog,        // off, journal, or an absolute path
  kText,           // anything
};

// A value as read from one line. monostate: nothing after the equals sign. A word is the number of
// its place in Option::words. kFile and kStore hold the path.
using Value =
    std::variant<std::monostate, bool, std::int64_t, std::chrono::milliseconds, std::string,
                 ListenAddress, NameServer, std::vector<DomainPattern>, std::vector<std::string>>;

// Where the values live in Settings. A list takes and gives one value for each line.
struct Binding {
  void (*set)(Settings&, const Value&) = nullptr;
  std::vector<Value> (*get)(const Settings&) = nullptr;
};

enum class Availability {
  kNow,
  kReserved,  // known by name, for a later version: accepted with a warning, without effect
};

struct Option {
  std::string_view section;  // "rule" stands for every [rule.NAME]
  std::string_view key;
  ValueType type = ValueType::kText;
  std::string_view default_text = {};  // as it would stand in the file; empty: none
  std::string_view words = {};         // kWord: "enforce|observe|off", in their enum's order
  std::int64_t least = 0;
  std::int64_t most = 0;
  bool repeatable = false;
  bool may_be_empty = false;
  Availability availability = Availability::kNow;
  Binding binding = {};  // none for the keys of rules and for reserved ones
  std::string_view help = {};
};

// In the order in which they are printed, each section in one piece.
std::span<const Option> Options();

// The parts that it is made of.
std::span<const Option> SectionOptions();
std::span<const Option> ReportOptions();
std::span<const Option> RuleOptions();

struct SectionHelp {
  std::string_view name;
  std::string_view help;
};

// Every section with a key in force, in the table's order.
std::span<const SectionHelp> Sections();

// nullptr: there is none.
const Option* FindOption(std::string_view section, std::string_view key);

// "rule.bank" → "rule"; others as they are.
std::string_view TableSection(std::string_view written);

// "; did you mean socket?", or nothing when no name is near. Rules count as `rule.NAME`.
std::string SuggestKey(std::string_view section, std::string_view key);
std::string SuggestSection(std::string_view written);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_OPTIONS_H_
