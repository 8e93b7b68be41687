#include "policy/domain_set.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using Reach = DomainPattern::Reach;

TEST(ParseDomainPattern, Good) {
  EXPECT_EQ(ParseDomainPattern("Example.COM").value(),
            (DomainPattern{Name("example.com"), Reach::kItself}));
  EXPECT_EQ(ParseDomainPattern("*.example.com").value(),
            (DomainPattern{Name("example.com"), Reach::kBelow}));
  EXPECT_EQ(ParseDomainPattern("*.test").value(), (DomainPattern{Name("test"), Reach::kBelow}));
  EXPECT_EQ(ParseDomainPattern("b\xc3\xbc"
                               "cher.test")
                .value()
                .domain,
            Name("xn--bcher-kva.test"));
}

TEST(ParseDomainPattern, Bad) {
  for (const char* bad : {"", "*", "*.", ".example.com", "*.*.com", "a.*.com", "*a.com", "a b",
                          "192.0.2.1", "a@b.com"}) {
    EXPECT_FALSE(ParseDomainPattern(bad).ok()) << bad;
  }
}

TEST(ParseDomainPattern, BothAndBack) {
  for (const char* text : {"example.com", "*.example.com", "example.com/*", "*.test"}) {
    EXPECT_EQ(ToString(ParseDomainPattern(text).value()), text);
  }
  EXPECT_EQ(ParseDomainPattern("Example.com/*").value(),
            (DomainPattern{Name("example.com"), Reach::kBoth}));
  for (const char* bad : {"/*", "*.example.com/*", "example.com/", "example.com/*/*", "a/*.com"}) {
    EXPECT_FALSE(ParseDomainPattern(bad).ok()) << bad;
  }
}

DomainSet SetOf(std::initializer_list<std::string_view> patterns) {
  DomainSet set;
  for (std::string_view pattern : patterns) set.Add(ParseDomainPattern(pattern).value());
  return set;
}

TEST(DomainSet, Contains) {
  const DomainSet set =
      SetOf({"only.test", "*.below.test", "both.test/*", "b\xc3\xbc\x63her.test"});
  for (const char* in : {"only.test", "ONLY.test", "a.below.test", "a.b.below.test", "both.test",
                         "a.both.test", "xn--bcher-kva.test"}) {
    EXPECT_TRUE(set.Contains(Name(in))) << in;
  }
  for (const char* out : {"a.only.test", "below.test", "xbelow.test", "xboth.test", "test",
                          "only.test.org", "nly.test"}) {
    EXPECT_FALSE(set.Contains(Name(out))) << out;
  }
  EXPECT_FALSE(set.Contains(Domain())) << "the null sender's";
  EXPECT_FALSE(DomainSet().Contains(Name("only.test")));
  EXPECT_TRUE(DomainSet().empty());
}

TEST(DomainSet, KeepsEachPatternOnce) {
  const DomainSet set = SetOf({"a.test", "A.test", "*.a.test", "a.test/*", "b.test/*", "*.b.test"});
  std::string kept;
  for (const DomainPattern& pattern : set.patterns()) kept += ToString(pattern) + ' ';
  EXPECT_EQ(kept, "a.test *.a.test b.test/* ");
  EXPECT_TRUE(SetOf({"a.test"}) == SetOf({"a.test", "a.test"}));
  EXPECT_FALSE(SetOf({"a.test"}) == SetOf({"*.a.test"}));
}

// A pattern is covered when each domain that it matches is a member.
TEST(DomainSet, Covers) {
  const char* const kPatterns[] = {"test",     "*.test",   "test/*",     "a.test",    "*.a.test",
                                   "a.test/*", "b.a.test", "*.b.a.test", "b.a.test/*"};
  const char* const kNames[] = {"test",     "x.test",     "a.test",      "x.a.test",
                                "b.a.test", "x.b.a.test", "y.x.b.a.test"};
  for (const char* member : kPatterns) {
    const DomainSet set = SetOf({member});
    for (const char* pattern : kPatterns) {
      const DomainSet wanted = SetOf({pattern});
      const bool all = std::all_of(std::begin(kNames), std::end(kNames), [&](const char* name) {
        return !wanted.Contains(Name(name)) || set.Contains(Name(name));
      });
      EXPECT_EQ(set.Covers(ParseDomainPattern(pattern).value()), all) << member << ' ' << pattern;
    }
  }
  EXPECT_TRUE(SetOf({"a.test", "*.a.test"}).Covers(ParseDomainPattern("a.test/*").value()));
}

TEST(AddressSet, Contains) {
  AddressSet set;
  EXPECT_TRUE(set.empty());
  for (const char* text : {"Boss@Example.com", "sales.test", "*.below.test", "\"a@b\"@quoted.test",
                           "<ceo@b\xc3\xbc\x63her.test>"}) {
    ASSERT_TRUE(set.Add(text).ok()) << text;
  }
  for (const char* in : {"<boss@example.com>", "BOSS@EXAMPLE.COM", "x@sales.test", "@sales.test",
                         "x@a.below.test", "\"A@b\"@quoted.test", "ceo@xn--bcher-kva.test"}) {
    EXPECT_TRUE(set.Contains(ParseMailAddress(in))) << in;
  }
  for (const char* out : {"<>", "boss", "boss@", "boss@[192.0.2.1]", "bosss@example.com",
                          "x@example.com", "x@below.test", "boss@example.com@x.test"}) {
    EXPECT_FALSE(set.Contains(ParseMailAddress(out))) << out;
  }
}

TEST(AddressSet, TheNullSender) {
  AddressSet set;
  ASSERT_TRUE(set.Add("<>").ok());
  EXPECT_FALSE(set.empty());
  EXPECT_TRUE(set.Contains(ParseMailAddress("<>")));
  EXPECT_TRUE(set.Contains(ParseMailAddress("")));
  EXPECT_FALSE(set.Contains(ParseMailAddress("postmaster")));
  EXPECT_FALSE(set.Contains(ParseMailAddress("a@b.test")));
}

TEST(AddressSet, Bad) {
  AddressSet set;
  for (const char* bad : {"", "@", "user@", "@example.com", "user@*.example.com", "user@192.0.2.1",
                          "user@[192.0.2.1]", "*", "a b", "<", ">", "us\ter"}) {
    EXPECT_FALSE(set.Add(bad).ok()) << bad;
  }
  EXPECT_TRUE(set.empty()) << "what is refused leaves nothing behind";
}

DomainPattern Pattern(const std::string& text) { return ParseDomainPattern(text).value(); }

// Small sets are searched, large ones have an index: the same answers, at every size around the
// change from one to the other.
TEST(DomainSet, EverySizeAnswersTheSame) {
  for (int size = 0; size < 20; ++size) {
    SCOPED_TRACE(size);
    DomainSet set;
    for (int i = 0; i < size; ++i) set.Add(Pattern("other" + std::to_string(i) + ".test"));
    EXPECT_FALSE(set.Contains(Name("a.example")));
    EXPECT_TRUE(set.Add(Pattern("a.example")));
    EXPECT_FALSE(set.Add(Pattern("a.example")));
    EXPECT_TRUE(set.Contains(Name("a.example")));
    EXPECT_FALSE(set.Contains(Name("x.a.example")));
    EXPECT_FALSE(set.Covers(Pattern("a.example/*")));
    EXPECT_TRUE(set.Add(Pattern("*.a.example")));
    EXPECT_FALSE(set.Add(Pattern("a.example/*")));
    EXPECT_TRUE(set.Contains(Name("y.x.a.example")));
    EXPECT_FALSE(set.Contains(Name("ba.example")));
    EXPECT_FALSE(set.Contains(Name("example")));
    EXPECT_TRUE(set.Covers(Pattern("a.example/*")));
    EXPECT_TRUE(set.Covers(Pattern("*.x.a.example")));
    EXPECT_FALSE(set.Covers(Pattern("*.example")));
    EXPECT_EQ(set.patterns().size(), static_cast<std::size_t>(size) + 2);
  }
}

TEST(DomainSet, CopiesGoTheirOwnWays) {
  DomainSet set;
  for (int i = 0; i < 20; ++i) set.Add(Pattern("a" + std::to_string(i) + ".test"));
  DomainSet copy = set;
  EXPECT_EQ(copy, set);
  copy.Add(Pattern("b.test"));
  EXPECT_TRUE(copy.Contains(Name("b.test")));
  EXPECT_FALSE(set.Contains(Name("b.test")));
  set.Add(Pattern("c.test"));
  EXPECT_FALSE(copy.Contains(Name("c.test")));
  EXPECT_FALSE(copy == set);
}

TEST(AddressSet, EntriesCountOnceInOneSpelling) {
  AddressSet set;
  for (const char* text : {"User@Example.COM", "<>", "b.example.", "*.b.example"}) {
    EXPECT_TRUE(set.Add(text).value()) << text;
  }
  for (const char* text : {"<uSER@example.com.>", "<>", "B.example", "b.example/*"}) {
    EXPECT_FALSE(set.Add(text).value()) << text;
  }
  EXPECT_EQ(set.written(),
            (std::vector<std::string>{"user@example.com", "<>", "b.example", "*.b.example"}));
  for (const char* bad : {"@b.example", "a@", "a@b..c", "a@[192.0.2.1]", "<<a@b.example", ""}) {
    EXPECT_FALSE(set.Add(bad).ok()) << bad;
  }
  EXPECT_TRUE(set.Contains(MailAddress()));
  EXPECT_TRUE(set.Contains(ParseMailAddress("x@y.b.example")));
  EXPECT_FALSE(set.Contains(ParseMailAddress("x@example.com")));
}

TEST(AddressSet, Covers) {
  struct Case {
    const char* wide;
    const char* narrow;
    bool covers;
  };
  constexpr Case kCases[] = {
      {"a.example", "u@a.example", true},
      {"u@a.example", "U@A.example", true},
      {"u@a.example", "a.example", false},
      {"*.a.example", "u@x.a.example", true},
      {"*.a.example", "u@a.example", false},
      {"<>", "<>", true},
      {"a.example", "<>", false},
  };
  for (const Case& c : kCases) {
    AddressSet wide, narrow;
    ASSERT_TRUE(wide.Add(c.wide).ok() && narrow.Add(c.narrow).ok());
    EXPECT_EQ(wide.Covers(narrow), c.covers) << c.wide << " | " << c.narrow;
  }
}

}  // namespace
}  // namespace tlswarden
