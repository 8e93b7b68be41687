#include "daemon/list_file.h"

#include <gtest/gtest.h>

#include "daemon/settings.h"

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

// "ENTRY@LINE" for each, or the errors.
std::vector<std::string> Entries(std::string text) {
  std::vector<std::string> lines;
  const std::string path = "/l";
  ListErrors errors(path, &lines);
  const ListFile list(std::move(text), &errors);
  if (errors.any()) return lines;
  for (std::size_t i = 0; i < list.size(); ++i) {
    lines.push_back(std::string(list.entry(i)) + "@" + std::to_string(list.line(i)));
  }
  return lines;
}

TEST(ListFile, Lines) {
  struct Case {
    std::string text;
    std::vector<std::string> entries;
  };
  const Case cases[] = {
      {"", {}},
      {"\n \t\r\n# comment\n  # comment", {}},
      {"a", {"a@1"}},
      {"a\nb\n", {"a@1", "b@2"}},
      {"a\r\n\r\nb\r\n", {"a@1", "b@3"}},
      {"\xef\xbb\xbf"
       "a\n",
       {"a@1"}},
      {"  a b \t# c\nd#e\n", {"a b@1", "d#e@2"}},
      {"a\0b\n"s, {"/l:1: NUL octet: this is no text file, or not in UTF-8"}},
      {"a\n\x1b[2J\nb\x7f\n", {"/l:2: control character", "/l:3: control character"}},
      {std::string(4097, 'a') + "\n", {"/l:1: the line is longer than 4096 octets"}},
      {std::string(4096, 'a') + "\r\n", {std::string(4096, 'a') + "@1"}},
  };
  for (const Case& c : cases) EXPECT_EQ(Entries(c.text), c.entries) << c.text.substr(0, 100);
}

TEST(ListFile, Limits) {
  std::string most;
  for (int i = 0; i < 1'000'000; ++i) most += "a\n";
  EXPECT_EQ(Entries(most).size(), 1'000'000U);
  EXPECT_EQ(Entries(most + "# more\n\nb\n"),
            std::vector<std::string>{"/l:1000003: more than 1000000 entries"});
  EXPECT_EQ(Entries(std::string(kMaxListOctets, '\n')), std::vector<std::string>{});
  EXPECT_EQ(Entries(std::string(kMaxListOctets + 1, '\n')),
            std::vector<std::string>{"/l: larger than 64 MiB"});
}

TEST(ListFile, FewErrorsAreShown) {
  std::string bad;
  for (int i = 0; i < 1000; ++i) bad += "\x01\n";
  const std::vector<std::string> errors = Entries(bad);
  ASSERT_EQ(errors.size(), kMaxListErrors + 1);
  EXPECT_EQ(errors.back(), "/l: too many errors; the rest of the file is not read");
}

// A configuration with lists that are given here, by path.
Loaded Load(const std::string& lines, const std::map<std::string, std::string>& lists) {
  const auto read = [&lists](const std::string& path) {
    const auto found = lists.find(path);
    return found == lists.end() ? FileText{{}, ENOENT} : FileText{found->second, 0};
  };
  return ParseSettings("[milter]\nper-message = postfix\n[rule.a]\nrequire = encrypt\n" + lines,
                       "f", {read, {}});
}

TEST(Lists, FillEachMatcher) {
  const Loaded loaded = Load(
      "recipient-domain = x.example @/d\nsender-domain = @/d\nrecipient = @/d\nsender = @/s\n"
      "next-hop = @/n\nmx-host = @/d\nclient-name = @/d\nclient-address = @/c\n"
      "authenticated = @/l\n",
      {{"/d", "a.example # A\n*.b.example\n"},
       {"/s", "<>\nu@a.example\n"},
       {"/n", "[a.example]:587\n"},
       {"/c", "192.0.2.0/24\n::1\n"},
       {"/l", "Bob\nyes\n"}});
  ASSERT_EQ(loaded.errors, std::vector<std::string>{});
  EXPECT_TRUE(loaded.warnings.empty());
  // As written, the rule has no list's entries.
  EXPECT_EQ(loaded.settings.rules.at(0).match.recipient_domain.patterns().size(), 1U);
  const Matchers& match = loaded.rules.at(0).match;
  EXPECT_EQ(match.recipient_domain.patterns().size(), 3U);
  EXPECT_EQ(match.sender_domain.patterns().size(), 2U);
  EXPECT_EQ(match.recipient.written().size(), 2U);
  EXPECT_EQ(match.sender.written(), (std::vector<std::string>{"<>", "u@a.example"}));
  EXPECT_EQ(match.next_hop.exact, TextSet{"[a.example]:587"});
  EXPECT_EQ(match.mx_host.patterns().size(), 2U);
  EXPECT_EQ(match.client_name.patterns().size(), 2U);
  EXPECT_EQ(match.client_address.ranges().size(), 2U);
  EXPECT_EQ(match.authenticated, (TextSet{"bob", "yes"}));
}

TEST(Lists, ErrorsNameFileAndLine) {
  EXPECT_EQ(
      Load("recipient-domain = @/d\nsender = @/none\n", {{"/d", "a.example\n\na..b\n x y\n"}})
          .errors,
      (std::vector<std::string>{"f:6: [rule.a] sender = @/none: No such file or directory",
                                "/d:3: a..b: empty label",
                                "/d:4: x y: character that is not allowed in a domain name"}));
  // Good for one key, and not for the other.
  EXPECT_EQ(Load("sender = @/s\nsender-domain = @/s\n", {{"/s", "u@a.example\n"}}).errors.size(),
            1U);
  std::string lines;
  for (int i = 0; i < 1001; ++i) lines += "sender = @/s" + std::to_string(i) + "\n";
  std::map<std::string, std::string> lists;
  for (int i = 0; i < 1001; ++i) lists["/s" + std::to_string(i)] = "a.example";
  EXPECT_EQ(Load(lines, lists).errors,
            std::vector<std::string>{
                "f:1005: [rule.a] sender = @/s1000: more than 1000 different lists"});
}

TEST(Lists, TogetherTheyAreBounded) {
  std::string list;
  for (int i = 0; i < 10000; ++i) list += "a.example\n";
  std::string rules;
  for (int i = 0; i < 1001; ++i) {
    rules += "[rule.r" + std::to_string(i) + "]\nrequire = dane\nrecipient-domain = @/d\n";
  }
  EXPECT_EQ(Load(rules, {{"/d", list}}).errors,
            std::vector<std::string>{"f: the lists put more than 10000000 entries into rules"});
}

// Else a list that somebody has emptied would make the rule one for all mail.
TEST(Lists, AnEmptyOneMatchesNothing) {
  const Loaded loaded = Load("recipient-domain = @/d\n", {{"/d", "# nobody\n"}});
  EXPECT_TRUE(loaded.errors.empty());
  EXPECT_EQ(loaded.warnings, std::vector<std::string>{"/d: no entry, so [rule.a] matches nothing"});
  const Domain domain{"a.example"};
  Facts facts;
  facts.recipient_domain = &domain;
  EXPECT_EQ(FitOf(loaded.rules.at(0), facts, Time()), Fit::kNo);
  EXPECT_EQ(FirstMisfit(loaded.rules.at(0), facts, Time()), "recipient-domain");

  const Loaded other = Load("recipient-domain = @/d a.example\n", {{"/d", ""}});
  EXPECT_EQ(other.warnings, std::vector<std::string>{"/d: no entry"});
  EXPECT_EQ(FitOf(other.rules.at(0), facts, Time()), Fit::kYes);
}

}  // namespace
}  // namespace tlswarden
