#include "resolver/dns.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <utility>

namespace tlswarden {

std::string_view ToString(RrType type) {
  switch (type) {
    case RrType::kA:
      return "A";
    case RrType::kCname:
      return "CNAME";
    case RrType::kSoa:
      return "SOA";
    case RrType::kMx:
      return "MX";
    case RrType::kTxt:
      return "TXT";
    case RrType::kAaaa:
      return "AAAA";
    case RrType::kTlsa:
      return "TLSA";
  }
  return "?";
}

boost::asio::awaitable<AddressReplies> QueryAddresses(Dns& dns, std::string name) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  // Named one by one: GCC 12 destroys temporaries in co_await expressions twice.
  boost::asio::awaitable<DnsReply> v4 = dns.Query(name, RrType::kA);
  boost::asio::awaitable<DnsReply> v6 = dns.Query(name, RrType::kAaaa);
  auto v4_and_v6 = std::move(v4) && std::move(v6);
  auto both = co_await std::move(v4_and_v6);
  AddressReplies replies{std::move(std::get<0>(both)), std::move(std::get<1>(both))};
  co_return replies;
}

std::vector<std::string> AllAddresses(const AddressReplies& replies) {
  std::vector<std::string> all = replies.a.addresses;
  all.insert(all.end(), replies.aaaa.addresses.begin(), replies.aaaa.addresses.end());
  return all;
}

DnsReply FailedReply(std::string name, std::string failure) {
  DnsReply reply;
  reply.canonical_name = std::move(name);
  reply.failure = std::move(failure);
  return reply;
}

}  // namespace tlswarden
