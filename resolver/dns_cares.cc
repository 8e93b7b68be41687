#include "resolver/dns_cares.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "resolver/cares_channel.h"
#include "resolver/dns_servers.h"
#include "resolver/dns_wire.h"

namespace tlswarden {
namespace {

// c-ares makes unpredictable IDs only for the queries that it builds itself. One system call brings
// 128 of them: up to 256 octets are never cut short.
std::uint16_t RandomId() {
  thread_local std::array<std::uint16_t, 128> pool;
  thread_local std::size_t left = 0;
  if (left == 0) {
    while (getrandom(pool.data(), sizeof pool, 0) != sizeof pool) continue;
    left = pool.size();
  }
  return pool[--left];
}

DnsReply ReadReply(const RawDnsReply& raw, const std::string& name, RrType type, bool trust_ad) {
  if (!raw.failure.empty()) return FailedReply(name, raw.failure);
  return ParseReply(raw.message, name, type, trust_ad);
}

// c-ares always begins with the first of its servers, so each server has a channel that begins with
// it. A server that answered after the silence of others is asked first from then on: else each
// question would wait for a dead one.
struct Channels {
  std::vector<std::shared_ptr<CaresChannel>> beginning_with;
  std::size_t first = 0;
};

// The coroutines have no `this`, since they may outlive the CaresDns. A server that refuses says
// nothing of the name, so the next one is asked.
boost::asio::awaitable<RawDnsReply> AskFirst(std::shared_ptr<Channels> channels,
                                             std::vector<std::uint8_t> query) {
  const std::size_t first = channels->first;
  auto question = CaresChannel::Ask(channels->beginning_with[first], query);
  RawDnsReply raw = co_await std::move(question);
  const std::size_t count = channels->beginning_with.size();
  for (std::size_t skip = 1; IsRefused(raw.message) && skip < count; ++skip) {
    auto again = CaresChannel::Ask(channels->beginning_with[(first + skip) % count], query);
    raw = co_await std::move(again);
    raw.timeouts = 0;  // they say nothing of `first`
  }
  if (raw.failure.empty() && raw.timeouts > 0) {
    const auto skipped = static_cast<std::size_t>(raw.timeouts);
    channels->first = (first + skipped) % channels->beginning_with.size();
  }
  co_return raw;
}

boost::asio::awaitable<DnsReply> AskAndRead(std::shared_ptr<Channels> channels, bool trust_ad,
                                            std::string name, RrType type) {
  if (!IsQueryName(name)) {
    DnsReply refused = FailedReply(name, "not a name to ask DNS for");
    co_return refused;
  }
  std::vector<std::uint8_t> query = MakeQuery(RandomId(), name, type, false);
  auto question = AskFirst(channels, std::move(query));
  const RawDnsReply raw = co_await std::move(question);
  DnsReply reply = ReadReply(raw, name, type, trust_ad);
  if (!IsServfail(raw.message)) co_return reply;

  // SERVFAIL is what a validating resolver says of bogus data, and of a broken zone. With CD it
  // hands out the former (RFC 4035 section 5.5).
  std::vector<std::uint8_t> unchecked_query = MakeQuery(RandomId(), name, type, true);
  auto unchecked_question = AskFirst(channels, std::move(unchecked_query));
  const RawDnsReply unchecked_raw = co_await std::move(unchecked_question);
  const DnsReply unchecked = ReadReply(unchecked_raw, name, type, false);
  if (unchecked.rcode != Rcode::kFailure) {
    reply.security = Security::kBogus;
    reply.failure = "SERVFAIL (DNSSEC validation failed)";
  }
  co_return reply;
}

}  // namespace

struct CaresDns::Core {
  std::shared_ptr<Channels> channels;
  std::vector<DnsServer> servers;
  bool trust_ad = false;
};

Result<std::unique_ptr<CaresDns>> CaresDns::Create(boost::asio::io_context& io,
                                                   const CaresOptions& options) {
  const Result<std::vector<DnsServer>> servers =
      FindDnsServers(options.servers, options.resolv_conf);
  if (!servers.ok()) return Error{servers.error()};
  const bool all_local = std::all_of(servers->begin(), servers->end(), [](const DnsServer& server) {
    return server.address().is_loopback();
  });
  const bool trust_ad =
      options.trust_ad == TrustAd::kYes || (options.trust_ad == TrustAd::kLoopback && all_local);
  auto channels = std::make_shared<Channels>();
  std::vector<DnsServer> order = *servers;
  for (std::size_t i = 0; i < servers->size(); ++i) {
    channels->beginning_with.push_back(std::make_shared<CaresChannel>(io));
    const std::string wrong =
        channels->beginning_with.back()->Open(order, options.timeout, options.attempts);
    if (!wrong.empty()) return Error{"c-ares: " + wrong};
    std::rotate(order.begin(), order.begin() + 1, order.end());
  }
  auto core = std::make_unique<Core>(Core{std::move(channels), *servers, trust_ad});
  return std::unique_ptr<CaresDns>(new CaresDns(std::move(core)));
}

CaresDns::CaresDns(std::unique_ptr<Core> core) : core_(std::move(core)) {}

CaresDns::~CaresDns() {
  for (const auto& channel : core_->channels->beginning_with) channel->Close();
}

boost::asio::awaitable<DnsReply> CaresDns::Query(std::string name, RrType type) {
  return AskAndRead(core_->channels, core_->trust_ad, std::move(name), type);
}

std::vector<std::string> CaresDns::servers() const {
  std::vector<std::string> texts;
  for (const DnsServer& server : core_->servers) texts.push_back(ToString(server));
  return texts;
}

bool CaresDns::trusts_ad() const { return core_->trust_ad; }

}  // namespace tlswarden
