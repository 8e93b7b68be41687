#include "daemon/wiring.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <random>
#include <utility>

namespace tlswarden {

Result<Network> MakeNetwork(boost::asio::io_context& io, const Settings& settings) {
  CaresOptions dns_options;
  for (const NameServer& server : settings.resolver.nameservers) {
    dns_options.servers.push_back(ToString(server));
  }
  dns_options.timeout = settings.resolver.timeout;
  dns_options.attempts = settings.resolver.attempts;
  dns_options.trust_ad = settings.resolver.trust_ad;
  Result<std::unique_ptr<CaresDns>> dns = CaresDns::Create(io, dns_options);
  if (!dns) return Error{"[resolver] nameserver: " + dns.error()};

  HttpsOptions https_options;
  https_options.ca_file = settings.mta_sts.ca_file;
  https_options.timeout = settings.mta_sts.timeout;
  https_options.user_agent = "tlswarden/" TLSWARDEN_VERSION;
  Result<std::unique_ptr<BeastHttps>> https = BeastHttps::Create(https_options);
  if (!https) return Error{"[mta-sts] ca-file: " + https.error()};
  return Network{std::move(dns).value(), std::move(https).value()};
}

EngineOptions MakeEngineOptions(const Settings& settings) {
  EngineOptions options;
  options.sts_enabled = settings.mta_sts.enabled;
  options.dane_enabled = settings.dane.enabled;
  options.allow_private_addresses = settings.mta_sts.allow_private_addresses;
  options.patience = settings.outbound.deadline * 3 / 4;
  options.clock = [] {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  };
  options.jitter = [] {
    // The engine's thread alone calls it.
    static std::minstd_rand random{std::random_device()()};
    return std::uniform_real_distribution<double>(0, 1)(random);
  };
  return options;
}

Orders MakeOrders(const Settings& settings, std::vector<Rule> rules) {
  Orders orders;
  orders.outbound.mode = settings.outbound.mode;
  orders.outbound.on_failure = settings.outbound.on_failure;
  orders.outbound.all_or_none = settings.outbound.all_or_none;
  orders.outbound.honour_tls_required_no =
      settings.outbound.tls_required_no == TlsRequiredNo::kHonour;
  orders.inbound.mode = settings.inbound.mode;
  orders.inbound.on_failure = settings.inbound.on_failure;
  orders.inbound.demand.minimum_tls = settings.inbound.minimum_tls;
  const auto inbound = std::stable_partition(rules.begin(), rules.end(), [](const Rule& rule) {
    return rule.direction == Direction::kOutbound;
  });
  orders.inbound.rules =
      Rules({std::make_move_iterator(inbound), std::make_move_iterator(rules.end())});
  rules.erase(inbound, rules.end());
  orders.outbound.rules = Rules(std::move(rules));
  return orders;
}

}  // namespace tlswarden
