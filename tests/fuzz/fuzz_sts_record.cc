// The _mta-sts TXT records: parsing doesn't crash, and what it accepts is what the ABNF allows.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "policy/sts_record.h"
#include "policy/tag_list.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlswarden;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // Each line is a TXT record, as a name may have several.
  std::vector<std::string> texts;
  for (std::size_t begin = 0; begin <= input.size();) {
    const std::size_t end = std::min(input.find('\n', begin), input.size());
    texts.emplace_back(input.substr(begin, end - begin));
    begin = end + 1;
  }
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
