// shown_text: what strangers wrote, as a person may see it on a page or a terminal.
//
// Pure. Organizations, reasons and host names come out of other people's reports and replies.
#ifndef TLSWARDEN_REPORT_SHOWN_TEXT_H_
#define TLSWARDEN_REPORT_SHOWN_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace tlswarden {

// A domain has 253 octets, reasons are longer than anybody reads.
inline constexpr std::size_t kMaxShownOctets = 256;

inline constexpr std::string_view kEllipsis = "\xe2\x80\xa6";  // U+2026

// Valid UTF-8 on one line. What isn't a character, controls, and marks that turn the direction of
// text or can't be seen become U+FFFD; line breaks and tabs become blanks. A longer text is cut at
// a character and ends in U+2026.
std::string ShownText(std::string_view text, std::size_t most = kMaxShownOctets);

// In characters, as columns of a terminal are counted. REQUIRES: valid UTF-8.
std::size_t ShownWidth(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_SHOWN_TEXT_H_
