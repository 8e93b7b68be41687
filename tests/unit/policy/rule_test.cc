#include "policy/rule.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

TEST(Words, RoundTrip) {
  for (Requirement value : {Requirement::kNone, Requirement::kPublished, Requirement::kEncrypt,
                            Requirement::kAuthenticated, Requirement::kDane}) {
    EXPECT_EQ(ParseRequirement(ToString(value)), value);
  }
  for (OnFailure value : {OnFailure::kDefer, OnFailure::kReject, OnFailure::kAccept}) {
    EXPECT_EQ(ParseOnFailure(ToString(value)), value);
  }
  for (const char* bad : {"", "None", "tls", "none ", "dane-only"}) {
    EXPECT_FALSE(ParseRequirement(bad)) << bad;
    EXPECT_FALSE(ParseOnFailure(bad)) << bad;
  }
}

}  // namespace
}  // namespace tlswarden
