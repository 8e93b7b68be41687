// BeastTest: a BeastHttps, a TlsServer that it may trust, and one io_context for both.
//
// Shared by the tests of what is served (https_beast_test) and of how (https_transport_test).
#ifndef TLSWARDEN_TESTS_UNIT_RESOLVER_HTTPS_FIXTURE_H_
#define TLSWARDEN_TESTS_UNIT_RESOLVER_HTTPS_FIXTURE_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "resolver/https_beast.h"
#include "tests/unit/resolver/tls_server.h"

namespace tlswarden {

using PolicyReply = Result<std::string, Failure>;

inline constexpr char kHost[] = "mta-sts.example.com";
inline constexpr char kPolicy[] = "version: STSv1\r\nmode: none\r\nmax_age: 1\r\n";

inline std::string Response(const std::string& body, const std::string& fields,
                            const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

inline std::string Good() { return Response(kPolicy, "Content-Type: text/plain\r\n"); }

// Since Asio can't hand a Result, which has no default value, to a completion handler.
inline boost::asio::awaitable<void> FetchInto(Https& https, std::vector<std::string> addresses,
                                              std::optional<PolicyReply>& result) {
  auto fetch = https.GetPolicy(kHost, std::move(addresses));
  result = co_await std::move(fetch);
}

class BeastTest : public testing::Test {
 protected:
  BeastTest() : ca_(MakeCertificate({.common_name = "Test CA"}, nullptr)) {
    ca_file_ = testing::TempDir() + "ca." + std::to_string(getpid()) + '.' +
               testing::UnitTest::GetInstance()->current_test_info()->name() + ".pem";
    ca_.Save(ca_file_);
  }
  ~BeastTest() override { std::remove(ca_file_.c_str()); }

  Certificate Leaf(const std::string& alternative_names = std::string("DNS:") + kHost) const {
    return MakeCertificate({.alternative_names = alternative_names}, &ca_);
  }

  void Serve(const Certificate& certificate, TlsServer::Script script) {
    servers_.push_back(std::make_unique<TlsServer>(io_, certificate, std::move(script)));
    server_ = servers_.back().get();
    HttpsOptions options;
    options.ca_file = ca_file_;
    options.timeout = timeout_;
    options.port = server_->port();
    options.user_agent = "tlswarden/test";
    Result<std::unique_ptr<BeastHttps>> https = BeastHttps::Create(options);
    ASSERT_TRUE(https.ok());
    https_ = std::move(https).value();
  }
  void Serve(std::string response, TlsServer::Ending ending = TlsServer::Ending::kCloseNotify) {
    Serve(Leaf(), {.response = std::move(response), .ending = ending});
  }

  PolicyReply Fetch(std::vector<std::string> addresses = {"127.0.0.1"}) {
    std::optional<PolicyReply> result;
    boost::asio::co_spawn(io_, FetchInto(*https_, std::move(addresses), result),
                          [this](std::exception_ptr thrown) {
                            EXPECT_FALSE(thrown);
                            io_.stop();
                          });
    io_.restart();
    io_.run_for(std::chrono::seconds(20));
    if (!result) return Error{Failure{ResultType::kValidationFailure, "no result", false}};
    return *result;
  }

  std::string Body(std::vector<std::string> addresses = {"127.0.0.1"}) {
    const PolicyReply reply = Fetch(std::move(addresses));
    return reply.ok() ? *reply : "failure: " + reply.error().reason;
  }

  // The reason, after a look at the type.
  std::string Reason(ResultType type, std::vector<std::string> addresses = {"127.0.0.1"}) {
    const PolicyReply reply = Fetch(std::move(addresses));
    if (reply.ok()) return "no failure: " + *reply;
    EXPECT_EQ(reply.error().type, type);
    EXPECT_TRUE(reply.error().transient);
    return reply.error().reason;
  }
  std::string FetchErrorOf(std::vector<std::string> addresses) {
    return Reason(ResultType::kStsPolicyFetchError, std::move(addresses));
  }
  std::string FetchError() { return Reason(ResultType::kStsPolicyFetchError); }
  std::string CertificateError() { return Reason(ResultType::kStsWebpkiInvalid); }

  boost::asio::io_context io_;
  Certificate ca_;
  std::string ca_file_;
  std::chrono::milliseconds timeout_{5000};
  std::vector<std::unique_ptr<TlsServer>> servers_;  // io_ may still run the earlier ones
  TlsServer* server_ = nullptr;                      // the last one
  std::unique_ptr<BeastHttps> https_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_RESOLVER_HTTPS_FIXTURE_H_
