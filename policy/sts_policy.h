// The MTA-STS policy file (RFC 8461 section 3.2): which MX hosts a domain has, and whether mail
// may go to others.
#ifndef TLSWARDEN_POLICY_STS_POLICY_H_
#define TLSWARDEN_POLICY_STS_POLICY_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/domain.h"
#include "policy/mx_pattern.h"
#include "policy/result.h"

namespace tlswarden {

enum class StsMode { kEnforce, kTesting, kNone };  // from the strictest

std::string_view ToString(StsMode mode);

inline constexpr std::chrono::seconds kMaxMaxAge{31557600};  // about a year, section 3.2
inline constexpr std::size_t kMaxMxPatterns = 100;  // ours: an answer must fit an MTA's buffers

struct StsPolicy {
  StsMode mode = StsMode::kNone;
  std::chrono::seconds max_age{0};  // at most kMaxMaxAge; larger values are capped
  std::vector<MxPattern> mx;        // empty only when the mode is none
  std::vector<std::string> lines;   // as served, for reports (RFC 8460 section 4.4)
  bool operator==(const StsPolicy&) const = default;
};

// A policy that nobody changes. Copies share it, since every verdict on a domain carries it.
class SharedStsPolicy {
 public:
  SharedStsPolicy(StsPolicy policy)  // NOLINT(google-explicit-constructor): a policy is one
      : shared_(std::make_shared<const StsPolicy>(std::move(policy))) {}
  const StsPolicy& operator*() const { return *shared_; }
  const StsPolicy* operator->() const { return shared_.get(); }
  bool operator==(const SharedStsPolicy& other) const { return *shared_ == *other.shared_; }

 private:
  std::shared_ptr<const StsPolicy> shared_;  // never null
};

// Follows the ABNF: one bad line voids the policy, as does anything that could turn into an
// attribute of an MTA's answer. Empty lines between and after the fields are passed over, since
// publishers have them and they mean nothing.
Result<StsPolicy> ParseStsPolicy(std::string_view body);

// True when a pattern of the policy matches (RFC 8461 section 4.1).
bool AllowsMx(const StsPolicy& policy, const Domain& host);

// True when the new policy protects less, or for less time: another mode, a shorter max_age, fewer
// patterns. Administrators want to hear of it.
bool IsDowngrade(const StsPolicy& before, const StsPolicy& now);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_STS_POLICY_H_
