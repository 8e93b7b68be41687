// Any text is read without a crash, and what is accepted reads back the same after printing.

#include <cstdint>
#include <cstdlib>
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
  tlswarden::Loaded loaded = tlswarden::ParseSettings(text, "f");
  for (const std::string& line : loaded.errors) {
    Check(line.starts_with("f:") && line.find('\n') == std::string::npos && line.size() < 1024);
  }
  if (!loaded.errors.empty()) return 0;

  tlswarden::Loaded again =
      tlswarden::ParseSettings(tlswarden::PrintEffective(loaded.settings), "f");
  Check(again.errors.empty());
  for (tlswarden::Rule& rule : loaded.settings.rules) rule.line = 0;
  for (tlswarden::Rule& rule : again.settings.rules) rule.line = 0;
  Check(again.settings == loaded.settings);
  return 0;
}
