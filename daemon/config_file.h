// ConfigFile: the lines of the configuration, each one checked against the option table.
//
// Pure text in, values out. What a line says about another (ranges that depend, rules that hide
// each other) is the business of settings.h and rules_config.h.
#ifndef TLSWARDEN_DAEMON_CONFIG_FILE_H_
#define TLSWARDEN_DAEMON_CONFIG_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/options.h"

namespace tlswarden {

inline constexpr std::size_t kMaxConfigOctets = std::size_t{32} * 1024 * 1024;
inline constexpr std::size_t kMaxConfigLineOctets = 4096;
inline constexpr std::size_t kMaxConfigErrors = 100;  // then the rest isn't read

// One `KEY = VALUE` line that is right in itself.
struct ConfigValue {
  const Option* option = nullptr;
  std::string section;  // as written: "rule.bank"
  std::string text;     // as written, without the blanks around it
  int line = 0;
  Value value;
};

// What is wrong, without the file's name; `[SECTION] KEY = VALUE: REASON` where there is a key.
struct ConfigProblem {
  int line = 0;
  std::string text;
};

struct RuleSection {
  std::string name;  // without "rule."
  int line = 0;
  bool broken = false;  // a line in it was refused, so what seems to be missing may be there
  // Its lines: ConfigFile::values from here to there.
  std::size_t first_value = 0;
  std::size_t end_value = 0;
};

struct ConfigFile {
  std::vector<ConfigValue> values;  // in the order of the file
  std::vector<RuleSection> rules;   // all that begin, even when nothing stands in them
  std::vector<ConfigProblem> errors;
  std::vector<ConfigProblem> warnings;
};

// Lines are `[SECTION]`, `KEY = VALUE` or empty; blanks at the ends don't count. A `#` begins a
// comment at the start of a line or after a blank, so `/a#b` is a value. LF and CRLF end a line; a
// UTF-8 byte order mark at the beginning is skipped.
ConfigFile ReadConfig(std::string_view text);

// `[SECTION] KEY = VALUE: REASON`.
ConfigProblem ProblemWith(const ConfigValue& value, std::string_view reason);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_CONFIG_FILE_H_
