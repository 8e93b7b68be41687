// header_text: the text of a header field as a person reads it.
//
// Pure. Rules match it: `Subject: *[secure]*` must find what a mail program has folded or encoded.
#ifndef TLSWARDEN_POLICY_HEADER_TEXT_H_
#define TLSWARDEN_POLICY_HEADER_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace tlswarden {

inline constexpr std::size_t kMaxHeaderTextOctets = 4096;

// Unfolded (RFC 5322 section 2.2.3), without blanks at its ends, encoded words decoded (RFC 2047).
// ISO-8859-1 becomes UTF-8; the octets of all other character sets are left as they are. More is
// taken for an encoded word than the RFC allows, since mail programs do so, too: long ones, and
// those that no blank parts from other text. What can't be decoded stays as it stands.
// Of a longer text, the first kMaxHeaderTextOctets. Any octets may be in the result.
std::string DecodeHeader(std::string_view value);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_HEADER_TEXT_H_
