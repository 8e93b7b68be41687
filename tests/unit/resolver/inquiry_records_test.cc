#include "resolver/inquiry_records.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const Failure kTimeout{ResultType::kStsPolicyFetchError, "connect: timeout", true};

Evidence At(Time now) {
  Evidence evidence = Seen("a.test", Mx(Security::kSecure, {Host("mx.a.test", HostDane::kNone)}));
  evidence.obtained_at = now;
  return evidence;
}

Evidence Failing(Time now, const char* mode = "enforce") {
  Evidence evidence = At(now);
  evidence.sts.learned = Learned(mode, {"mx.a.test"});  // fetched at kNow, for a week
  evidence.sts.failure = kTimeout;
  evidence.sts.failing_since = kNow + hours(24);
  evidence.sts.failed_id = "2";
  return evidence;
}

// "changed", "expired", "warning", "error" or "told" for each record.
std::string Kinds(const std::vector<Record>& records) {
  std::string kinds;
  for (const Record& record : records) {
    if (!kinds.empty()) kinds += ' ';
    if (std::holds_alternative<PolicyChanged>(record)) kinds += "changed";
    if (std::holds_alternative<PolicyExpired>(record)) kinds += "expired";
    if (const auto* failed = std::get_if<InquiryFailed>(&record)) {
      kinds += failed->urgent ? "error" : failed->policy_ends ? "warning" : "told";
    }
  }
  return kinds;
}

TEST(InquiryRecords, APolicyIsToldOfWhenItsTextChanges) {
  Evidence after = At(kNow);
  EXPECT_EQ(Kinds(InquiryRecords({}, after)), "");
  after.sts.learned = Learned("enforce", {"mx.a.test"});
  EXPECT_EQ(Kinds(InquiryRecords({}, after)), "changed");
  const StsEvidence same = after.sts;
  after.sts.learned->id = "another";
  EXPECT_EQ(Kinds(InquiryRecords(same, after)), "");
  after.sts.learned->policy = Policy(PolicyText("testing", {"mx.a.test"}));
  EXPECT_EQ(Kinds(InquiryRecords(same, after)), "changed");
}

// RFC 8461 section 10.2: repeatedly, and long before the policy expires.
TEST(InquiryRecords, AKeptPolicyIsWarnedOfDailyAndUrgentlyNearItsEnd) {
  StsEvidence before;
  before.learned = Learned("enforce", {"mx.a.test"});
  std::string said;
  for (Time now = kNow + hours(24); now < kNow + kWeek; now += hours(1)) {
    Evidence after = Failing(now);
    after.sts.warned_at = before.warned_at;
    const std::string kinds = Kinds(InquiryRecords(before, after));
    if (!kinds.empty()) said += std::to_string((now - kNow) / hours(1)) + ' ' + kinds + '\n';
    before = after.sts;
  }
  EXPECT_EQ(said,
            "24 warning\n48 warning\n72 warning\n96 warning\n120 warning\n126 error\n150 error\n");
}

TEST(InquiryRecords, AnotherKindOfFailureIsToldAtOnce) {
  Evidence first = Failing(kNow + hours(24)), second = Failing(kNow + hours(25));
  EXPECT_EQ(Kinds(InquiryRecords(At(kNow).sts, first)), "changed warning");
  second.sts.warned_at = first.sts.warned_at;
  second.sts.failure->reason = "connect: timeout after 3 s";
  EXPECT_EQ(Kinds(InquiryRecords(first.sts, second)), "") << "the same in other words";
  second.sts.failure->type = ResultType::kStsWebpkiInvalid;
  EXPECT_EQ(Kinds(InquiryRecords(first.sts, second)), "warning");
}

TEST(InquiryRecords, NobodyIsWarnedOfAPolicyThatDemandsNothing) {
  Evidence after = Failing(kNow + hours(24));
  after.sts.learned->policy = Policy(PolicyText("none", {}));
  const StsEvidence before = after.sts;
  EXPECT_EQ(Kinds(InquiryRecords(before, after)), "");
}

TEST(InquiryRecords, TheEndOfAPolicyIsToldOnce) {
  StsEvidence before = Failing(kNow).sts;
  Evidence after = At(kNow + kWeek);
  after.sts.failure = before.failure;
  EXPECT_EQ(Kinds(InquiryRecords(before, after)), "expired");
  EXPECT_EQ(Kinds(InquiryRecords(after.sts, after)), "");
}

TEST(InquiryRecords, FirstContactTellsOnlyOfWhatWasAnnounced) {
  Evidence after = At(kNow);
  after.sts.failure = kTimeout;  // of the TXT record
  EXPECT_EQ(Kinds(InquiryRecords({}, after)), "");
  after.sts.failed_id = "1";
  EXPECT_EQ(Kinds(InquiryRecords({}, after)), "told");
  EXPECT_EQ(Kinds(InquiryRecords(after.sts, after)), "") << "once";
}

}  // namespace
}  // namespace tlswarden
