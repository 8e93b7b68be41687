// ProbeTest: an SmtpProber, an SmtpServer that it looks at, and one io_context for both.
//
// Shared by the tests of the dialogue (smtp_probe_test) and of certificates (probe_tls_test).
#ifndef TLSWARDEN_TESTS_UNIT_RESOLVER_SMTP_PROBE_FIXTURE_H_
#define TLSWARDEN_TESTS_UNIT_RESOLVER_SMTP_PROBE_FIXTURE_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

#include "resolver/smtp_probe.h"
#include "tests/unit/policy/build.h"
#include "tests/unit/resolver/smtp_server.h"

namespace tlswarden {

inline constexpr char kMxHost[] = "mx.a.test";

// Address records alone.
class AddressBook : public Dns {
 public:
  boost::asio::awaitable<DnsReply> Query(std::string name, RrType type) override {
    if (fails) co_return FailedReply(name, "SERVFAIL");
    DnsReply reply;
    reply.rcode = Rcode::kNoError;
    reply.security = Security::kInsecure;
    reply.canonical_name = name;
    if (type == RrType::kA) reply.addresses = a;
    if (type == RrType::kAaaa) reply.addresses = aaaa;
    co_return reply;
  }
  std::vector<std::string> a = {"127.0.0.1"};
  std::vector<std::string> aaaa;
  bool fails = false;
};

class ProbeTest : public testing::Test {
 protected:
  ProbeTest() : ca_(MakeCertificate({.common_name = "Test CA"}, nullptr)) {
    options_.ca_file = testing::TempDir() + "probe-ca." + std::to_string(getpid()) + '.' +
                       testing::UnitTest::GetInstance()->current_test_info()->name() + ".pem";
    ca_.Save(options_.ca_file);
    options_.timeout = std::chrono::milliseconds(5000);
    options_.helo_name = "probe.test";
    options_.allow_private_addresses = true;
  }
  ~ProbeTest() override { std::remove(options_.ca_file.c_str()); }

  Certificate Leaf(const std::string& names = std::string("DNS:") + kMxHost) const {
    return MakeCertificate({.alternative_names = names}, &ca_);
  }

  ProbeFacts Look(std::vector<TlsaRecord> tlsa = {}) {
    ProbeTarget target{Name(kMxHost), port_, Name(server_name_), std::move(tlsa)};
    Result<std::unique_ptr<SmtpProber>> prober = SmtpProber::Create(dns_, options_);
    if (!prober) return {};
    ProbeFacts facts;
    bool ended = false;
    boost::asio::co_spawn(io_, (*prober)->Probe(target),
                          [&](const std::exception_ptr& thrown, ProbeFacts seen) {
                            EXPECT_EQ(thrown, nullptr);
                            facts = std::move(seen);
                            ended = true;
                            io_.stop();
                          });
    io_.restart();
    io_.run_for(std::chrono::seconds(20));
    EXPECT_TRUE(ended);
    return facts;
  }

  void Serve(const Certificate& leaf, SmtpServer::Script script) {
    servers_.push_back(std::make_unique<SmtpServer>(io_, leaf, std::move(script)));
    server_ = servers_.back().get();
    port_ = server_->port();
  }
  ProbeFacts LookAt(SmtpServer::Script script) {
    Serve(Leaf(), std::move(script));
    return Look();
  }
  ProbeFacts LookAt(const Certificate& leaf, std::vector<TlsaRecord> tlsa = {},
                    SmtpServer::Script script = {}) {
    Serve(leaf, std::move(script));
    return Look(std::move(tlsa));
  }

  // Why there was no TLS: "starttls-not-supported: …", with " (for now)".
  static std::string Why(const ProbeFacts& facts) {
    if (!facts.no_tls) return "TLS";
    return ToString(*facts.no_tls) + (facts.no_tls->transient ? " (for now)" : "");
  }

  boost::asio::io_context io_;
  Certificate ca_;
  AddressBook dns_;
  SmtpProbeOptions options_;
  std::uint16_t port_ = 0;
  std::string server_name_ = kMxHost;
  std::vector<std::unique_ptr<SmtpServer>> servers_;  // io_ may still run the earlier ones
  SmtpServer* server_ = nullptr;                      // the last one
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_RESOLVER_SMTP_PROBE_FIXTURE_H_
