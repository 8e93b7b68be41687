// mail_text: what our mails to people are made of: dates, wrapped lines, values of strangers.
//
// Pure.
#ifndef TLSWARDEN_REPORT_MAIL_TEXT_H_
#define TLSWARDEN_REPORT_MAIL_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "policy/time.h"

namespace tlswarden {

inline constexpr std::size_t kMailLineWidth = 72;

// A value of strangers as part of a line: its first 400 octets, as printable ASCII.
std::string OneLine(std::string_view text);

// `text` behind `first`, in lines of at most kMailLineWidth but for words that are longer, each
// ended by LF; `indent` in front of all but the first. Breaks at blanks only.
std::string Wrapped(std::string_view first, std::string_view indent, std::string_view text);

// Wrapped, and an empty line.
std::string Paragraph(const std::string& text);

// "  name:         value", wrapped under the value. Every line begins with a blank.
std::string NamedLines(std::string_view name, const std::string& value);

// "Tue, 24 Nov 2026 07:00:00 +0000": RFC 5322 section 3.3.
std::string MailDate(Time time);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_MAIL_TEXT_H_
