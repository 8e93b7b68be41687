#include "policy/domain_set.h"

#include <gtest/gtest.h>

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
