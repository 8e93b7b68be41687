#include "policy/next_hop.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

// Only tells addresses from names; whether the address is valid is the MTA's business.
bool LooksLikeAddress(std::string_view host) {
  if (host.find(':') != std::string_view::npos) return true;
  const bool digits = host.find_first_of("0123456789") != std::string_view::npos;
  return digits &&
         std::all_of(host.begin(), host.end(), [](char c) { return IsDigit(c) || c == '.'; });
}

struct Parts {
  std::string_view host;
  std::string_view port;  // empty: none given
  bool bracketed = false;
};

Result<Parts> Split(std::string_view text) {
  Parts parts;
  if (!text.starts_with('[')) {
    const std::size_t colon = text.find(':');
    parts.host = text.substr(0, colon);
    if (colon == std::string_view::npos) return parts;
    parts.port = text.substr(colon + 1);
    if (parts.port.empty()) return Error{"no port after the colon"};
    return parts;
  }
  const std::size_t close = text.find(']');
  if (close == std::string_view::npos) return Error{"no ] after the ["};
  parts.bracketed = true;
  parts.host = text.substr(1, close - 1);
  std::string_view rest = text.substr(close + 1);
  if (rest.empty()) return parts;
  if (!rest.starts_with(':') || rest.size() == 1) return Error{"only :port may follow the ]"};
  parts.port = rest.substr(1);
  return parts;
}

// The services of /etc/services that take mail; Postfix allows their names for a port.
std::optional<std::uint16_t> PortOfService(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::uint16_t>, 4> kServices = {
      {{"smtp", kSmtpPort}, {"submission", 587}, {"submissions", 465}, {"smtps", 465}}};
  for (const auto& [service, port] : kServices) {
    if (service == name) return port;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (ec != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

Result<NextHop> ParseNextHop(std::string_view text) {
  const Result<Parts> parts = Split(text);
  if (!parts) return Error{parts.error()};
  NextHop next_hop;
  next_hop.bracketed = parts->bracketed;
  if (!parts->port.empty()) {
    std::optional<std::uint16_t> port = ParsePort(parts->port);
    if (!port) port = PortOfService(parts->port);
    if (!port) return Error{"neither a port number from 1 to 65535 nor a mail service"};
    next_hop.port = *port;
  }
  if (LooksLikeAddress(parts->host)) {
    next_hop.address_literal = true;
    return next_hop;
  }
  Result<Domain> domain = ParseDomain(parts->host);
  if (!domain) return Error{domain.error()};
  next_hop.domain = *domain;
  return next_hop;
}

std::string ToString(const NextHop& next_hop) {
  std::string text = next_hop.address_literal ? "address-literal" : next_hop.domain.ascii;
  if (next_hop.bracketed) text = '[' + text + ']';
  if (next_hop.port != kSmtpPort) text += ':' + std::to_string(next_hop.port);
  return text;
}

}  // namespace tlswarden
