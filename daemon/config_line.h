// config_line: what the lines of the configuration and of list files have in common.
#ifndef TLSWARDEN_DAEMON_CONFIG_LINE_H_
#define TLSWARDEN_DAEMON_CONFIG_LINE_H_

#include <string_view>

namespace tlswarden {

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// A `#` begins a comment at the start of a line or after a blank, so `/a#b` is a value.
// (Program_options' own reader cuts at every '#', which breaks paths.)
std::string_view WithoutComment(std::string_view line);

// Takes the next line off `text`: to LF or CRLF, or to the end. REQUIRES: text isn't empty
std::string_view TakeLine(std::string_view& text);

// Why the line can't be read at all, or nullptr. At most 4096 octets.
const char* WhyUnreadable(std::string_view line);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_CONFIG_LINE_H_
