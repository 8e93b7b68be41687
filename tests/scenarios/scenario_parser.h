// scenario_parser: splits a scenario file into statements, and its small words into values.
//
// Pure. What the statements mean is the runner's business; README.md tells.
#ifndef TLSWARDEN_TESTS_SCENARIOS_SCENARIO_PARSER_H_
#define TLSWARDEN_TESTS_SCENARIOS_SCENARIO_PARSER_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace tlswarden {

struct Statement {
  int line = 0;
  std::string verb;               // "dns"
  std::string rest;               // what follows, without the blanks around it and the comment
  std::vector<std::string> body;  // the lines up to `end`, without their indentation
};

// Errors: "12: no end of the policy that begins here".
Result<std::vector<Statement>> ParseScenario(std::string_view text);

// Takes the first word off `rest`, and the blanks after it. Quotes have no meaning.
std::string TakeWord(std::string_view& rest);

std::vector<std::string> SplitWords(std::string_view text);

// Splits at commas outside of double quotes; trims the parts.
std::vector<std::string> SplitList(std::string_view text);

// "90", "90s", "5m", "1h", "2d".
std::optional<std::chrono::seconds> ParseDuration(std::string_view text);

// `...` in the pattern stands for any text, also for none.
bool MatchesPattern(std::string_view pattern, std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_SCENARIOS_SCENARIO_PARSER_H_
