#include "daemon/wiring.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <random>
#include <utility>

#include "daemon/wall_clock.h"

namespace tlswarden {
namespace {

// RFC 8460 section 5.3: reports are delivered despite the failures that they tell of.
Rule ReportMailRule(const Settings::Tlsrpt& tlsrpt) {
  Rule rule;
  rule.name = kReportMailRule;
  rule.outbound.require = Requirement::kNone;
  for (const char* range : {"127.0.0.0/8", "::1"}) {
    rule.match.client_address.Add(ParseAddressRange(range).value());
  }
  // The settings have checked it.
  static_cast<void>(rule.match.sender.Add(ReportSenderOf(tlsrpt)));
  return rule;
}

}  // namespace

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "localhost";
  return name.data();
}

std::string ReportSenderOf(const Settings::Tlsrpt& tlsrpt) {
  return tlsrpt.sender.empty() ? tlsrpt.contact_info : tlsrpt.sender;
}

CaresOptions DnsOptionsOf(const Settings& settings) {
  CaresOptions options;
  for (const NameServer& server : settings.resolver.nameservers) {
    options.servers.push_back(ToString(server));
  }
  options.timeout = settings.resolver.timeout;
  options.attempts = settings.resolver.attempts;
  options.trust_ad = settings.resolver.trust_ad;
  return options;
}

Result<Network> MakeNetwork(boost::asio::io_context& io, const Settings& settings) {
  Result<std::unique_ptr<CaresDns>> dns = CaresDns::Create(io, DnsOptionsOf(settings));
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
  options.clock = WallClock;
  options.jitter = [] {
    // The engine's thread alone calls it.
    static std::minstd_rand random{std::random_device()()};
    return std::uniform_real_distribution<double>(0, 1)(random);
  };
  return options;
}

Orders MakeOrders(const Settings& settings, std::vector<Rule> rules) {
  Orders orders;
  if (!settings.tlsrpt.contact_info.empty()) {
    rules.insert(rules.begin(), ReportMailRule(settings.tlsrpt));
  }
  orders.outbound.mode = settings.outbound.mode;
  orders.outbound.on_failure = settings.outbound.on_failure;
  orders.outbound.all_or_none = settings.outbound.all_or_none;
  orders.outbound.honour_tls_required_no =
      settings.outbound.tls_required_no == TlsRequiredNo::kHonour;
  orders.outbound.remember_tls = settings.outbound.remember_tls;
  orders.outbound.learn = settings.outbound.learn;
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

std::unique_ptr<WouldLedger> MakeWouldLedger(const Settings& settings, RecordSink& log) {
  if (settings.outbound.would_log.empty()) return nullptr;
  const auto complain = [&log](const std::string& what) {
    log.Write(Notice{Notice::Level::kWarning,
                     "[outbound] would-log: " + what +
                         "; what enforcement would refuse isn't counted until that is mended"});
  };
  return std::make_unique<WouldLedger>(settings.outbound.would_log, complain);
}

NotifierOptions MakeNotifierOptions(const Settings& settings, const CurrentOrders& orders,
                                    std::function<Time()> clock) {
  NotifierOptions options;
  const ListenAddress& relay = settings.notify.relay;
  options.relay = {relay.host, relay.port, relay.path};
  options.sender = settings.notify.sender;
  options.host = HostName();
  // Those in force, since lists bring new rules while we run.
  options.address_for = [&orders, otherwise = settings.outbound.notify](const std::string& name) {
    const RulePtr rule = orders.Get()->outbound.rules.Named(name);
    return rule == nullptr || rule->notify.empty() ? otherwise : rule->notify;
  };
  options.clock = std::move(clock);
  return options;
}

}  // namespace tlswarden
