// evidence_codec: evidence as JSON text for a store, and back.
//
// Pure. What a store holds may be damaged or forged, so decoding checks it as it would check an
// answer from the network: the policy text goes through its parser again.
#ifndef TLSWARDEN_CACHE_EVIDENCE_CODEC_H_
#define TLSWARDEN_CACHE_EVIDENCE_CODEC_H_

#include <string>
#include <string_view>

#include "policy/evidence.h"
#include "policy/result.h"

namespace tlswarden {

inline constexpr std::size_t kMaxEncodedOctets = 524288;

// What is too large goes without its MX hosts, which can be asked for again; an MTA-STS policy
// always fits.
std::string EncodeEvidence(const Evidence& evidence);

// Errors: not JSON, fields missing or of the wrong kind, values that no encoder writes.
Result<Evidence> DecodeEvidence(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_EVIDENCE_CODEC_H_
