// html: markup that is being written, with one door for each kind of content.
//
// Pure. Markup can only be a literal of this program, which the compiler sees to; all else is
// escaped. So nobody can forget it.
#ifndef TLSWARDEN_REPORT_HTML_H_
#define TLSWARDEN_REPORT_HTML_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tlswarden {

// Known when the program is compiled.
class Markup {
 public:
  template <std::size_t N>
  consteval Markup(const char (&literal)[N]) : text_(literal, N - 1) {}
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// Any text, for an element's content or a quoted attribute; as ShownText makes it.
struct Escaped {
  std::string_view text;
};

// Likewise, with a place for a line break after each dot: for names of domains and hosts.
struct DottedName {
  std::string_view text;
};

// "48,211"
struct Count {
  std::int64_t number;
};

// With at most two places, for coordinates: "12.5".
struct Decimal {
  double number;
};

class Html {
 public:
  Html& operator<<(Markup markup);
  Html& operator<<(Escaped text);
  Html& operator<<(DottedName name);
  Html& operator<<(Count count);
  Html& operator<<(Decimal decimal);

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_HTML_H_
