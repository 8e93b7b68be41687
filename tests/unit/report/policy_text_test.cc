#include "report/policy_text.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

TEST(PolicyText, ThereAndBack) {
  const ReportedPolicy kPolicies[] = {
      {},
      {"no-policy-found", {}, "a.test", {}},
      {"sts", {"version: STSv1", "mx: \"*.a.test\" \xc3\xa4", ""}, "", {"*.a.test", "mx.b.test"}},
      {"tlsa", {"3 1 1 00ff"}, "mx.other.test", {}},
      {std::string("odd\0\n", 5), {}, "a.test", {}},
  };
  for (const ReportedPolicy& policy : kPolicies) {
    const std::string text = PolicyText(policy, "a.test");
    const Result<ReportedPolicy> read = ParsePolicyText(text, "a.test");
    ASSERT_TRUE(read.ok()) << read.error();
    EXPECT_EQ(*read, policy) << text;
    EXPECT_EQ(PolicyText(*read, "a.test"), text);
  }
}

TEST(PolicyText, DomainsShareAText) {
  ReportedPolicy policy{"no-policy-found", {}, "a.test", {}};
  const std::string text = PolicyText(policy, "a.test");
  EXPECT_EQ(text, R"({"type":"no-policy-found"})");
  policy.domain = "b.test";
  EXPECT_EQ(PolicyText(policy, "b.test"), text);
  EXPECT_NE(PolicyText(policy, "a.test"), text);
  EXPECT_EQ(ParsePolicyText(text, "b.test")->domain, "b.test");
}

TEST(PolicyText, OtherTexts) {
  for (const char* text :
       {"", "{", "[]", "7", R"({"type":1})", R"({"mx":"a"})", R"({"strings":[1]})"}) {
    EXPECT_FALSE(ParsePolicyText(text, "a.test").ok()) << text;
  }
}

}  // namespace
}  // namespace tlswarden
