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

}  // namespace
}  // namespace tlswarden
