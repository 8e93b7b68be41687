// Each row of [https] in tests/scenarios/failures.table, with a policy host that fails so.
#include <algorithm>
#include <functional>
#include <map>
#include <string>

#include "tests/unit/resolver/failure_rows.h"
#include "tests/unit/resolver/https_fixture.h"

namespace tlswarden {
namespace {

using Ending = TlsServer::Ending;

constexpr char kText[] = "Content-Type: text/plain\r\n";
constexpr char kHead[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

// ADDRESS is the one that was visited; TIME is any.
std::string Expected(std::string reason, const std::string& address) {
  const std::size_t at = reason.find("ADDRESS");
  if (at != std::string::npos) reason.replace(at, std::string("ADDRESS").size(), address);
  return reason;
}

std::string WithoutTime(std::string reason) {
  constexpr std::string_view kTimeout = "timeout after ";
  if (!reason.starts_with(kTimeout)) return reason;
  const std::size_t end = std::min(reason.find(" ("), reason.size());
  return reason.replace(kTimeout.size(), end - kTimeout.size(), "TIME");
}

class HttpsFailures : public BeastTest {
 protected:
  using Script = std::function<void()>;

  Script Replies(const std::string& response, Ending ending = Ending::kCloseNotify) {
    return [this, response, ending] { Serve(response, ending); };
  }
  Script HasStatus(const std::string& status, const std::string& fields = kText) {
    return Replies(Response("", fields, status));
  }
  Script HasType(const std::string& fields) { return Replies(Response(kPolicy, fields)); }
  Script HasCertificate(const CertificateWish& wish, const Certificate* issuer) {
    return [this, wish, issuer] { Serve(MakeCertificate(wish, issuer), {.response = Good()}); };
  }
  // Fails only by the time that it takes.
  Script IsSlow(const TlsServer::Script& script) {
    return [this, script] {
      timeout_ = std::chrono::milliseconds(300);
      Serve(Leaf(), script);
    };
  }

  std::map<std::string, Script> TransportScripts() {
    return {
        {"refused", Replies(Good())},  // at another address
        {"timeout", IsSlow({.response = "", .handshake = false})},
        {"silent", IsSlow({.response = "", .ending = Ending::kNothing})},
        {"slow", IsSlow({.response = Good(), .pause = std::chrono::milliseconds(30)})},
        {"tls11", [this] { Serve(Leaf(), {.response = Good(), .max_version = TLS1_1_VERSION}); }},
        {"cut-off", Replies(std::string(kHead) + "Content-Length: 4\r\n\r\nabc")},
        {"not-http", Replies("220 mail.example.com ESMTP\r\n\r\n")},
        {"large-header", Replies(kHead + std::string(9000, 'x') + ": y\r\n\r\n")},
        {"too-large", Replies(Response(std::string(kMaxPolicyOctets + 1, 'x'), kText))},
    };
  }
  std::map<std::string, Script> ReplyScripts() {
    return {
        {"404", HasStatus("404 Not Found")},
        {"500", HasStatus("500 Internal Server Error")},
        {"redirect", HasStatus("301 Moved Permanently",
                               "Location: https://mta-sts.example.com/policy.txt\r\n")},
        {"media-type", HasType("Content-Type: text/html; charset=utf-8\r\n")},
        {"no-media-type", HasType("")},
        {"charset", HasType("Content-Type: text/plain; charset=iso-8859-1\r\n")},
    };
  }
  std::map<std::string, Script> CertificateScripts() {
    const std::string names = std::string("DNS:") + kHost;
    return {
        {"expired",
         HasCertificate({.alternative_names = names, .begins = -7200, .ends = -3600}, &ca_)},
        {"too-early",
         HasCertificate({.alternative_names = names, .begins = 3600, .ends = 7200}, &ca_)},
        {"wrong-name", HasCertificate({.alternative_names = "DNS:www.example.com"}, &ca_)},
        {"cn-only", HasCertificate({.common_name = kHost}, &ca_)},
        {"untrusted", HasCertificate({.alternative_names = names}, &other_ca_)},
        {"self-signed", HasCertificate({.alternative_names = names}, nullptr)},
    };
  }

  void Check(const FailureRow& row, const Script& serve) {
    SCOPED_TRACE(row.name);
    timeout_ = std::chrono::seconds(10);
    serve();
    const std::string address = row.name == "refused" ? "127.0.0.2" : "127.0.0.1";
    const ResultType type = row.comes_to == "certificate" ? ResultType::kStsWebpkiInvalid
                                                          : ResultType::kStsPolicyFetchError;
    EXPECT_EQ(WithoutTime(Reason(type, {address})), Expected(row.reason, address));
  }

  const Certificate other_ca_ = MakeCertificate({.common_name = "Other CA"}, nullptr);
};

TEST_F(HttpsFailures, AreThoseOfTheTable) {
  std::map<std::string, Script> scripts = TransportScripts();
  scripts.merge(ReplyScripts());
  scripts.merge(CertificateScripts());
  const std::vector<FailureRow> rows = FailureRows("https");
  EXPECT_EQ(rows.size(), scripts.size());
  for (const FailureRow& row : rows) {
    ASSERT_TRUE(scripts.contains(row.name)) << row.name;
    Check(row, scripts[row.name]);
  }
}

}  // namespace
}  // namespace tlswarden
