#include "resolver/mx_gather.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "cache/freshness.h"
#include "policy/dane.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

// What one host's lookups came to.
struct HostResult {
  MxHost host;
  std::chrono::seconds ttl = kMostTtl;
};

void Shorten(std::chrono::seconds& ttl, const DnsReply& reply) {
  if (reply.rcode != Rcode::kFailure) ttl = std::min(ttl, reply.ttl);
}

Failure LookupFailure(const DnsReply& reply, const std::string& what) {
  if (reply.security == Security::kBogus) {
    return {ResultType::kDnssecInvalid, "DNSSEC validation failed for " + what, false};
  }
  return {ResultType::kDnssecInvalid, "DNS lookup of " + what + " failed: " + reply.failure, true};
}

HostAddresses ToAddresses(const DnsReply& reply) {
  HostAddresses addresses;
  addresses.security = reply.security;
  addresses.any = !reply.addresses.empty();
  addresses.aliased = reply.aliased;
  addresses.canonical_name = reply.canonical_name;
  return addresses;
}

// RFC 7672 section 2.2.2: addresses first; a host whose address is insecure isn't asked for TLSA,
// since many broken load balancers answer that with SERVFAIL.
awaitable<HostAddresses> LookUpAddresses(Dns& dns, HostResult& result) {
  const std::string name = result.host.name.ascii;
  const AddressReplies replies = co_await QueryAddresses(dns, name);
  const DnsReply& a = replies.a;
  const DnsReply& aaaa = replies.aaaa;
  Shorten(result.ttl, a);
  Shorten(result.ttl, aaaa);
  const HostAddresses addresses = Merge(ToAddresses(a), ToAddresses(aaaa));
  result.host.address_security = addresses.security;
  if (addresses.any) co_return addresses;
  if (IsLookupFailure(addresses.security)) {
    result.host.dane = HostDane::kUnresolved;
    result.host.failure =
        LookupFailure(IsLookupFailure(a.security) ? a : aaaa, "the address of " + name);
  } else {
    result.host.dane = HostDane::kUnreachable;
  }
  co_return addresses;
}

// A reply whose last part is insecure has one AD bit for all; the first link is asked for alone
// (RFC 7672 section 2.1.3).
awaitable<std::optional<Security>> FirstAliasSecurity(Dns& dns, const HostAddresses& addresses,
                                                      HostResult& result) {
  if (!addresses.aliased || addresses.security == Security::kSecure) co_return std::nullopt;
  const std::string name = result.host.name.ascii;
  const DnsReply reply = co_await dns.Query(name, RrType::kCname);
  Shorten(result.ttl, reply);
  if (IsLookupFailure(reply.security)) {
    result.host.dane = HostDane::kFailed;
    result.host.failure = LookupFailure(reply, "CNAME " + name);
  }
  co_return reply.security;
}

// The first candidate with a secure TLSA RRset wins; a failure at one doesn't lead to the next.
awaitable<void> LookUpTlsa(Dns& dns, std::vector<Domain> candidates, std::uint16_t port,
                           HostResult& result) {
  for (const Domain& base : candidates) {
    const std::string name = TlsaName(base, port);
    const DnsReply reply = co_await dns.Query(name, RrType::kTlsa);
    Shorten(result.ttl, reply);
    if (IsLookupFailure(reply.security)) {
      result.host.dane = HostDane::kFailed;
      result.host.failure = LookupFailure(reply, "TLSA " + name);
      co_return;
    }
    if (reply.security == Security::kSecure && !reply.tlsa.empty()) {
      ApplyTlsa(base, reply.tlsa, result.host);
      co_return;
    }
  }
}

awaitable<void> LookUpHost(Dns& dns, std::uint16_t port, HostResult& result) {
  const HostAddresses addresses = co_await LookUpAddresses(dns, result);
  if (!addresses.any) co_return;
  const std::optional<Security> first_alias = co_await FirstAliasSecurity(dns, addresses, result);
  if (result.host.dane == HostDane::kFailed) co_return;
  std::vector<Domain> candidates = TlsaBaseCandidates(result.host.name, addresses, first_alias);
  co_await LookUpTlsa(dns, std::move(candidates), port, result);
}

void Fail(MxHost& host) {
  host.dane = HostDane::kFailed;
  host.failure = Failure{ResultType::kDnssecInvalid, "internal error", true};
}

// All hosts at once, so that one dead name server costs its own time only.
awaitable<void> LookUpHosts(Dns& dns, std::uint16_t port, std::vector<HostResult>& results) {
  const auto executor = co_await asio::this_coro::executor;
  const auto all_done = std::make_shared<asio::steady_timer>(executor);
  all_done->expires_at(asio::steady_timer::time_point::max());
  const auto left = std::make_shared<std::size_t>(std::min(results.size(), kMaxMxHosts));
  if (*left == 0) co_return;
  const std::size_t count = *left;
  for (std::size_t i = 0; i < count; ++i) {
    MxHost& host = results[i].host;
    asio::co_spawn(executor, LookUpHost(dns, port, results[i]),
                   [all_done, left, &host](const std::exception_ptr& thrown) {
                     // Out of memory, say: no answer, which is no denial.
                     if (thrown != nullptr) Fail(host);
                     if (--*left == 0) all_done->cancel();
                   });
  }
  boost::system::error_code cancelled;
  co_await all_done->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

// The hosts in the order of preference, each once. Names that can't be names are left out: no MTA
// can reach them either (RFC 5321 section 5.1).
std::vector<HostResult> HostsOf(std::vector<MxRecord> records) {
  std::stable_sort(records.begin(), records.end(), [](const MxRecord& a, const MxRecord& b) {
    return a.preference < b.preference;
  });
  std::vector<HostResult> hosts;
  for (const MxRecord& record : records) {
    const Result<Domain> name = ParseDomain(record.exchange);
    if (!name) continue;
    const bool known = std::any_of(hosts.begin(), hosts.end(), [&](const HostResult& result) {
      return result.host.name == *name;
    });
    if (known) continue;
    HostResult result;
    result.host.name = *name;
    result.host.preference = record.preference;
    hosts.push_back(std::move(result));
  }
  return hosts;
}

// Whoever forges an unsigned MX names hosts of his own, with as much TLSA data as DNS carries.
// The verdict needs none of it, and evidence too large to be stored would take the domain's
// MTA-STS policy with it at the next restart.
void KeepWithin(std::size_t& budget, MxHost& host) {
  const auto keep = [&budget](std::size_t octets) {
    if (octets > budget) return false;
    budget -= octets;
    return true;
  };
  std::erase_if(host.usable, [&](const TlsaRecord& record) { return !keep(record.data.size()); });
  std::erase_if(host.unusable, [&](const std::string& text) { return !keep(text.size()); });
}

HostResult SoleHost(const Domain& domain) {
  HostResult result;
  result.host.name = domain;
  return result;
}

// RFC 5321 section 5.1 and RFC 7505; fills in what the MX answer alone decides.
std::vector<HostResult> ReadMx(const DnsReply& reply, const Domain& domain, MxEvidence& mx) {
  mx.security = reply.security;
  if (reply.rcode == Rcode::kFailure) {
    mx.failure = LookupFailure(reply, "MX " + domain.ascii);
    return {};
  }
  if (reply.rcode == Rcode::kNxDomain) {
    mx.no_such_domain = true;
    return {};
  }
  if (reply.mx.empty()) return {SoleHost(domain)};
  mx.null_mx = reply.mx.size() == 1 && reply.mx.front().exchange.empty();
  return HostsOf(reply.mx);
}

bool SomeLookupFailed(const MxEvidence& mx) {
  return mx.failure || std::any_of(mx.hosts.begin(), mx.hosts.end(), [](const MxHost& host) {
           return host.dane == HostDane::kFailed || host.dane == HostDane::kUnresolved;
         });
}

// A failure is kept for a time of its own, however long the rest would hold.
void SetEnd(std::chrono::seconds ttl, const MxTerms& terms, MxEvidence& mx) {
  if (SomeLookupFailed(mx)) {
    mx.failed_lookups = terms.failed_lookups + 1;
    ttl = std::min(ttl, LookupBackOff(mx.failed_lookups, terms.jitter));
  }
  mx.good_until = terms.now + BoundedTtl(ttl);
}

}  // namespace

awaitable<MxEvidence> GatherMx(Dns& dns, NextHop next_hop, MxTerms terms) {
  MxEvidence mx;
  std::chrono::seconds ttl = kMostTtl;
  std::vector<HostResult> results;
  if (next_hop.bracketed) {
    // A host that the operator named is as good as a signed MX (RFC 7672 section 2.2.1).
    mx.security = Security::kSecure;
    results.push_back(SoleHost(next_hop.domain));
  } else {
    const DnsReply reply = co_await dns.Query(next_hop.domain.ascii, RrType::kMx);
    Shorten(ttl, reply);
    results = ReadMx(reply, next_hop.domain, mx);
  }
  if (terms.ask_tlsa) co_await LookUpHosts(dns, next_hop.port, results);
  std::size_t budget = kMaxTlsaOctets;
  for (HostResult& result : results) {
    ttl = std::min(ttl, result.ttl);
    KeepWithin(budget, result.host);
    mx.hosts.push_back(std::move(result.host));
  }
  SetEnd(ttl, terms, mx);
  co_return mx;
}

}  // namespace tlswarden
