// What rules are matched with: addresses, networks, patterns, TLS versions and headers, as
// strangers and MTAs write them. The input is two lines; each parser gets both.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/address_ranges.h"
#include "policy/ascii.h"
#include "policy/domain_set.h"
#include "policy/glob.h"
#include "policy/header_text.h"
#include "policy/mail_address.h"
#include "policy/rule.h"
#include "policy/tls_version.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;

void CheckAddress(std::string_view text) {
  const MailAddress address = ParseMailAddress(text);
  Check(address.text.size() <= text.size(), "an address doesn't grow", text);
  Check(address.text.starts_with(address.local), "the local part begins it", text);
  Check(ParseMailAddress(ParseMailAddress('<' + address.text + '>').text) ==
            ParseMailAddress(address.text),
        "brackets are no part of it", text);
  const std::string folded = FoldedAddress(address);
  Check(folded.empty() == address.domain.ascii.empty(), "what has no domain isn't compared", text);
  AddressSet set;
  if (set.Add(text).ok() && text != "<>" && text.find('@') != std::string_view::npos) {
    Check(set.Contains(address), "an address is a member of its own set", text);
  }
  if (const Result<DomainPattern> pattern = ParseDomainPattern(text)) {
    Check(ParseDomainPattern(ToString(*pattern)).value() == *pattern, "a pattern reads back", text);
  }
}

void CheckNetwork(std::string_view text) {
  const std::optional<IpAddress> address = ParseIpAddress(text);
  const Result<AddressRange> range = ParseAddressRange(text);
  if (address && text.find('/') == std::string_view::npos) {
    Check(range.ok() && range->first == *address && range->prefix == 128, "a network of one", text);
  }
  if (!range) return;
  Check(ParseAddressRange(ToString(*range)).value() == *range, "a network reads back", text);
  AddressRanges ranges;
  ranges.Add(*range);
  const bool short_v6 = range->prefix < 96;
  Check(ranges.Contains(range->first) || short_v6, "a network holds its first address", text);
}

// By a table of which beginnings match which, rather than by going back.
bool MatchesByTable(std::string_view pattern, std::string_view text) {
  std::string matches(text.size() + 1, '\0');
  matches[0] = 1;
  for (const char p : pattern) {
    std::string next(text.size() + 1, '\0');
    for (std::size_t i = 0; i <= text.size(); ++i) {
      const bool before = i > 0 && (p == '*' ? next[i - 1] != 0 : matches[i - 1] != 0);
      const bool fits = i > 0 && (p == '?' || LowerAscii(p) == LowerAscii(text[i - 1]));
      next[i] = p == '*' ? (matches[i] != 0 || before) : (before && fits);
    }
    matches = next;
  }
  return matches[text.size()] != 0;
}

void CheckGlob(std::string_view pattern, std::string_view text) {
  pattern = pattern.substr(0, 64);
  text = text.substr(0, 256);
  Check(GlobMatches(pattern, text) == MatchesByTable(pattern, text), "globs match as defined",
        pattern);
}

void CheckPattern(std::string_view text) {
  const Result<HeaderPattern> pattern = ParseHeaderPattern(text);
  if (!pattern) return;
  Check(!pattern->name.empty() && !pattern->glob.empty(), "a pattern has both parts", text);
  Check(pattern->name.find(':') == std::string::npos, "a name has no colon", text);
  Check(ParseHeaderPattern(pattern->name + ": " + pattern->glob).value() == *pattern,
        "a header's pattern reads back", text);
}

void CheckVersion(std::string_view text) {
  const TlsVersion version = ParseMtaTlsVersion(text);
  Check((version == TlsVersion::kNone) == text.empty(), "no version is no TLS", text);
  const std::optional<TlsVersion> named = ParseTlsVersion(text);
  if (named) Check(ToString(*named) == text, "a version reads back", text);
}

std::string AsQ(std::string_view octets) {
  std::string word = "=?utf-8?q?";
  for (const char c : octets) {
    constexpr char kHex[] = "0123456789abcdef";
    word += '=';
    word += kHex[static_cast<unsigned char>(c) >> 4];
    word += kHex[static_cast<unsigned char>(c) & 15];
  }
  return word + "?=";
}

void CheckHeader(std::string_view text, std::string_view other) {
  const std::string decoded = DecodeHeader(text);
  Check(decoded.size() <= kMaxHeaderTextOctets, "bounded", text);
  if (!text.ends_with('\n')) {
    Check(DecodeHeader(' ' + std::string(text) + '\t') == decoded, "blanks at the ends", text);
  }
  const std::string both = std::string(text) + std::string(other);
  Check(DecodeHeader(AsQ(text) + "\r\n " + AsQ(other)) == both.substr(0, kMaxHeaderTextOctets),
        "words are joined", both);
  if (text.find("=?") == std::string_view::npos) {
    Check(decoded.size() <= text.size(), "plain text doesn't grow", text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view first = input.substr(0, end);
  const std::string_view second = input.substr(std::min(input.size(), end + 1));
  for (const std::string_view text : {first, second}) {
    CheckAddress(text);
    CheckNetwork(text);
    CheckPattern(text);
    CheckVersion(text);
  }
  CheckGlob(first, second);
  CheckHeader(first, second);
  CheckHeader(second, first);
  return 0;
}
