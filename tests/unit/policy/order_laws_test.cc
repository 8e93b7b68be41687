// Laws of what rules, messages and tags may make of what is published, at every point of the space.
#include <gtest/gtest.h>

#include <algorithm>

#include "policy/message_tag.h"
#include "tests/unit/policy/enumerate.h"

namespace tlswarden {
namespace {

// Stops at the first point that breaks the law.
template <typename Holds>
void ExpectEverywhere(Holds holds) {
  bool broken = false;
  ForEachPoint([&](const Point& point) {
    if (broken || holds(point, VerdictOf(point))) return;
    broken = true;
    ADD_FAILURE() << Describe(point) << ": level " << ToString(VerdictOf(point).level);
  });
}

Point WithoutRule(Point point) {
  point.require.reset();
  return point;
}

bool IsDane(TlsLevel level) { return level == TlsLevel::kDane || level == TlsLevel::kDaneOnly; }

// `encrypt` is as strong as `dane` only where there is nothing to authenticate by.
TEST(OrderLaws, ARuleNeverTakesDaneAwayBehindASignedMx) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    if (point.require == Requirement::kNone || point.require == Requirement::kPinned) return true;
    const bool authenticates =
        point.mx == Security::kSecure &&
        std::any_of(point.hosts.begin(), point.hosts.end(), [](HostDane dane) {
          return dane == HostDane::kUsable || dane == HostDane::kFailed;
        });
    const bool published = IsDane(VerdictOf(WithoutRule(point)).level);
    return !authenticates || !published || IsDane(v.level) || v.level == TlsLevel::kUndecided;
  });
}

// Under a rule for encryption, no level that may end in the clear: `dane` does where some host that
// may take mail has no TLSA records.
TEST(OrderLaws, EncryptNeverEndsInTheClear) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    if (point.require != Requirement::kEncrypt) return true;
    if (v.level == TlsLevel::kMay) return false;
    const bool covered = std::all_of(point.hosts.begin(), point.hosts.end(), [](HostDane dane) {
      return dane == HostDane::kUsable || dane == HostDane::kUnusable ||
             dane == HostDane::kUnreachable;
    });
    return v.level != TlsLevel::kDane || (point.mx == Security::kSecure && covered);
  });
}

TEST(OrderLaws, PinsAreAllThatCounts) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    if (point.require != Requirement::kPinned) return !v.pinned;
    if (v.level == TlsLevel::kUndecided) return IsLookupFailure(point.mx) && !v.pinned;
    return v.pinned && v.level == TlsLevel::kSecure && !v.sts && !v.failure &&
           v.action == Action::kAccept;
  });
}

// A message that is told apart because the map doesn't know its rule.
TEST(OrderLaws, ATagDemandsNoLessThanItsVerdict) {
  ExpectEverywhere([](const Point& point, const Verdict& v) {
    if (!point.require || point.mode == Mode::kObserve) return true;
    const std::string tag = TagFor(v, VerdictOf(WithoutRule(point)));
    Question tagged = Ask("a.test");
    tagged.order = OrderOf(tag, OrdersOf(point).rules);
    if (tagged.order == nullptr) return false;
    return Strength(JudgePoint(point, tagged).level) >= Strength(v.level);
  });
}

// RFC 8689 section 4.2.1: authenticated TLS, or no relaying; and a final failure bounces.
TEST(OrderLaws, RequireTlsIsAlwaysHeldTo) {
  Envelope envelope;
  envelope.requiretls = true;
  envelope.sender = ParseMailAddress("<s@from.test>");
  ExpectEverywhere([&envelope](const Point& point, const Verdict& without) {
    Question question = Ask("a.test");
    question.envelope = &envelope;
    const Verdict v = JudgePoint(point, question);
    if (!v.requiretls || Strength(v.level) < 2) return false;
    if (Strength(v.level) < Strength(without.level) && v.level != TlsLevel::kDaneOnly) return false;
    if (!v.failure) return v.action == Action::kAccept;
    return v.action == (MayHeal(v) ? Action::kDefer : Action::kReject);
  });
}

// RFC 8689 section 4.3: only what the domain publishes is lifted.
TEST(OrderLaws, TlsRequiredNoLiftsNothingOfTheOperators) {
  Envelope envelope;
  envelope.tls_required_no = true;
  ExpectEverywhere([&envelope](const Point& point, const Verdict& without) {
    Question question = Ask("a.test");
    question.envelope = &envelope;
    const Verdict v = JudgePoint(point, question);
    if (point.require.value_or(Requirement::kPublished) == Requirement::kPublished) {
      return v.level == TlsLevel::kMay && v.action == Action::kAccept && !v.failure;
    }
    return v.level == without.level && v.action == without.action && v.failure == without.failure;
  });
}

}  // namespace
}  // namespace tlswarden
