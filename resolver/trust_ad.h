// TrustAd: which resolvers' AD bit counts as validated. The way to the resolver must be as safe as
// the validation itself (RFC 7672 section 2.1.1), hence loopback.
#ifndef TLSWARDEN_RESOLVER_TRUST_AD_H_
#define TLSWARDEN_RESOLVER_TRUST_AD_H_

namespace tlswarden {

enum class TrustAd {
  kLoopback,  // only if all resolvers are on 127.0.0.0/8 or ::1
  kYes,
  kNo,
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_TRUST_AD_H_
