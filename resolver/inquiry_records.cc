#include "resolver/inquiry_records.h"

namespace tlswarden {
namespace {

// Nobody needs to hear that a policy is lost which demanded nothing (RFC 8461 section 10.2).
bool IsWorthAnAlarm(const LearnedStsPolicy& learned) {
  return learned.policy->mode != StsMode::kNone;
}

// The last quarter of its life: whoever is to look into it should do so now.
bool IsUrgent(const LearnedStsPolicy& learned, Time now) {
  return now >= learned.ExpiresAt() - learned.policy->max_age / 4;
}

bool IsNew(const StsEvidence& before, const StsEvidence& after) {
  return after.learned && (!before.learned || *before.learned->policy != *after.learned->policy);
}

bool HasExpired(const StsEvidence& before, Time now) {
  return before.learned && now >= before.learned->ExpiresAt() && IsWorthAnAlarm(*before.learned);
}

// A kept policy: told when the failure is new, each day, and when it becomes urgent.
bool ShouldWarnOfKept(const StsEvidence& before, const StsEvidence& after, Time now) {
  if (!IsWorthAnAlarm(*after.learned)) return false;
  const bool first = after.warned_at == Time{} || !before.failure;
  const bool turned = before.failure && before.failure->type != after.failure->type;
  const bool again = now >= after.warned_at + kWarnAgain;
  const bool became_urgent =
      IsUrgent(*after.learned, now) && !IsUrgent(*after.learned, after.warned_at);
  return first || turned || again || became_urgent;
}

// Without a policy: a TXT lookup that fails on first contact isn't worth a line, since nothing is
// known to be announced.
bool ShouldTellOfNone(const StsEvidence& before, const StsEvidence& after) {
  const bool announced = !after.failed_id.empty() || !after.failure->transient;
  return announced && after.failure != before.failure;
}

InquiryFailed Failed(const Domain& domain, const StsEvidence& sts, Time now) {
  InquiryFailed record{domain, *sts.failure, true, std::nullopt, {}, false};
  if (!sts.learned) return record;
  record.policy_ends = sts.learned->ExpiresAt();
  record.failing_since = sts.failing_since;
  record.urgent = IsUrgent(*sts.learned, now);
  return record;
}

}  // namespace

std::vector<Record> InquiryRecords(const StsEvidence& before, Evidence& after) {
  std::vector<Record> records;
  const Domain& domain = after.next_hop.domain;
  const Time now = after.obtained_at;
  StsEvidence& sts = after.sts;
  if (IsNew(before, sts)) {
    records.emplace_back(PolicyChanged{domain, before.learned, *sts.learned});
  }
  if (!sts.learned && HasExpired(before, now)) {
    records.emplace_back(PolicyExpired{domain, *before.learned, sts.failure});
  }
  if (sts.failure) {
    const bool tell =
        sts.learned ? ShouldWarnOfKept(before, sts, now) : ShouldTellOfNone(before, sts);
    if (tell) {
      records.emplace_back(Failed(domain, sts, now));
      sts.warned_at = now;
    }
  }
  if (after.mx.failure) {
    records.emplace_back(InquiryFailed{domain, *after.mx.failure, false, std::nullopt, {}, false});
  }
  return records;
}

}  // namespace tlswarden
