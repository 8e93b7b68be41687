// base64: what mail carries files in (RFC 2045 section 6.8).
//
// Pure.
#ifndef TLSWARDEN_REPORT_BASE64_H_
#define TLSWARDEN_REPORT_BASE64_H_

#include <string>
#include <string_view>

#include "policy/result.h"

namespace tlswarden {

// Lines of 76 characters, each ended by LF.
std::string EncodeBase64(std::string_view octets);

// Blanks and line ends anywhere; the padding may be missing, and what follows it is ignored, since
// gateways append their words. Errors: other characters, or an end inside of an octet.
Result<std::string> DecodeBase64(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_BASE64_H_
