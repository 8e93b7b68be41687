#include "resolver/https_beast.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fstream>
#include <optional>
#include <utility>

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
constexpr std::uint32_t kMaxHeaderOctets = 8 * 1024;
constexpr std::size_t kReadOctets = 4096;    // most replies in one piece
constexpr std::size_t kMaxRemoteText = 100;  // of what others wrote, in a reason
constexpr int kMaxInterimReplies = 4;        // 1xx (RFC 9110 section 15.2)

// Remote text for a person: printable ASCII, short.
std::string Quotable(beast::string_view text) {
  std::string clean(text.substr(0, kMaxRemoteText));
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean;
}

std::string TimeoutText(Clock::duration waited) {
  const auto milliseconds = std::chrono::round<std::chrono::milliseconds>(waited).count();
  if (milliseconds < 1000) return "timeout after " + std::to_string(milliseconds) + " ms";
  return "timeout after " + std::to_string((milliseconds + 500) / 1000) + " s";
}

// What an operation that began at `began` failed with.
std::string ErrorText(const error_code& error, Clock::time_point began) {
  if (error == asio::error::timed_out) return TimeoutText(Clock::now() - began);
  if (error == asio::error::operation_aborted) return "cancelled";
  if (error == asio::error::connection_refused) return "connection refused";
  if (error == ssl::error::stream_truncated) return "connection closed without TLS close_notify";
  if (error == asio::error::eof || error == http::error::end_of_stream ||
      error == http::error::partial_message) {
    return "connection closed too early";
  }
  if (error == http::error::body_limit) {
    return "body larger than " + std::to_string(kMaxPolicyOctets) + " octets";
  }
  if (error == http::error::header_limit) {
    return "header larger than " + std::to_string(kMaxHeaderOctets) + " octets";
  }
  const std::string text = Quotable(error.message());
  return error.category() == asio::error::get_ssl_category() ? "TLS: " + text : text;
}

Failure FetchError(std::string reason) {
  return {ResultType::kStsPolicyFetchError, std::move(reason), true};
}

// RFC 8461 section 3.3: text/plain, and of its parameters only charset counts, which must be
// UTF-8 or US-ASCII. Returns what is wrong, or "".
std::string WrongMediaType(beast::string_view field) {
  const std::size_t type_end = std::min(field.find_first_of("; \t"), field.size());
  const beast::string_view type = field.substr(0, type_end);
  if (type.empty()) return "no media type, text/plain expected";
  if (!beast::iequals(type, "text/plain")) {
    return "media type " + Quotable(type) + ", not text/plain";
  }
  for (const auto& [name, value] : http::param_list(field.substr(type_end))) {
    if (!beast::iequals(name, "charset")) continue;
    if (!beast::iequals(value, "utf-8") && !beast::iequals(value, "us-ascii")) {
      return "charset " + Quotable(value) + ", not utf-8";
    }
  }
  return {};
}

Reply ReadResponse(const http::response<http::string_body>& response) {
  const unsigned status = response.result_int();
  if (status != 200) {
    const bool redirect = status >= 300 && status < 400;
    return Error{FetchError("HTTP status " + std::to_string(status) +
                            (redirect ? ", redirects are not followed" : ""))};
  }
  std::string wrong = WrongMediaType(response[http::field::content_type]);
  if (!wrong.empty()) return Error{FetchError(std::move(wrong))};
  return response.body();
}

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
  none.failure = FetchError(ErrorText(error, began) + " (" + Quotable(address) + ")");
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
  error_code error;
  if (options_.ca_file.empty()) {
    context_.set_default_verify_paths(error);
    return error ? "no CA certificates: " + error.message() : std::string();
  }
  if (!std::ifstream(options_.ca_file)) return "can't read the CA file " + options_.ca_file;
  context_.load_verify_file(options_.ca_file, error);
  ERR_clear_error();
  return error ? "no certificate in the CA file " + options_.ca_file : std::string();
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

// Reads until the parser has a whole message. What follows it stays in the buffer.
asio::awaitable<error_code> ReadMessage(TlsClient& client, beast::flat_buffer& buffer,
                                        http::response_parser<http::string_body>& parser) {
  parser.eager(true);
  for (;;) {
    error_code error;
    if (buffer.size() > 0) buffer.consume(parser.put(buffer.data(), error));
    if (error == http::error::need_more) error = {};
    if (error || parser.is_done()) co_return error;
    const auto space = buffer.prepare(kReadOctets);
    std::size_t got = 0;
    auto reading = client.Read(space.data(), space.size(), got);
    error = co_await std::move(reading);
    if (error == asio::error::eof) {
      error = http::error::end_of_stream;
      if (parser.got_some()) parser.put_eof(error);
      co_return error;
    }
    if (error) co_return error;
    buffer.commit(got);
  }
}

asio::awaitable<Reply> BeastHttps::Core::Exchange(std::shared_ptr<Core> core, std::string host,
                                                  std::shared_ptr<TlsClient> client,
                                                  Clock::time_point began) {
  client->ExpiresAt(began + core->options_.timeout);
  const std::string request = "GET " + std::string(kPolicyPath) + " HTTP/1.1\r\nHost: " + host +
                              "\r\nUser-Agent: " + core->options_.user_agent +
                              "\r\nAccept: text/plain\r\nConnection: close\r\n\r\n";
  auto writing = client->Write(request);
  error_code error = co_await std::move(writing);
  beast::flat_buffer buffer;
  std::optional<http::response_parser<http::string_body>> parser;
  for (int replies = 0; !error && replies <= kMaxInterimReplies; ++replies) {
    parser.emplace();
    parser->header_limit(kMaxHeaderOctets);
    parser->body_limit(kMaxPolicyOctets);
    auto reading = ReadMessage(*client, buffer, *parser);
    error = co_await std::move(reading);
    if (!error && parser->get().result_int() >= 200) break;
  }
  Reply reply =
      error ? Reply(Error{FetchError(ErrorText(error, began))}) : ReadResponse(parser->get());
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
