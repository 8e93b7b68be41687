#include "daemon/options.h"

#include <gtest/gtest.h>

#include <set>

#include "daemon/option_value.h"

namespace tlswarden {
namespace {

TEST(OptionTable, EveryRowIsWhole) {
  std::set<std::string> seen;
  for (const Option& option : Options()) {
    const std::string name = std::string(option.section) + "." + std::string(option.key);
    SCOPED_TRACE(name);
    EXPECT_TRUE(seen.insert(name).second);
    if (option.availability == Availability::kReserved) {
      EXPECT_EQ(option.binding.set, nullptr);
      continue;
    }
    EXPECT_FALSE(option.help.empty());
    EXPECT_TRUE(option.help.ends_with('.'));
    EXPECT_EQ(option.binding.set == nullptr, option.section == "rule");
    EXPECT_EQ(option.binding.get == nullptr, option.section == "rule");
    EXPECT_EQ(option.words.empty(), option.type != ValueType::kWord);
    const bool has_default = !option.default_text.empty() || option.may_be_empty;
    if (has_default) {
      EXPECT_TRUE(ParseValue(option, option.default_text).ok());
    }
    EXPECT_TRUE(has_default || option.section == "rule");
  }
}

TEST(OptionTable, EverySectionInForceHasHelp) {
  std::set<std::string_view> helped;
  for (const SectionHelp& section : Sections()) {
    EXPECT_TRUE(helped.insert(section.name).second);
    EXPECT_TRUE(section.help.ends_with('.'));
  }
  for (const Option& option : Options()) {
    if (option.availability == Availability::kNow) {
      EXPECT_TRUE(helped.contains(option.section)) << option.section;
    }
  }
}

TEST(OptionTable, Find) {
  EXPECT_EQ(FindOption("milter", "socket")->key, "socket");
  EXPECT_EQ(FindOption("milter", "sockets"), nullptr);
  EXPECT_EQ(FindOption("mill", "socket"), nullptr);
  EXPECT_EQ(TableSection("rule.bank"), "rule");
  EXPECT_EQ(TableSection("rule"), "rule");
  EXPECT_EQ(TableSection("ruler"), "ruler");
}

TEST(OptionTable, Suggestions) {
  struct Case {
    const char* section;
    const char* key;
    const char* suggestion;
  };
  constexpr Case kCases[] = {
      {"milter", "sockets", "; did you mean socket?"},
      {"milter", "soket", "; did you mean socket?"},
      {"milter", "socket_mode", "; did you mean socket-mode?"},
      {"rule", "recipient-domains", "; did you mean recipient-domain?"},
      {"milter", "nameserver", "; it belongs in [resolver]"},
      {"milter", "timeout", ""},  // two sections have one
      {"milter", "frobnicate", ""},
      {"milter", "", ""},
      {"metrics", "listn", ""},  // reserved keys are not recommended
  };
  for (const Case& c : kCases) EXPECT_EQ(SuggestKey(c.section, c.key), c.suggestion) << c.key;
  EXPECT_EQ(SuggestKey("milter", std::string(4096, 's')), "");
  EXPECT_EQ(SuggestSection("mlter"), "; did you mean milter?");
  EXPECT_EQ(SuggestSection("mtasts"), "; did you mean mta-sts?");
  EXPECT_EQ(SuggestSection("rule"), "; a rule needs a name, as in [rule.NAME]");
  EXPECT_EQ(SuggestSection("server"), "");
}

}  // namespace
}  // namespace tlswarden
