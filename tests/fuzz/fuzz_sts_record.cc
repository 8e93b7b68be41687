// The _mta-sts TXT records: parsing doesn't crash, and what it accepts is what the ABNF allows.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "policy/ascii.h"
#include "policy/sts_record.h"
#include "policy/tag_list.h"
#include "tests/fuzz/txt_lines.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlswarden;
  const std::vector<std::string> texts = Lines({reinterpret_cast<const char*>(data), size});
  std::size_t candidates = 0;
  for (const std::string& text : texts) {
    candidates += HasVersion(text, "v=STSv1") ? 1 : 0;
    const Result<StsRecord> record = ParseStsRecord(text);
    if (!record) continue;
    Check(HasVersion(text, "v=STSv1"));
    Check(!record->id.empty() && record->id.size() <= 32);
    for (char c : record->id) Check(IsAlnum(c));
    Check(ParseStsRecord("v=STSv1; id=" + record->id).value() == *record);
  }
  const Result<std::optional<StsRecord>> selected = SelectStsRecord(texts);
  Check(selected.ok() ? selected->has_value() == (candidates == 1) : candidates > 0);
  return 0;
}
