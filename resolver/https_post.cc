#include "resolver/https_post.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/this_coro.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "policy/report_destination.h"
#include "resolver/address_guard.h"
#include "resolver/ca_certificates.h"
#include "resolver/https_reply.h"
#include "resolver/tls_client.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Status = HttpsPostOutcome::Status;
using ClientPtr = std::shared_ptr<TlsClient>;

HttpsPostOutcome NoAnswer(std::string why) {
  HttpsPostOutcome outcome;
  outcome.why = std::move(why);
  outcome.unreachable = true;
  return outcome;
}

HttpsPostOutcome NoTarget(std::string why) {
  HttpsPostOutcome outcome;
  outcome.status = Status::kPermanent;
  outcome.why = std::move(why);
  return outcome;
}

struct OneReport {
  HttpsUri uri;
  std::string body;
  std::string media_type;
};

std::string RequestOf(const OneReport& report, const std::string& user_agent) {
  const std::string port = report.uri.port == 443 ? "" : ':' + std::to_string(report.uri.port);
  return "POST " + report.uri.target + " HTTP/1.1\r\nHost: " + report.uri.host + port +
         "\r\nUser-Agent: " + user_agent + "\r\nContent-Type: " + report.media_type +
         "\r\nContent-Length: " + std::to_string(report.body.size()) +
         "\r\nConnection: close\r\n\r\n" + report.body;
}

// The rules of RFC 8461 section 3.3. Apart from the verification, which may have stopped before.
bool NamesHost(SSL* session, const std::string& host) {
  const std::unique_ptr<X509, decltype(&X509_free)> leaf(SSL_get1_peer_certificate(session),
                                                         X509_free);
  constexpr unsigned kFlags =
      X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
  return leaf != nullptr &&
         X509_check_host(leaf.get(), host.data(), host.size(), kFlags, nullptr) == 1;
}

// A session, or why there is none.
struct Connection {
  ClientPtr client;
  std::string why;
};

HttpsPostOutcome Judge(int http_status) {
  HttpsPostOutcome outcome;
  outcome.http_status = http_status;
  outcome.status = PostStatus(http_status);
  if (outcome.status == Status::kAccepted) return outcome;
  const bool redirect = http_status >= 300 && http_status < 400;
  outcome.why = "HTTP status " + std::to_string(http_status) +
                (redirect ? ", redirects are not followed" : "");
  return outcome;
}

}  // namespace

HttpsPostOutcome::Status PostStatus(int http_status) {
  if (http_status >= 200 && http_status < 300) return Status::kAccepted;
  if (http_status == 408 || http_status == 429) return Status::kTemporary;
  return http_status >= 300 && http_status < 500 ? Status::kPermanent : Status::kTemporary;
}

class HttpsPost::Core {
 public:
  Core(Dns& dns, HttpsPostOptions options) : dns_(dns), options_(std::move(options)) {}

  // Returns what is wrong, or "".
  std::string LoadCertificates();

  static asio::awaitable<HttpsPostOutcome> Post(std::shared_ptr<Core> core, OneReport report);

 private:
  static asio::awaitable<Connection> Connect(std::shared_ptr<Core> core, HttpsUri uri,
                                             std::string address, Clock::time_point until);
  static asio::awaitable<Connection> ConnectAny(std::shared_ptr<Core> core, HttpsUri uri,
                                                std::vector<std::string> addresses,
                                                Clock::time_point deadline);
  static asio::awaitable<HttpsPostOutcome> Exchange(ClientPtr client, std::string request,
                                                    Clock::time_point began);

  Dns& dns_;
  const HttpsPostOptions options_;
  ssl::context context_{ssl::context::tls_client};
};

// The chain is verified, and the handshake goes on whatever comes of it.
std::string HttpsPost::Core::LoadCertificates() {
  SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_2_VERSION);
  context_.set_verify_mode(ssl::verify_none);
  return LoadCaCertificates(options_.ca_file, context_);
}

asio::awaitable<Connection> HttpsPost::Core::Connect(std::shared_ptr<Core> core, HttpsUri uri,
                                                     std::string address, Clock::time_point until) {
  const Clock::time_point began = Clock::now();
  Connection connection;
  error_code error;
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(address, error), uri.port);
  const auto executor = co_await asio::this_coro::executor;
  const auto client = std::make_shared<TlsClient>(executor, core->context_.native_handle());
  if (!error && SSL_set_tlsext_host_name(client->session(), uri.host.c_str()) != 1) {
    error = asio::error::invalid_argument;
  }
  if (!error) {
    client->ExpiresAt(until);
    auto connecting = client->Connect(endpoint);
    error = co_await std::move(connecting);
  }
  if (!error) {
    auto shaking = client->Handshake();
    error = co_await std::move(shaking);
  }
  if (error) {
    connection.why = HttpsErrorText(error, began) + " (" + Quotable(address) + ")";
  } else if (!NamesHost(client->session(), uri.host)) {
    connection.why = "certificate: hostname mismatch (" + Quotable(address) + ")";
  } else {
    connection.client = client;
  }
  co_return connection;
}

asio::awaitable<Connection> HttpsPost::Core::ConnectAny(std::shared_ptr<Core> core, HttpsUri uri,
                                                        std::vector<std::string> addresses,
                                                        Clock::time_point deadline) {
  const std::size_t count = std::min(addresses.size(), kMaxPostAddresses);
  Connection last;
  std::string reasons;
  for (std::size_t i = 0; i < count && last.client == nullptr; ++i) {
    // An equal share for each address that is left.
    const Clock::time_point now = Clock::now();
    const Clock::time_point until = now + (deadline - now) / static_cast<int>(count - i);
    auto connecting = Connect(core, uri, addresses[i], until);
    last = co_await std::move(connecting);
    reasons += (i == 0 ? "" : ", ") + last.why;
  }
  last.why = reasons;
  co_return last;
}

asio::awaitable<HttpsPostOutcome> HttpsPost::Core::Exchange(ClientPtr client, std::string request,
                                                            Clock::time_point began) {
  HttpsPostOutcome outcome;
  auto writing = client->Write(request);
  error_code error = co_await std::move(writing);
  boost::beast::flat_buffer buffer;
  std::optional<http::response_parser<http::string_body>> parser;
  for (int replies = 0; !error && replies <= kMaxInterimReplies; ++replies) {
    parser.emplace();
    parser->header_limit(kMaxHttpHeaderOctets);
    parser->skip(true);  // the status says it all
    auto reading = ReadHttpMessage(*client, buffer, *parser);
    error = co_await std::move(reading);
    if (!error && parser->get().result_int() >= 200) {
      outcome = Judge(static_cast<int>(parser->get().result_int()));
      co_return outcome;
    }
  }
  outcome = NoAnswer(error ? HttpsErrorText(error, began) : "only interim replies");
  co_return outcome;
}

asio::awaitable<HttpsPostOutcome> HttpsPost::Core::Post(std::shared_ptr<Core> core,
                                                        OneReport report) {
  HttpsPostOutcome outcome;
  auto asking = QueryAddresses(core->dns_, report.uri.host);
  const AddressReplies replies = co_await std::move(asking);
  std::vector<std::string> refused;
  std::vector<std::string> addresses =
      KeepPublic(AllAddresses(replies), core->options_.allow_private_addresses, &refused);
  if (addresses.empty()) {
    outcome = NoAnswer(refused.empty() ? report.uri.host + " has no address"
                                       : report.uri.host + " has no public address: " +
                                             boost::algorithm::join(refused, ", "));
    co_return outcome;
  }
  const Clock::time_point began = Clock::now();
  const Clock::time_point deadline = began + core->options_.timeout;
  auto connecting = ConnectAny(core, report.uri, std::move(addresses), deadline);
  Connection connection = co_await std::move(connecting);
  if (connection.client == nullptr) {
    outcome = NoAnswer(std::move(connection.why));
    co_return outcome;
  }
  connection.client->ExpiresAt(deadline);
  const long verified = SSL_get_verify_result(connection.client->session());
  auto exchange = Exchange(connection.client, RequestOf(report, core->options_.user_agent), began);
  outcome = co_await std::move(exchange);
  if (verified != X509_V_OK) outcome.certificate = X509_verify_cert_error_string(verified);
  co_return outcome;
}

Result<std::unique_ptr<HttpsPost>> HttpsPost::Create(Dns& dns, const HttpsPostOptions& options) {
  auto core = std::make_shared<Core>(dns, options);
  std::string wrong = core->LoadCertificates();
  if (!wrong.empty()) return Error{std::move(wrong)};
  return std::unique_ptr<HttpsPost>(new HttpsPost(std::move(core)));
}

HttpsPost::HttpsPost(std::shared_ptr<Core> core) : core_(std::move(core)) {}

HttpsPost::~HttpsPost() = default;

asio::awaitable<HttpsPostOutcome> HttpsPost::Post(std::string uri, std::string body,
                                                  std::string media_type) {
  const std::optional<HttpsUri> parsed = ParseHttpsUri(uri);
  const bool good_type =
      std::all_of(media_type.begin(), media_type.end(), [](char c) { return c > ' ' && c < 0x7f; });
  HttpsPostOutcome outcome;
  if (!parsed || !good_type) {
    outcome = NoTarget("no https URI that a report can be sent to");
    co_return outcome;
  }
  OneReport report{*parsed, std::move(body), std::move(media_type)};
  auto posting = Core::Post(core_, std::move(report));
  outcome = co_await std::move(posting);
  co_return outcome;
}

}  // namespace tlswarden
