#include "policy/verdict.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

TEST(Mode, RoundTrip) {
  for (Mode mode : {Mode::kEnforce, Mode::kObserve, Mode::kOff}) {
    EXPECT_EQ(ParseMode(ToString(mode)), mode);
  }
  for (const char* bad : {"", "on", "Enforce", "enforce ", "testing"}) {
    EXPECT_FALSE(ParseMode(bad)) << bad;
  }
}

// RFC 8460 section 4.4's policy-type.
TEST(PolicyType, Words) {
  EXPECT_EQ(ToString(PolicyType::kTlsa), "tlsa");
  EXPECT_EQ(ToString(PolicyType::kSts), "sts");
  EXPECT_EQ(ToString(PolicyType::kNoPolicyFound), "no-policy-found");
}

TEST(Action, Words) {
  EXPECT_EQ(ToString(Action::kAccept), "accept");
  EXPECT_EQ(ToString(Action::kDefer), "defer");
  EXPECT_EQ(ToString(Action::kReject), "reject");
}

// As Postfix names them in smtp_tls_security_level.
TEST(TlsLevel, Words) {
  EXPECT_EQ(ToString(TlsLevel::kMay), "may");
  EXPECT_EQ(ToString(TlsLevel::kEncrypt), "encrypt");
  EXPECT_EQ(ToString(TlsLevel::kDane), "dane");
  EXPECT_EQ(ToString(TlsLevel::kDaneOnly), "dane-only");
  EXPECT_EQ(ToString(TlsLevel::kSecure), "secure");
}

TEST(Verdict, ObservedIsNotEnforced) {
  Verdict verdict;
  verdict.level = TlsLevel::kSecure;
  verdict.action = Action::kReject;
  EXPECT_EQ(ActionTaken(verdict), Action::kReject);
  EXPECT_EQ(LevelDemanded(verdict), TlsLevel::kSecure);
  verdict.observed = true;
  EXPECT_EQ(ActionTaken(verdict), Action::kAccept);
  EXPECT_EQ(LevelDemanded(verdict), TlsLevel::kMay);
}

}  // namespace
}  // namespace tlswarden
