#include "resolver/dns_servers.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <fstream>
#include <sstream>
#include <string_view>

#include "policy/next_hop.h"

namespace tlswarden {
namespace {

Result<std::vector<DnsServer>> ReadResolvConf(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Error{"can't read " + path};
  std::vector<DnsServer> servers;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string keyword, address;
    if (!(words >> keyword >> address) || keyword != "nameserver") continue;
    if (const std::optional<DnsServer> server = ParseDnsServer(address)) servers.push_back(*server);
  }
  if (servers.empty()) return Error{"no usable resolver in " + path};
  return servers;
}

}  // namespace

std::optional<DnsServer> ParseDnsServer(const std::string& text) {
  std::string host = text, port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (!port.empty() && port.front() != ':') return std::nullopt;
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    host = text.substr(0, text.find(':'));
    port = text.substr(text.find(':'));
  }
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (error || (address.is_v6() && address.to_v6().scope_id() != 0)) return std::nullopt;
  if (port.empty()) return DnsServer(address, kDnsPort);
  const std::optional<std::uint16_t> number = ParsePort(std::string_view(port).substr(1));
  if (!number) return std::nullopt;
  return DnsServer(address, *number);
}

Result<std::vector<DnsServer>> FindDnsServers(const std::vector<std::string>& configured,
                                              const std::string& resolv_conf) {
  if (configured.empty()) return ReadResolvConf(resolv_conf);
  std::vector<DnsServer> servers;
  for (const std::string& text : configured) {
    const std::optional<DnsServer> server = ParseDnsServer(text);
    if (!server) return Error{"\"" + text + "\" is no address of a resolver"};
    servers.push_back(*server);
  }
  return servers;
}

std::string ToString(const DnsServer& server) {
  const std::string address = server.address().to_string();
  const std::string host = server.address().is_v6() ? "[" + address + "]" : address;
  return host + ":" + std::to_string(server.port());
}

}  // namespace tlswarden
