#include "daemon/listen_address.h"

#include <arpa/inet.h>

#include <array>
#include <optional>

#include "policy/next_hop.h"

namespace tlswarden {
namespace {

using Family = ListenAddress::Family;

constexpr const char* kListenForms = "use inet:ADDRESS:PORT or unix:PATH";
constexpr const char* kMilterForms = "use unix:PATH, inet:PORT@ADDRESS or inet6:PORT@ADDRESS";

// The address in its usual spelling.
std::optional<std::string> ParseIp(Family family, std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const int af = family == Family::kInet6 ? AF_INET6 : AF_INET;
  in6_addr binary{};
  std::array<char, INET6_ADDRSTRLEN> spelled{};
  if (inet_pton(af, std::string(text).c_str(), &binary) != 1) return std::nullopt;
  if (inet_ntop(af, &binary, spelled.data(), spelled.size()) == nullptr) return std::nullopt;
  return std::string(spelled.data());
}

bool TakeBrackets(std::string_view* text) {
  if (text->size() < 2 || !text->starts_with('[') || !text->ends_with(']')) return false;
  *text = text->substr(1, text->size() - 2);
  return true;
}

Result<ListenAddress> UnixAddress(std::string_view path) {
  if (path.empty()) return Error{"no path; use unix:/PATH"};
  if (path.front() != '/') return Error{"the path must begin with /"};
  if (path.find('\0') != std::string_view::npos) return Error{"NUL in the path"};
  if (path.size() > kMaxSocketPathOctets) return Error{"the path is longer than 107 octets"};
  ListenAddress address;
  address.path = path;
  return address;
}

Result<ListenAddress> InetAddress(Family family, std::string_view host, std::string_view port) {
  ListenAddress address;
  address.family = family;
  const std::optional<std::uint16_t> number = ParsePort(port);
  if (!number) return Error{"the port must be a number between 1 and 65535"};
  address.port = *number;
  if (host == "localhost") host = family == Family::kInet6 ? "::1" : "127.0.0.1";
  std::optional<std::string> ip = ParseIp(family, host);
  if (!ip) {
    const std::string wanted = family == Family::kInet6 ? "an IPv6" : "an IPv4";
    return Error{"the host must be " + wanted + " address or localhost"};
  }
  address.host = std::move(*ip);
  return address;
}

struct Split {
  std::string_view family;
  std::string_view rest;
};

Split SplitFamily(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {{}, text};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace

Result<ListenAddress> ParseListenAddress(std::string_view text) {
  const auto [family, rest] = SplitFamily(text);
  if (family == "unix") return UnixAddress(rest);
  if (family != "inet" && family != "inet6") {
    return Error{std::string("not a socket address; ") + kListenForms};
  }
  if (rest.find('@') != std::string_view::npos) {
    return Error{"here the host comes first: inet:ADDRESS:PORT"};
  }
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return Error{
        "no host; write inet:127.0.0.1:PORT, or inet:0.0.0.0:PORT if all interfaces are meant"};
  }
  std::string_view host = rest.substr(0, colon);
  const bool bracketed = TakeBrackets(&host);
  if (!bracketed && host.find(':') != std::string_view::npos) {
    return Error{"an IPv6 address needs brackets: inet:[::1]:PORT"};
  }
  const bool v6 = bracketed || family == "inet6";
  return InetAddress(v6 ? Family::kInet6 : Family::kInet, host, rest.substr(colon + 1));
}

std::string ToString(const ListenAddress& address) {
  if (address.family == Family::kUnix) return "unix:" + address.path;
  const bool v6 = address.family == Family::kInet6;
  return "inet:" + (v6 ? "[" + address.host + "]" : address.host) + ":" +
         std::to_string(address.port);
}

Result<ListenAddress> ParseMilterAddress(std::string_view text) {
  const auto [family, rest] = SplitFamily(text);
  if (family == "unix" || family == "local") return UnixAddress(rest);
  if (family != "inet" && family != "inet6") {
    return Error{std::string("not a milter socket; ") + kMilterForms};
  }
  const std::size_t at = rest.find('@');
  if (at == std::string_view::npos && rest.find(':') != std::string_view::npos) {
    return Error{"here the port comes first: inet:PORT@ADDRESS"};
  }
  if (at == std::string_view::npos || at + 1 == rest.size()) {
    return Error{
        "no host; write inet:PORT@127.0.0.1, or inet:PORT@0.0.0.0 if all interfaces are meant"};
  }
  std::string_view host = rest.substr(at + 1);
  TakeBrackets(&host);
  if (family == "inet" && host.find(':') != std::string_view::npos) {
    return Error{"an IPv6 address goes with inet6:PORT@ADDRESS"};
  }
  return InetAddress(family == "inet6" ? Family::kInet6 : Family::kInet, host, rest.substr(0, at));
}

std::string ToMilterString(const ListenAddress& address) {
  if (address.family == Family::kUnix) return "unix:" + address.path;
  return (address.family == Family::kInet6 ? "inet6:" : "inet:") + std::to_string(address.port) +
         "@" + address.host;
}

Result<NameServer> ParseNameServer(std::string_view text) {
  NameServer server;
  const std::size_t colon = text.rfind(':');
  const bool one_colon = colon != std::string_view::npos && text.find(':') == colon;
  const bool after_bracket =
      colon != std::string_view::npos && text.substr(0, colon).ends_with(']');
  if (one_colon || after_bracket) {
    const std::optional<std::uint16_t> port = ParsePort(text.substr(colon + 1));
    if (!port) return Error{"the port must be a number between 1 and 65535"};
    server.port = *port;
    text = text.substr(0, colon);
  }
  const bool v6 = TakeBrackets(&text) || text.find(':') != std::string_view::npos;
  std::optional<std::string> ip = ParseIp(v6 ? Family::kInet6 : Family::kInet, text);
  if (!ip) return Error{"not a name server; use ADDRESS, ADDRESS:PORT or [IPV6]:PORT"};
  server.address = std::move(*ip);
  return server;
}

std::string ToString(const NameServer& server) {
  const bool v6 = server.address.find(':') != std::string::npos;
  return (v6 ? "[" + server.address + "]" : server.address) + ":" + std::to_string(server.port);
}

}  // namespace tlswarden
