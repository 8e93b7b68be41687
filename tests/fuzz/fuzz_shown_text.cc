// Texts of strangers on the page and on a terminal: they stay text, on their line, and bounded.
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/utf8.h"
#include "report/html.h"
#include "report/shown_text.h"
#include "report/text_table.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;

// Without the breaks that DottedName adds.
std::string WithoutBreaks(std::string text) {
  constexpr std::string_view kBreak = "<wbr>";
  for (std::size_t at = text.find(kBreak); at != std::string::npos; at = text.find(kBreak, at)) {
    text.erase(at, kBreak.size());
  }
  return text;
}

void CheckText(std::string_view text, std::string_view input) {
  Check(IsUtf8(text), "what is shown is UTF-8", input);
  for (const char c : text) {
    Check(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "no controls", input);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string shown = ShownText(input);
  CheckText(shown, input);
  Check(shown.size() <= kMaxShownOctets + 3, "what is shown is bounded", input);

  Html escaped, dotted;
  escaped << Escaped{input};
  dotted << DottedName{input};
  CheckText(escaped.text(), input);
  Check(escaped.text().find_first_of("<>\"'") == std::string::npos, "no markup", input);
  Check(WithoutBreaks(dotted.text()) == escaped.text(), "only breaks are added", input);

  const std::string table = TextTable({{"a", false, 7}, {"b", true}}, {{std::string(input), "1"}});
  const std::size_t end = table.find('\n');
  const std::size_t first = ShownWidth(std::string_view(table).substr(0, end));
  Check(first <= 12 && ShownWidth(table) == 2 * first + 2 &&
            table.find('\n', end + 1) + 1 == table.size(),
        "a cell stays in its place", table);
  const std::string wrapped = Wrapped(input, 2);
  Check(IsUtf8(wrapped), "wrapped text is UTF-8", input);
  return 0;
}
