#include "policy/tls_version.h"

#include <array>
#include <utility>

namespace tlswarden {
namespace {

constexpr std::array<std::pair<TlsVersion, std::string_view>, 7> kNames = {{
    {TlsVersion::kNone, "none"},
    {TlsVersion::kSsl3, "SSLv3"},
    {TlsVersion::kTls10, "1.0"},
    {TlsVersion::kTls11, "1.1"},
    {TlsVersion::kTls12, "1.2"},
    {TlsVersion::kTls13, "1.3"},
    {TlsVersion::kUnknown, "unknown"},
}};

}  // namespace

TlsVersion ParseMtaTlsVersion(std::string_view macro) {
  constexpr std::string_view kPrefix = "TLSv";
  if (macro.empty()) return TlsVersion::kNone;
  if (macro == "SSLv3" || macro == "SSLv2") return TlsVersion::kSsl3;
  if (!macro.starts_with(kPrefix)) return TlsVersion::kUnknown;
  macro.remove_prefix(kPrefix.size());
  if (macro == "1") return TlsVersion::kTls10;
  return ParseTlsVersion(macro).value_or(TlsVersion::kUnknown);
}

std::optional<TlsVersion> ParseTlsVersion(std::string_view text) {
  for (const TlsVersion version :
       {TlsVersion::kTls10, TlsVersion::kTls11, TlsVersion::kTls12, TlsVersion::kTls13}) {
    if (ToString(version) == text) return version;
  }
  return std::nullopt;
}

std::string OpenSslName(TlsVersion version) {
  if (version == TlsVersion::kTls10) return "TLSv1";
  const bool known = version > TlsVersion::kTls10 && version <= TlsVersion::kTls13;
  return known ? "TLSv" + std::string(ToString(version)) : std::string();
}

std::string_view ToString(TlsVersion version) {
  for (const auto& [entry, name] : kNames) {
    if (entry == version) return name;
  }
  return "unknown";
}

}  // namespace tlswarden
