#include "resolver/trace.h"

#include <utility>

namespace tlswarden {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::chrono::microseconds Since(SteadyClock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start);
}

void Append(std::string& list, const std::string& item) {
  if (!list.empty()) list += ", ";
  list += item;
}

std::string Describe(const DnsReply& reply, RrType type) {
  if (reply.rcode == Rcode::kFailure) return reply.failure;
  if (reply.rcode == Rcode::kNxDomain) return "NXDOMAIN";
  std::string text;
  for (const std::string& address : reply.addresses) Append(text, address);
  for (const MxRecord& mx : reply.mx) {
    Append(text, std::to_string(mx.preference) + ' ' + (mx.exchange.empty() ? "." : mx.exchange));
  }
  for (const std::string& txt : reply.txt) Append(text, '"' + txt + '"');
  for (const TlsaRecord& tlsa : reply.tlsa) Append(text, ToString(tlsa));
  if (text.empty() && type == RrType::kCname && reply.aliased) text = reply.canonical_name;
  if (text.empty()) return "no such record";
  if (reply.aliased && type != RrType::kCname) text = "(" + reply.canonical_name + ") " + text;
  return text;
}

}  // namespace

boost::asio::awaitable<DnsReply> TracedDns::Query(std::string name, RrType type) {
  const SteadyClock::time_point start = SteadyClock::now();
  Step step;
  step.what = std::string(ToString(type)) + ' ' + name;
  DnsReply reply = co_await dns_.Query(std::move(name), type);
  step.result = Describe(reply, type);
  step.security = ToString(reply.security);
  step.ttl = reply.ttl;
  step.took = Since(start);
  trace_.push_back(std::move(step));
  co_return reply;
}

boost::asio::awaitable<Result<std::string, Failure>> TracedHttps::GetPolicy(
    std::string host, std::vector<std::string> addresses) {
  const SteadyClock::time_point start = SteadyClock::now();
  Step step;
  step.what = "GET https://" + host + "/.well-known/mta-sts.txt";
  Result<std::string, Failure> body = co_await https_.GetPolicy(std::move(host), addresses);
  step.result =
      body.ok() ? "200, " + std::to_string(body->size()) + " octets" : ToString(body.error());
  step.took = Since(start);
  trace_.push_back(std::move(step));
  co_return body;
}

}  // namespace tlswarden
