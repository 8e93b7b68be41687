// Any text is read without a crash, and what is accepted reads back the same after printing.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "daemon/print.h"
#include "daemon/settings.h"

namespace {

void Check(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // A list holds what stands behind the first line that begins with @@@.
  const std::size_t mark = text.find("\n@@@\n");
  const std::string list(mark == std::string_view::npos ? "a.example" : text.substr(mark + 5));
  const tlswarden::Surroundings surroundings{[&list](const std::string&) {
                                               return tlswarden::FileText{list, 0};
                                             },
                                             {}};
  const std::string_view config = text.substr(0, mark);
  tlswarden::Loaded loaded = tlswarden::ParseSettings(config, "f", surroundings);
  for (const std::string& line : loaded.errors) {
    Check((line.starts_with("f:") || line.starts_with('/')) &&
          line.find('\n') == std::string::npos && line.size() < 8192);
  }
  if (!loaded.errors.empty()) return 0;

  tlswarden::Loaded again =
      tlswarden::ParseSettings(tlswarden::PrintEffective(loaded.settings), "f", surroundings);
  Check(again.errors.empty());
  for (tlswarden::Rule& rule : loaded.settings.rules) rule.line = 0;
  for (tlswarden::Rule& rule : again.settings.rules) rule.line = 0;
  Check(again.settings == loaded.settings);
  Check(again.rules.size() == loaded.rules.size());
  return 0;
}
