#include "policy/sts_record.h"

#include <algorithm>

#include "policy/ascii.h"
#include "policy/tag_list.h"

namespace tlswarden {
namespace {

constexpr std::string_view kVersion = "v=STSv1";
constexpr std::size_t kMaxIdOctets = 32;

}  // namespace

bool IsStsId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxIdOctets &&
         std::all_of(text.begin(), text.end(), IsAlnum);
}

Result<StsRecord> ParseStsRecord(std::string_view text) {
  if (!HasVersion(text, kVersion)) return Error{"does not begin with v=STSv1;"};
  const auto fields = ParseTagList(text, kVersion);
  if (!fields) return Error{fields.error()};
  std::optional<std::string> id;
  for (const auto& [name, value] : *fields) {
    if (!IsExtensionValue(value)) return Error{"malformed value of " + std::string(name)};
    if (name != "id" || id) continue;  // unknown fields and duplicates are ignored
    if (!IsStsId(value)) return Error{"id is not 1 to 32 letters and digits"};
    id = std::string(value);
  }
  if (!id) return Error{"no id field"};
  return StsRecord{*id};
}

Result<std::optional<StsRecord>> SelectStsRecord(const std::vector<std::string>& texts) {
  const Result<const std::string*> sole = SelectSole(texts, kVersion);
  if (!sole) return Error{sole.error()};
  if (*sole == nullptr) return std::optional<StsRecord>();
  Result<StsRecord> record = ParseStsRecord(**sole);
  if (!record) return Error{record.error()};
  return std::optional<StsRecord>(*record);
}

}  // namespace tlswarden
