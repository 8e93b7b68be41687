#include "socketmap/requiretls_reply.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

TEST(RequireTlsReply, EnforcesUnlessTheOperatorMakesAnException) {
  const struct {
    Mode mode;
    Requirement require;
    const char* answer;
  } cases[] = {
      {Mode::kEnforce, Requirement::kNone, "OK opportunistic"},
      {Mode::kEnforce, Requirement::kPublished, "OK enforce"},
      {Mode::kEnforce, Requirement::kDane, "OK enforce"},
      {Mode::kObserve, Requirement::kDane, "NOTFOUND "},
      {Mode::kOff, Requirement::kNone, "NOTFOUND "},
  };
  for (const auto& c : cases) {
    const Outbound orders = OneRule(c.mode, OnFailure::kDefer, c.require);
    EXPECT_EQ(RequireTlsReply(Hop("a.test"), orders, kNow), c.answer);
  }
  const Outbound none = OneRule(Mode::kEnforce, OnFailure::kDefer, Requirement::kNone);
  EXPECT_EQ(RequireTlsReply(Hop("other.example"), none, kNow), "OK enforce");
  EXPECT_EQ(RequireTlsReply(Hop("other.example"), Outbound(), kNow), "OK enforce");
}

}  // namespace
}  // namespace tlswarden
