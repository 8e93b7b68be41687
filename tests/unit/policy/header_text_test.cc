#include "policy/header_text.h"

#include <gtest/gtest.h>

#include "policy/glob.h"

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

struct Case {
  std::string value, text;
};

void ExpectAll(std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(DecodeHeader(c.value), c.text) << c.value;
}

// The table at the end of RFC 2047 section 8.
TEST(DecodeHeader, TheExamplesOfTheRfc) {
  ExpectAll({
      {"(=?ISO-8859-1?Q?a?=)", "(a)"},
      {"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
      {"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
      {"(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"},
      {"(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)"},
      {"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
      {"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
  });
}

// Its headers.
TEST(DecodeHeader, TheHeadersOfTheRfc) {
  ExpectAll({
      {" =?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"},
      {"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>",
       "Keld J\xc3\xb8rn Simonsen <keld@dkuug.dk>"},
      {"=?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>",
       "Andr\xc3\xa9 Pirard <PIRARD@vm1.ulg.ac.be>"},
      {"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n"
       " =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
       "If you can read this you understand the example."},
  });
}

TEST(DecodeHeader, Unfolds) {
  ExpectAll({
      {"", ""},
      {" ", ""},
      {"plain", "plain"},
      {" \tplain \t", "plain"},
      {"a\r\n b", "a b"},
      {"a\n\tb", "a\tb"},
      {"a\r\n \r\n  b", "a   b"},
      {"a\r\nb", "a\r\nb"},
      {"a\rb", "a\rb"},
      {"a\n", "a\n"},
      {"a\r", "a\r"},
      {"[sec\r\n ure]", "[sec ure]"},
  });
}

TEST(DecodeHeader, Words) {
  ExpectAll({
      {"=?utf-8?q?=5BSecure=5d?= x", "[Secure] x"},
      {"=?UTF-8?B?W3NlY3VyZV0=?=", "[secure]"},
      {"=?UTF-8?B?W3NlY3VyZV0?=", "[secure]"},
      {"x=?utf-8?q?y?=z", "xyz"},
      {"=?utf-8?q?a?==?utf-8?q?b?=", "ab"},
      {"=?utf-8?q?a?= x =?utf-8?q?b?=", "a x b"},
      {"=?utf-8?q?a?= ", "a"},
      {"=?utf-8?q?_a_?=", " a "},
      {"=?utf-8?q?\?=", ""},
      {"=?us-ascii*EN?q?a?=", "a"},
      {"=?iso-8859-1*DE?q?=E4?=", "\xc3\xa4"},
      {"=?x?q?=E4?=", "\xe4"},
      {"=?utf-8?q?=C3?= =?utf-8?q?=A4?=", "\xc3\xa4"},  // one character in two words
      {"=?utf-8?q?=00=0A?=", "\0\n"s},
      {"=?utf-8?q?" + std::string(300, 'a') + "?=", std::string(300, 'a')},
      {"\xc3\xa4 =?utf-8?q?=C3=A4?=", "\xc3\xa4 \xc3\xa4"},
  });
}

TEST(DecodeHeader, WhatIsNoWordStaysAsItStands) {
  for (const char* text : {
           "=?utf-8?q?a",
           "=?utf-8?q?a?",
           "=?utf-8?q?a? =",
           "=?utf-8?q?a b?=",
           "=?utf-8?q?a=?=",
           "=?utf-8?q?a=4?=",
           "=?utf-8?q?a=4G?=",
           "=?utf-8?q?\xc3\xa4?=",
           "=?utf-8?x?a?=",
           "=?utf-8??a?=",
           "=?utf-8?qq?a?=",
           "=??q?a?=",
           "=?utf-8?b?a?=",
           "=?utf-8?b?YWJj*A==?=",
           "=?utf-8?b?YWI===?=",
           "=?=?=?=?=?",
           "=?",
           "=",
           "?=",
       }) {
    EXPECT_EQ(DecodeHeader(text), text);
  }
}

// A broken word doesn't swallow the good one behind it.
TEST(DecodeHeader, GoodWordsAmongBrokenOnes) {
  ExpectAll({
      {"=?a?q?=?utf-8?q?b?=", "=?a?q?b"},
      {"=?utf-8?q?a?= =?utf-8?z?b?= =?utf-8?q?c?=", "a =?utf-8?z?b?= c"},
      {"=?utf-8?q?a?=\r\n =?utf-8?q?=?=", "a =?utf-8?q?=?="},
  });
}

TEST(DecodeHeader, IsBounded) {
  EXPECT_EQ(DecodeHeader(std::string(1'000'000, 'a')), std::string(kMaxHeaderTextOctets, 'a'));
  std::string words, latin;
  for (int i = 0; i < 3000; ++i) words += "=?utf-8?q?ab?= ";
  for (int i = 0; i < 3000; ++i) latin += "=E4";
  EXPECT_EQ(DecodeHeader(words).size(), kMaxHeaderTextOctets);
  EXPECT_EQ(DecodeHeader("=?iso-8859-1?q?" + latin + "?=").size(), kMaxHeaderTextOctets);
}

// As long as a header can be, of beginnings only: takes no time that would be noticed.
TEST(DecodeHeader, HostileTextTakesLinearTime) {
  for (const char* part : {"=?", "=?a", "=?a?", "=?a?q?", "=?a?q?\?", "=?a?q?\?= ", "\n ", "\r"}) {
    std::string text;
    while (text.size() < 1'000'000) text += part;
    EXPECT_LE(DecodeHeader(text).size(), kMaxHeaderTextOctets) << part;
  }
}

TEST(DecodeHeader, RulesFindTheMark) {
  for (const char* subject : {" Re: [Secure] plans", " =?utf-8?B?UmU6IFtzZWN1cmVdIHBsYW5z?=",
                              " =?utf-8?q?Re:_[sec?=\r\n =?utf-8?q?ure]?= plans"}) {
    EXPECT_TRUE(GlobMatches("*[secure]*", DecodeHeader(subject))) << subject;
  }
}

}  // namespace
}  // namespace tlswarden
