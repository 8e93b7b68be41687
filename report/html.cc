#include "report/html.h"

#include <algorithm>
#include <cmath>

#include "report/overview_words.h"
#include "report/shown_text.h"

namespace tlswarden {
namespace {

std::string_view Entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

Html& Html::operator<<(Markup markup) {
  text_ += markup.text();
  return *this;
}

Html& Html::operator<<(Escaped text) {
  for (const char c : ShownText(text.text)) {
    const std::string_view entity = Entity(c);
    if (entity.empty()) {
      text_ += c;
    } else {
      text_ += entity;
    }
  }
  return *this;
}

Html& Html::operator<<(DottedName name) {
  const std::string shown = ShownText(name.text);
  std::string_view rest = shown;
  while (!rest.empty()) {
    const std::string_view label = rest.substr(0, std::min(rest.find('.'), rest.size() - 1) + 1);
    rest.remove_prefix(label.size());
    *this << Escaped{label};
    if (label.ends_with('.') && !rest.empty()) *this << "<wbr>";
  }
  return *this;
}

Html& Html::operator<<(Count count) {
  text_ += Grouped(count.number);
  return *this;
}

// Not by the C library, whose comma depends on the locale.
Html& Html::operator<<(Decimal decimal) {
  const auto hundredths = static_cast<std::int64_t>(std::llround(decimal.number * 100));
  if (hundredths < 0) text_ += '-';
  const std::int64_t size = hundredths < 0 ? -hundredths : hundredths;
  text_ += std::to_string(size / 100);
  if (size % 100 == 0) return *this;
  text_ += '.';
  text_ += static_cast<char>('0' + size / 10 % 10);
  if (size % 10 != 0) text_ += static_cast<char>('0' + size % 10);
  return *this;
}

}  // namespace tlswarden
