#include "daemon/doctor.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "daemon/wiring.h"
#include "report/smtp_socket.h"
#include "resolver/ca_certificates.h"

namespace tlswarden {
namespace {

constexpr std::chrono::seconds kConnectTime{3};

struct Asked {
  std::string server;
  std::unique_ptr<CaresDns> dns;
  DnsReply reply;
};

Finding ConnectFinding(const char* check, const ListenAddress& address, std::string object) {
  const auto end = std::chrono::steady_clock::now() + kConnectTime;
  const Result<SmtpSocket> socket =
      SmtpSocket::Connect({address.host, address.port, address.path}, end);
  if (socket) return {Finding::Result::kOk, check, std::move(object), "takes connections", ""};
  return {Finding::Result::kBad, check, std::move(object), socket.error(),
          "The MTA can't ask. Start the daemon: systemctl start tlswarden; its log says why it "
          "doesn't. Where permission is denied, run this as root."};
}

Finding TurnedOff(const char* check) { return {Finding::Result::kSkipped, check, "", "off", ""}; }

}  // namespace

std::vector<Finding> CheckResolvers(const Settings& settings) {
  boost::asio::io_context io(1);
  CaresOptions options = DnsOptionsOf(settings);
  const Result<std::unique_ptr<CaresDns>> all = CaresDns::Create(io, options);
  if (!all) {
    return {{Finding::Result::kBad, "resolver", "", all.error(),
             "Name one that validates: [resolver] nameserver, or /etc/resolv.conf."}};
  }
  const TrustAd trust_ad = std::exchange(options.trust_ad, TrustAd::kYes);
  std::vector<Asked> each;
  for (std::string& server : (*all)->servers()) {
    options.servers = {server};
    Result<std::unique_ptr<CaresDns>> dns = CaresDns::Create(io, options);
    const std::string wrong = dns ? "not asked" : dns.error();
    each.push_back({std::move(server), dns ? std::move(dns).value() : nullptr,
                    FailedReply(kSignedName, wrong)});
  }
  for (Asked& asked : each) {
    if (asked.dns == nullptr) continue;
    const auto keep = [&asked](const std::exception_ptr& thrown, DnsReply reply) {
      if (thrown == nullptr) asked.reply = std::move(reply);
    };
    boost::asio::co_spawn(io, asked.dns->Query(kSignedName, RrType::kSoa), keep);
  }
  io.run();
  std::vector<Finding> findings;
  findings.reserve(each.size());
  for (const Asked& asked : each) {
    findings.push_back(ResolverFinding(asked.server, asked.reply, trust_ad, (*all)->trusts_ad()));
  }
  return findings;
}

Finding CheckCaStore(const Settings& settings) {
  const std::string& file = settings.mta_sts.ca_file;
  const std::string wrong = TryCaCertificates(file);
  if (wrong.empty()) return {Finding::Result::kOk, "ca-store", file, "has certificates", ""};
  return {Finding::Result::kBad, "ca-store", file, wrong,
          "No MTA-STS policy can be fetched. Install the package ca-certificates, or name a file "
          "of PEM certificates that can be read: [mta-sts] ca-file."};
}

std::vector<Finding> CheckSockets(const Settings& settings) {
  std::vector<Finding> findings;
  if (settings.milter.socket) {
    const ListenAddress& address = *settings.milter.socket;
    findings.push_back(ConnectFinding("milter", address, ToMilterString(address)));
  } else {
    findings.push_back(TurnedOff("milter"));
  }
  for (const ListenAddress& address : settings.socketmap.listen) {
    findings.push_back(ConnectFinding("socketmap", address, ToString(address)));
  }
  if (settings.socketmap.listen.empty()) findings.push_back(TurnedOff("socketmap"));
  return findings;
}

}  // namespace tlswarden
