#include "policy/report_destination.h"

#include <algorithm>

#include "policy/ascii.h"
#include "policy/domain.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMaxLocalPartOctets = 64;  // RFC 5321 section 4.5.3.1

bool IsOneOf(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

bool IsEscape(std::string_view text) {
  return text.starts_with('%') && HexOctet(text.substr(1)) >= 0;
}

// RFC 5322's dot-atom. Anything else, once decoded, could become a second address or a header.
bool IsPlainLocalPart(std::string_view text) {
  if (text.empty() || text.size() > kMaxLocalPartOctets) return false;
  if (text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos) {
    return false;
  }
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsAlnum(c) || IsOneOf(c, ".!#$%&'*+-/=?^_`{|}~"); });
}

// RFC 6068; header fields after a '?' are a stranger's wishes for our mail, and dropped.
std::optional<std::string> MailAddress(std::string_view rest) {
  const std::string address = PercentDecoded(rest.substr(0, rest.find_first_of("?#")));
  const std::size_t at = address.rfind('@');
  if (at == std::string::npos || !IsPlainLocalPart(std::string_view(address).substr(0, at))) {
    return std::nullopt;
  }
  const Result<Domain> domain = ParseDomain(std::string_view(address).substr(at + 1));
  if (!domain) return std::nullopt;
  return address.substr(0, at + 1) + domain->ascii;
}

// No port, and nothing after the colon, is the scheme's own (RFC 3986 section 3.2.3). 0: wrong.
std::uint16_t PortOf(std::string_view digits) {
  if (digits.empty()) return 443;
  if (digits.size() > 5 || !std::all_of(digits.begin(), digits.end(), IsDigit)) return 0;
  unsigned port = 0;
  for (const char c : digits) port = port * 10 + static_cast<unsigned>(c - '0');
  return port <= 0xffff ? static_cast<std::uint16_t>(port) : 0;
}

}  // namespace

std::string ToString(const ReportDestination& destination) {
  const bool mail = destination.scheme == ReportDestination::Scheme::kMailto;
  return (mail ? "mailto:" : "") + destination.target;
}

bool IsReportUri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !IsAlpha(text.front())) return false;
  const std::string_view scheme = text.substr(0, colon);
  if (!std::all_of(scheme.begin(), scheme.end(),
                   [](char c) { return IsAlnum(c) || IsOneOf(c, "+-."); })) {
    return false;
  }
  for (std::size_t i = colon + 1; i < text.size(); ++i) {
    if (IsAlnum(text[i]) || IsOneOf(text[i], "-._~:/?#[]@$&'()*+=")) continue;
    if (!IsEscape(text.substr(i))) return false;
    i += 2;
  }
  return true;
}

std::optional<ReportDestination> ToReportDestination(std::string_view uri) {
  using Scheme = ReportDestination::Scheme;
  const std::size_t colon = uri.find(':');
  const std::string_view scheme = uri.substr(0, colon);
  const std::string_view rest = uri.substr(colon + 1);
  if (EqualsIgnoringCase(scheme, "mailto")) {
    std::optional<std::string> address = MailAddress(rest);
    if (!address) return std::nullopt;
    return ReportDestination{Scheme::kMailto, std::move(*address)};
  }
  if (!ParseHttpsUri(uri)) return std::nullopt;
  return ReportDestination{Scheme::kHttps, std::string(uri)};
}

std::optional<HttpsUri> ParseHttpsUri(std::string_view uri) {
  constexpr std::string_view kScheme = "https://";
  if (!EqualsIgnoringCase(uri.substr(0, kScheme.size()), kScheme) || !IsReportUri(uri)) {
    return std::nullopt;
  }
  uri.remove_prefix(kScheme.size());
  uri = uri.substr(0, uri.find('#'));
  const std::size_t end = std::min(uri.find_first_of("/?"), uri.size());
  const std::string_view authority = uri.substr(0, end);
  const std::size_t colon = std::min(authority.find(':'), authority.size());
  const Result<Domain> host = ParseLdhDomain(authority.substr(0, colon));
  HttpsUri parsed;
  parsed.port = PortOf(authority.substr(std::min(colon + 1, authority.size())));
  if (!host || parsed.port == 0) return std::nullopt;
  parsed.host = host->ascii;
  parsed.target = uri.substr(end);
  if (!parsed.target.starts_with('/')) parsed.target.insert(0, "/");
  return parsed;
}

}  // namespace tlswarden
