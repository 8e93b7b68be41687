#include "policy/sts_record.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

TEST(ParseStsRecord, Good) {
  const struct {
    std::string text, id;
  } cases[] = {
      {"v=STSv1; id=20160831085700Z;", "20160831085700Z"},  // RFC 8461 section 3.1's example
      {"v=STSv1; id=20160831085700Z", "20160831085700Z"},
      {"v=STSv1;id=1", "1"},
      {"v=STSv1 ; id=1", "1"},  // the ABNF allows blanks before the semicolon
      {"v=STSv1\t;\tid=1\t;\t", "1"},
      {"v=STSv1; id=" + std::string(32, 'Z'), std::string(32, 'Z')},
      {"v=STSv1; id=1; id=2", "1"},   // of duplicates the first counts
      {"v=STSv1; id=1; id=!!", "1"},  // and the second, well-formed as an extension, is ignored
      {"v=STSv1; x=y; id=1", "1"},
      {"v=STSv1; id=1; x=y;", "1"},
      {"v=STSv1; a.b-c_9=!\"#$%&'()*+,-./:<>?@[\\]^`{|}~; id=1", "1"},
      {"v=STSv1; " + std::string(32, 'n') + "=v; id=1", "1"},
      {"v=STSv1; ID=9; id=1", "1"},  // names are case-sensitive: ID is an extension
  };
  for (const auto& c : cases) {
    const Result<StsRecord> record = ParseStsRecord(c.text);
    ASSERT_TRUE(record.ok()) << c.text << ": " << record.error();
    EXPECT_EQ(record->id, c.id) << c.text;
  }
}

TEST(ParseStsRecord, Bad) {
  const struct {
    std::string text, why;
  } cases[] = {
      {"", "empty"},
      {"v=STSv1", "no semicolon"},
      {"v=STSv1;", "no id"},
      {"v=STSv1; x=y", "no id"},
      {"v=STSv1; ID=1", "names are case-sensitive"},
      {"V=STSv1; id=1", "the version is case-sensitive"},
      {"v=STSv2; id=1", "another version"},
      {" v=STSv1; id=1", "blank first"},
      {"id=1; v=STSv1;", "the version comes first"},
      {"v=STSv1 id=1", "no semicolon between"},
      {"v=STSv1; id=", "empty id"},
      {"v=STSv1; id=;id=1", "the first counts, and is malformed"},
      {"v=STSv1; id=" + std::string(33, '1'), "id of 33 characters"},
      {"v=STSv1; id=2016-08-31", "hyphen in the id"},
      {"v=STSv1; id=2016_08", "underscore in the id"},
      {"v=STSv1; id=a=b", "= in the id"},
      {"v=STSv1; id=1 2", "blank in the id"},
      {"v=STSv1; id= 1", "blank after ="},
      {"v=STSv1; id =1", "blank before ="},
      {"v=STSv1; id=\xc3\xa4", "not ASCII"},
      {"v=STSv1; id=1\0"s, "NUL"},
      {"v=STSv1; id=1\n", "line feed"},
      {"v=STSv1; id=1; x", "extension without ="},
      {"v=STSv1; id=1; x=", "extension without a value"},
      {"v=STSv1; id=1; x=a=b", "= in an extension's value"},
      {"v=STSv1; id=1; x=a b", "blank in an extension's value"},
      {"v=STSv1; id=1; -x=a", "malformed name"},
      {"v=STSv1; id=1; " + std::string(33, 'n') + "=v", "name of 33 characters"},
      {"v=STSv1;; id=1", "empty field"},
      {"v=STSv1; id=1;;", "empty field"},
      {"v=STSv1; id=1; ;", "empty field"},
      {"v=STSv1, id=1", "comma"},
  };
  for (const auto& c : cases) EXPECT_FALSE(ParseStsRecord(c.text).ok()) << c.why;
}

// The ABNF ends with an optional delimiter, whose blanks belong to its semicolon.
TEST(ParseStsRecord, BlanksAtTheEndBelongToASemicolon) {
  EXPECT_TRUE(ParseStsRecord("v=STSv1; id=1; ").ok());
  EXPECT_FALSE(ParseStsRecord("v=STSv1; id=1 ").ok());
  EXPECT_FALSE(ParseStsRecord("v=STSv1; id=1\t").ok());
}

// RFC 8461 section 3.1: others are discarded; not exactly one left means no policy.
TEST(SelectStsRecord, ExactlyOne) {
  const std::string good = "v=STSv1; id=1";
  const std::string other = "v=spf1 -all";
  const struct {
    std::vector<std::string> texts;
    const char* id;  // "": no record; nullptr: an error
  } cases[] = {
      {{}, ""},
      {{other}, ""},
      {{""}, ""},
      {{"v=STSv1"}, ""},  // doesn't begin with "v=STSv1;"
      {{"v=STSv10; id=1"}, ""},
      {{good}, "1"},
      {{other, good, other}, "1"},
      {{"v=STSv1 ; id=1"}, "1"},
      {{good, good}, nullptr},
      {{good, "v=STSv1 ; id=2"}, nullptr},
      {{good, "v=STSv1; broken"}, nullptr},  // a broken one counts, too
      {{"v=STSv1; broken"}, nullptr},
      {{"v=STSv1;"}, nullptr},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.texts.empty() ? "" : c.texts.back());
    const Result<std::optional<StsRecord>> selected = SelectStsRecord(c.texts);
    ASSERT_EQ(selected.ok(), c.id != nullptr);
    if (!selected) continue;
    EXPECT_EQ(*selected ? (*selected)->id : "", c.id);
  }
}

}  // namespace
}  // namespace tlswarden
