// dkim_signature: what a DKIM-Signature field says of who signs (RFC 6376 sections 3.2 and 3.5).
//
// Pure. Nothing is verified: that takes the key and the body. Whoever writes a mail can write such
// a field, so it tells about our own mail only.
#ifndef TLSWARDEN_REPORT_DKIM_SIGNATURE_H_
#define TLSWARDEN_REPORT_DKIM_SIGNATURE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace tlswarden {

inline constexpr std::size_t kMaxDkimFieldOctets = 8192;
inline constexpr std::size_t kMaxDkimTags = 50;  // the RFC knows fifteen

struct DkimSignature {
  std::string domain;    // d=, as A-labels in lower case
  std::string selector;  // s=, as written
  bool operator==(const DkimSignature&) const = default;
};

// The field's body, folded or not. Errors: it isn't a tag list, a tag stands twice, one that a
// signature must have is missing, or d= or s= is no name; a verifier ignores such a field, too.
Result<DkimSignature> ParseDkimSignature(std::string_view field);

// "d=example.com, s=sel1"
std::string ToString(const DkimSignature& signature);

// d= is this domain or one above it. A name without a dot is above too many.
bool SignsFor(const DkimSignature& signature, std::string_view domain);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_DKIM_SIGNATURE_H_
