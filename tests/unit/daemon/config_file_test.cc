#include "daemon/config_file.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

// "[section] key = text@line", one for each value.
std::vector<std::string> Values(const ConfigFile& file) {
  std::vector<std::string> values;
  for (const ConfigValue& value : file.values) {
    values.push_back("[" + value.section + "] " + std::string(value.option->key) + " = " +
                     value.text + "@" + std::to_string(value.line));
  }
  return values;
}

std::vector<std::string> Lines(const std::vector<ConfigProblem>& problems) {
  std::vector<std::string> lines;
  for (const ConfigProblem& problem : problems) {
    lines.push_back(std::to_string(problem.line) + ": " + problem.text);
  }
  return lines;
}

TEST(ConfigFile, GoodLines) {
  struct Case {
    std::string text;
    std::vector<std::string> values;
  };
  const Case cases[] = {
      {"", {}},
      {"\n \t\n# comment\n  # comment\n", {}},
      {"[dane]\nenabled = no\n", {"[dane] enabled = no@2"}},
      {"[dane]\nenabled=no", {"[dane] enabled = no@2"}},
      {"  [ dane ]\t\n\t enabled \t=\t no \t\n", {"[dane] enabled = no@2"}},
      {"[dane]\r\nenabled = no\r\n", {"[dane] enabled = no@2"}},
      {"\xef\xbb\xbf[dane]\nenabled = no\n", {"[dane] enabled = no@2"}},
      {"[dane] # comment\nenabled = no # comment\n", {"[dane] enabled = no@2"}},
      {"[dane]\nenabled = no\t# a # b\n#enabled = yes\n", {"[dane] enabled = no@2"}},
      {"[mta-sts]\nca-file = /a#b # c\n", {"[mta-sts] ca-file = /a#b@2"}},
      {"[mta-sts]\nca-file = /a=b\n", {"[mta-sts] ca-file = /a=b@2"}},
      {"[mta-sts]\nca-file =\n", {"[mta-sts] ca-file = @2"}},
      {"[mta-sts]\nca-file = # none\n", {"[mta-sts] ca-file = @2"}},
      {"[resolver]\ntimeout = 1s\n[dane]\n[resolver]\nattempts = 1\n",
       {"[resolver] timeout = 1s@2", "[resolver] attempts = 1@5"}},
      {"[resolver]\nnameserver = ::1\nnameserver = 127.0.0.1\n",
       {"[resolver] nameserver = ::1@2", "[resolver] nameserver = 127.0.0.1@3"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const ConfigFile file = ReadConfig(c.text);
    EXPECT_EQ(Lines(file.errors), std::vector<std::string>{});
    EXPECT_EQ(Lines(file.warnings), std::vector<std::string>{});
    EXPECT_EQ(Values(file), c.values);
  }
}

TEST(ConfigFile, BadLines) {
  struct Case {
    std::string text;
    std::vector<std::string> errors;
  };
  const std::string no_form = ": not a line of the form KEY = VALUE, [SECTION] or # comment";
  const Case cases[] = {
      {"\n[resolver]\ntimeout = fast\n",
       {"3: [resolver] timeout = fast: not a duration; use a number with ms, s, m, h or d, for "
        "example 5s"}},
      {"[milter]\nsockets = x\n", {"2: [milter] sockets: unknown key; did you mean socket?"}},
      {"[milter]\nnameserver = ::1\n",
       {"2: [milter] nameserver: unknown key; it belongs in [resolver]"}},
      {"[mlter]\nsocket =\nsocket =\n", {"1: [mlter]: unknown section; did you mean milter?"}},
      {"[]\n", {"1: []: unknown section"}},
      {"[rule]\nrequire = dane\n",
       {"1: [rule]: unknown section; a rule needs a name, as in [rule.NAME]"}},
      {"[milter\nsocket =\n", {"1: [milter: a section is [NAME], alone on its line"}},
      {"[milter] socket =\n", {"1: [milter] socket =: a section is [NAME], alone on its line"}},
      {"enabled = no\nenabled = no\n[dane]\nenabled = no",
       {"1: enabled: stands before the first [SECTION]"}},
      {"[dane]\nenabled\n", {"2: enabled" + no_form}},
      {"[dane]\n= yes\n", {"2: = yes" + no_form}},
      {"; comment\n", {"1: ; comment" + no_form}},
      {"[dane]\nenabled = yes\n\nenabled = yes\n",
       {"4: [dane] enabled = yes: already set on line 2"}},
      {"[dane]\nenabled = yes\n[log]\n[dane]\nenabled = no\n",
       {"5: [dane] enabled = no: already set on line 2"}},
      {"[resolver]\nnameserver = ::1\nnameserver = ::1\n",
       {"3: [resolver] nameserver = ::1: already on line 2"}},
      {"[resolver]\nnameserver = ::1\nnameserver = [0::1]:53\n",
       {"3: [resolver] nameserver = [0::1]:53: already on line 2"}},
      {"[socketmap]\nlisten =\nlisten = inet:127.0.0.1:1\n",
       {"3: [socketmap] listen = inet:127.0.0.1:1: already set empty on line 2"}},
      {"[socketmap]\nlisten = inet:127.0.0.1:1\nlisten =\n",
       {"3: [socketmap] listen = : an empty value must be the only one; already set on line 2"}},
      {"[dane]\nenabled = y\0es\n"s, {"2: NUL octet: this is no text file, or not in UTF-8"}},
      {"[dane]\nenabled = \x1b[2J\n", {"2: control character"}},
      {"[dane]\renabled = no\r", {"1: control character"}},
      {"[dane]\nenabled = \xff\xfe\n", {"2: [dane] enabled = \\xff\\xfe: must be yes or no"}},
      {"[rule.a b]\n",
       {"1: [rule.a b]: a rule's name is made of letters, digits, hyphens and "
        "underscores"}},
      {"[rule.]\n", {"1: [rule.]: a rule needs a name, as in [rule.NAME]"}},
      {"[rule.default]\n",
       {"1: [rule.default]: the log says \"default\" when no rule matched; take another name"}},
      {"[rule.remembered]\n",
       {"1: [rule.remembered]: the log gives this name to what [outbound] remember-tls does; take "
        "another"}},
      {"[rule.remember-tls]\n",
       {"1: [rule.remember-tls]: the log gives this name to what [outbound] remember-tls does; "
        "take "
        "another"}},
      {"[rule.a]\nmatches = x\n", {"2: [rule.a] matches: unknown key; did you mean match?"}},
      {"[rule.a]\nrequire = tls\n",
       {"2: [rule.a] require = tls: must be none, published, encrypt, authenticated, dane or "
        "pinned"}},
      {"[rule.a]\nrequire = dane\n[rule.b]\n[rule.a]\nrequire = none\n",
       {"4: [rule.a]: already begun on line 1"}},
      {"[dane]\nenabled = maybe\nx = y\n[nowhere]\n",
       {"2: [dane] enabled = maybe: must be yes or no", "3: [dane] x: unknown key",
        "4: [nowhere]: unknown section"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(Lines(ReadConfig(c.text).errors), c.errors);
  }
}

TEST(ConfigFile, ReservedKeysWarn) {
  const ConfigFile file = ReadConfig("[metrics]\nlisten = x\n[cache]\nshared = x # y\n");
  EXPECT_TRUE(file.errors.empty());
  EXPECT_TRUE(file.values.empty());
  EXPECT_EQ(Lines(file.warnings),
            (std::vector<std::string>{
                "2: [metrics] listen: this version doesn't do that yet; the line has no effect",
                "4: [cache] shared: this version doesn't do that yet; the line has no effect"}));
}

TEST(ConfigFile, Limits) {
  const std::string longest = "#" + std::string(kMaxConfigLineOctets - 1, 'x');
  EXPECT_TRUE(ReadConfig(longest + "\r\n" + longest).errors.empty());
  EXPECT_EQ(Lines(ReadConfig(longest + "x\n").errors),
            std::vector<std::string>{"1: the line is longer than 4096 octets"});
  EXPECT_TRUE(ReadConfig(std::string(kMaxConfigOctets, '\n')).errors.empty());
  EXPECT_EQ(Lines(ReadConfig(std::string(kMaxConfigOctets + 1, '\n')).errors),
            std::vector<std::string>{"0: larger than 32 MiB; this is no configuration file"});
}

TEST(ConfigFile, ManyErrorsEndIt) {
  std::string text = "[dane]\n";
  for (int i = 0; i < 1000; ++i) text += "x = y\n";
  const ConfigFile file = ReadConfig(text);
  ASSERT_EQ(file.errors.size(), kMaxConfigErrors + 1);
  EXPECT_EQ(file.errors.back().text, "too many errors; the rest of the file is not read");
}

TEST(ConfigFile, RuleSections) {
  const ConfigFile file =
      ReadConfig("[rule.b]\nrequire = x\n[rule.a]\n[rule.c d]\n[dane]\nx = y\n");
  ASSERT_EQ(file.rules.size(), 2U);
  EXPECT_EQ(file.rules[0].name, "b");
  EXPECT_EQ(file.rules[0].line, 1);
  EXPECT_TRUE(file.rules[0].broken);
  EXPECT_EQ(file.rules[1].name, "a");
  EXPECT_FALSE(file.rules[1].broken);
}

}  // namespace
}  // namespace tlswarden
