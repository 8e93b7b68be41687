#include "policy/tag_list.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

constexpr std::string_view kVersion = "v=STSv1";

// "name=value,name=value", or "error".
std::string Parsed(std::string_view text) {
  if (!HasVersion(text, kVersion)) return "no version";
  const auto fields = ParseTagList(text, kVersion);
  if (!fields) return "error";
  std::string all;
  for (const auto& [name, value] : *fields) {
    if (!all.empty()) all += ',';
    all += std::string(name) + '=' + std::string(value);
  }
  return all;
}

TEST(HasVersion, IsTheVeryFirstThing) {
  for (const char* good : {"v=STSv1;", "v=STSv1; id=1", "v=STSv1 ;id=1", "v=STSv1 \t ;"}) {
    EXPECT_TRUE(HasVersion(good, kVersion)) << good;
  }
  const struct {
    std::string text, why;
  } bad[] = {
      {"", "empty"},
      {"v=STSv1", "no semicolon"},
      {"v=STSv1 ", "no semicolon"},
      {" v=STSv1;", "blank first"},
      {"v=STSv10;", "another version"},
      {"v=STSv2;", "another version"},
      {"V=STSv1;", "case-sensitive"},
      {"v=stsv1;", "case-sensitive"},
      {"v = STSv1;", "blanks around ="},
      {"id=1; v=STSv1;", "not first"},
      {"\"v=STSv1;", "quote"},
      {"v=STSv1,id=1;", "comma"},
  };
  for (const auto& c : bad) EXPECT_FALSE(HasVersion(c.text, kVersion)) << c.why;
}

TEST(ParseTagList, Good) {
  const struct {
    std::string text, fields;
  } cases[] = {
      {"v=STSv1;", ""},
      {"v=STSv1; id=1", "id=1"},
      {"v=STSv1;id=1;", "id=1"},
      {"v=STSv1 ; id=1 ; ", "id=1"},
      {"v=STSv1;\tid=1\t;\ta=b\t;\t", "id=1,a=b"},
      {"v=STSv1; id=1; id=2", "id=1,id=2"},
      {"v=STSv1; a.b-c_d=!#~", "a.b-c_d=!#~"},
      {"v=STSv1; rua=https://a.example/?b=c", "rua=https://a.example/?b=c"},
  };
  for (const auto& c : cases) EXPECT_EQ(Parsed(c.text), c.fields) << c.text;
}

TEST(ParseTagList, Bad) {
  const struct {
    std::string text, why;
  } cases[] = {
      {"v=STSv1;;", "empty field"},
      {"v=STSv1;; id=1", "empty field"},
      {"v=STSv1; id=1;;", "empty field"},
      {"v=STSv1; id", "no ="},
      {"v=STSv1; id=", "no value"},
      {"v=STSv1; =1", "no name"},
      {"v=STSv1; id =1", "blank before ="},
      {"v=STSv1; i\xc3\xa4=1", "name isn't ASCII"},
      {"v=STSv1; id=\xc3\xa4", "value isn't ASCII"},
      {"v=STSv1; id=1\n", "line feed"},
      {"v=STSv1; id=1\x7f", "DEL"},
      {"v=STSv1; _a=1", "name begins with _"},
      {"v=STSv1; " + std::string(33, 'a') + "=1", "name of 33 octets"},
      {std::string("v=STSv1; a=\0", 12), "NUL"},
  };
  for (const auto& c : cases) EXPECT_EQ(Parsed(c.text), "error") << c.why;
}

TEST(IsExtensionName, OneAlnumAndUpTo31More) {
  for (const std::string& good :
       {std::string("a"), std::string("9"), std::string("a.b-c_D9"), std::string(32, 'a')}) {
    EXPECT_TRUE(IsExtensionName(good)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("-a"), std::string("_a"), std::string(".a"), std::string("a b"),
        std::string("a\xc3"), std::string("a:"), std::string(33, 'a')}) {
    EXPECT_FALSE(IsExtensionName(bad)) << bad;
  }
}

}  // namespace
}  // namespace tlswarden
