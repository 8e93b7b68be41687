#include "policy/rule.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

TEST(Words, RoundTrip) {
  for (Requirement value :
       {Requirement::kNone, Requirement::kPublished, Requirement::kEncrypt,
        Requirement::kAuthenticated, Requirement::kDane, Requirement::kPinned}) {
    EXPECT_EQ(ParseRequirement(ToString(value)), value);
  }
  for (OnFailure value : {OnFailure::kDefer, OnFailure::kReject, OnFailure::kAccept,
                          OnFailure::kQuarantine, OnFailure::kRoute}) {
    EXPECT_EQ(ParseOnFailure(ToString(value)), value);
  }
  for (const char* bad : {"", "None", "tls", "none ", "dane-only"}) {
    EXPECT_FALSE(ParseRequirement(bad)) << bad;
    EXPECT_FALSE(ParseOnFailure(bad)) << bad;
  }
}

TEST(ParseHeaderPattern, GoodAndBad) {
  const HeaderPattern secure{"subject", "*[secure]*"};
  for (const char* good :
       {"Subject: *[secure]*", "SUBJECT:*[secure]*", "  subject \t:  *[secure]* "}) {
    EXPECT_EQ(ParseHeaderPattern(good).value(), secure) << good;
  }
  EXPECT_EQ(ParseHeaderPattern("x: a:b").value(), (HeaderPattern{"x", "a:b"}));
  EXPECT_EQ(ParseHeaderPattern("X-A_b!: *").value(), (HeaderPattern{"x-a_b!", "*"}));
  for (const char* bad : {"", ":", "Subject", "Subject:", "Subject: ", ": *", "Sub ject: *",
                          "Subj\xc3\xa4t: *", "a\x7f: *", "a\nb: *"}) {
    EXPECT_FALSE(ParseHeaderPattern(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace tlswarden
