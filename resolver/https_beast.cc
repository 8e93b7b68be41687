#include "resolver/https_beast.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "resolver/ca_certificates.h"
#include "resolver/https_reply.h"
#include "resolver/tls_client.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Reply = Result<std::string, Failure>;

constexpr char kPolicyPath[] = "/.well-known/mta-sts.txt";

// RFC 8461 section 3.3: the DNS-ID alone, and a wildcard only as the whole left-most label.
bool DemandHost(SSL* session, const std::string& host) {
  SSL_set_hostflags(session,
                    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(session, host.c_str()) == 1 &&
         SSL_set_tlsext_host_name(session, host.c_str()) == 1;
}

// A TLS session with a host whose certificate is right, or the failure; `final` when another
// address would be no way out.
struct Connection {
  std::shared_ptr<TlsClient> client;
  Failure failure;
  bool final = false;
};

Connection NoConnection(const error_code& error, const std::string& address,
                        Clock::time_point began) {
  Connection none;
  none.failure = FetchError(HttpsErrorText(error, began) + " (" + Quotable(address) + ")");
  none.final = error == asio::error::operation_aborted;
  return none;
}

Connection BadHandshake(const error_code& error, const TlsClient& client,
                        const std::string& address, Clock::time_point began) {
  const long verified = SSL_get_verify_result(client.session());
  if (verified == X509_V_OK) return NoConnection(error, address, began);
  const std::string why = X509_verify_cert_error_string(verified);
  Connection none;
  none.failure = {ResultType::kStsWebpkiInvalid, "certificate: " + why + " (" + address + ")",
                  true};
  none.final = true;
  return none;
}

}  // namespace

class BeastHttps::Core {
 public:
  explicit Core(HttpsOptions options) : options_(std::move(options)) {}

  // Returns what is wrong, or "".
  std::string LoadCertificates();

  static asio::awaitable<Reply> Fetch(std::shared_ptr<Core> core, std::string host,
                                      std::vector<std::string> addresses);

 private:
  static asio::awaitable<Connection> Connect(std::shared_ptr<Core> core, std::string host,
                                             std::string address, Clock::time_point until);
  static asio::awaitable<Reply> Exchange(std::shared_ptr<Core> core, std::string host,
                                         std::shared_ptr<TlsClient> client,
                                         Clock::time_point began);

  HttpsOptions options_;
  ssl::context context_{ssl::context::tls_client};  // one for all, since loading it is slow
};

std::string BeastHttps::Core::LoadCertificates() {
  SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_2_VERSION);
  context_.set_verify_mode(ssl::verify_peer);
  return LoadCaCertificates(options_.ca_file, context_);
}

asio::awaitable<Connection> BeastHttps::Core::Connect(std::shared_ptr<Core> core, std::string host,
                                                      std::string address,
                                                      Clock::time_point until) {
  const Clock::time_point began = Clock::now();
  error_code error;
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(address, error),
                                         core->options_.port);
  const auto executor = co_await asio::this_coro::executor;
  const auto client = std::make_shared<TlsClient>(executor, core->context_.native_handle());
  if (!DemandHost(client->session(), host)) error = asio::error::invalid_argument;
  if (error) {
    Connection none = NoConnection(error, address, began);
    co_return none;
  }
  client->ExpiresAt(until);
  auto connecting = client->Connect(endpoint);
  error = co_await std::move(connecting);
  if (error) {
    Connection none = NoConnection(error, address, began);
    co_return none;
  }
  auto shaking = client->Handshake();
  error = co_await std::move(shaking);
  if (error) {
    Connection none = BadHandshake(error, *client, address, began);
    co_return none;
  }
  Connection connection;
  connection.client = client;
  co_return connection;
}

asio::awaitable<Reply> BeastHttps::Core::Exchange(std::shared_ptr<Core> core, std::string host,
                                                  std::shared_ptr<TlsClient> client,
                                                  Clock::time_point began) {
  client->ExpiresAt(began + core->options_.timeout);
  const std::string request = "GET " + std::string(kPolicyPath) + " HTTP/1.1\r\nHost: " + host +
                              "\r\nUser-Agent: " + core->options_.user_agent +
                              "\r\nAccept: text/plain\r\nConnection: close\r\n\r\n";
  auto writing = client->Write(request);
  const error_code error = co_await std::move(writing);
  if (error) {
    Reply failed = Error{FetchError(HttpsErrorText(error, began))};
    co_return failed;
  }
  auto reading = ReadPolicyReply(*client, began);
  Reply reply = co_await std::move(reading);
  co_return reply;
}

asio::awaitable<Reply> BeastHttps::Core::Fetch(std::shared_ptr<Core> core, std::string host,
                                               std::vector<std::string> addresses) {
  const Clock::time_point began = Clock::now();
  const Clock::time_point deadline = began + core->options_.timeout;
  const std::size_t count = std::min(addresses.size(), kMaxPolicyAddresses);
  std::string reasons = count == 0 ? "no address" : "";
  for (std::size_t i = 0; i < count; ++i) {
    // An equal share for each address that is left, so that one that swallows packets doesn't
    // take the time of the others.
    const Clock::time_point now = Clock::now();
    const Clock::time_point until = now + (deadline - now) / static_cast<int>(count - i);
    auto connecting = Connect(core, host, addresses[i], until);
    Connection connection = co_await std::move(connecting);
    if (connection.client != nullptr) {
      std::shared_ptr<TlsClient> client = std::move(connection.client);
      auto exchange = Exchange(core, host, std::move(client), began);
      Reply reply = co_await std::move(exchange);
      co_return reply;
    }
    if (connection.final) {
      Reply failed = Error{std::move(connection.failure)};
      co_return failed;
    }
    if (i != 0) reasons += ", ";
    reasons += connection.failure.reason;
  }
  Reply failed = Error{FetchError(std::move(reasons))};
  co_return failed;
}

Result<std::unique_ptr<BeastHttps>> BeastHttps::Create(const HttpsOptions& options) {
  auto core = std::make_shared<Core>(options);
  std::string wrong = core->LoadCertificates();
  if (!wrong.empty()) return Error{std::move(wrong)};
  return std::unique_ptr<BeastHttps>(new BeastHttps(std::move(core)));
}

BeastHttps::BeastHttps(std::shared_ptr<Core> core) : core_(std::move(core)) {}

BeastHttps::~BeastHttps() = default;

asio::awaitable<Result<std::string, Failure>> BeastHttps::GetPolicy(
    std::string host, std::vector<std::string> addresses) {
  return Core::Fetch(core_, std::move(host), std::move(addresses));
}

}  // namespace tlswarden
