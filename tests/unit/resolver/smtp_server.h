// SmtpServer: a mail server on 127.0.0.1 that says what its test wants, with OpenSSL for its TLS.
#ifndef TLSWARDEN_TESTS_UNIT_RESOLVER_SMTP_SERVER_H_
#define TLSWARDEN_TESTS_UNIT_RESOLVER_SMTP_SERVER_H_

#include <algorithm>

#include "tests/unit/resolver/tls_server.h"

namespace tlswarden {

class SmtpServer {
 public:
  struct Script {
    std::string greeting = "220 mx.a.test ESMTP\r\n";
    std::string ehlo = "250-mx.a.test\r\n250-SIZE 100\r\n250 STARTTLS\r\n";
    std::string starttls = "220 ready\r\n";
    std::string ehlo_within = "250-mx.a.test\r\n250 SIZE 100\r\n";
    bool hang_up = false;  // instead of the handshake
    bool garble = false;   // likewise
    int max_version = TLS1_3_VERSION;
    std::chrono::milliseconds pause{0};          // before each octet in the clear, if not zero
    std::vector<const Certificate*> chain = {};  // sent after the leaf
  };

  SmtpServer(boost::asio::io_context& io, const Certificate& leaf, Script script,
             std::uint16_t port = 0)
      : script_(std::move(script)),
        acceptor_(io, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), port)) {
    SSL_CTX* context = context_.native_handle();
    SSL_CTX_use_certificate(context, leaf.x509.get());
    SSL_CTX_use_PrivateKey(context, leaf.key.get());
    for (const Certificate* more : script_.chain) {
      SSL_CTX_add1_chain_cert(context, more->x509.get());
    }
    SSL_CTX_set_max_proto_version(context, script_.max_version);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    boost::asio::co_spawn(io, Accept(), boost::asio::detached);
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  // Every line that was received; those within TLS with a leading '+'.
  const std::vector<std::string>& lines() const { return lines_; }
  const std::string& server_name() const { return server_name_; }
  const std::string& peer() const { return peer_; }
  int connections() const { return connections_; }

 private:
  using Tcp = boost::asio::ip::tcp;
  using Stream = boost::asio::ssl::stream<Tcp::socket&>;
  template <typename... Values>
  using Outcome = std::tuple<boost::system::error_code, Values...>;
  static constexpr auto Token() { return boost::asio::as_tuple(boost::asio::use_awaitable); }

  struct Client {
    explicit Client(Tcp::socket from, boost::asio::ssl::context& context)
        : socket(std::move(from)), tls(socket, context) {}
    Tcp::socket socket;
    Stream tls;
    std::string unread;
  };

  boost::asio::awaitable<void> Accept() {
    for (;;) {
      auto accepting = acceptor_.async_accept(Token());
      Outcome<Tcp::socket> accepted = co_await std::move(accepting);
      if (std::get<0>(accepted)) co_return;
      ++connections_;
      peer_ = std::get<1>(accepted).remote_endpoint().address().to_string();
      auto client = std::make_shared<Client>(std::move(std::get<1>(accepted)), context_);
      boost::asio::co_spawn(acceptor_.get_executor(), Serve(client), boost::asio::detached);
    }
  }

  // In the clear, until STARTTLS or the end.
  boost::asio::awaitable<void> Serve(std::shared_ptr<Client> client) {
    std::string answer = script_.greeting;
    for (;;) {
      auto sending = Send(client, answer);
      const bool sent = co_await std::move(sending);
      auto reading = ReadLine(client, client->socket);
      std::string line = co_await std::move(reading);
      if (!sent || line.empty()) co_return;
      lines_.push_back(line);
      if (line == "STARTTLS") break;
      answer = line == "QUIT" ? "221 bye\r\n" : script_.ehlo;
    }
    auto sending = Send(client, script_.starttls);
    co_await std::move(sending);
    if (script_.starttls.starts_with("220")) {
      if (script_.garble) {
        auto garbling = Send(client, "this is no TLS record, but long enough for one\r\n");
        co_await std::move(garbling);
      }
      if (script_.hang_up || script_.garble) co_return;
      auto serving = ServeTls(client);
      co_await std::move(serving);
      co_return;
    }
    auto reading = ReadLine(client, client->socket);
    lines_.push_back(co_await std::move(reading));
  }

  boost::asio::awaitable<void> ServeTls(std::shared_ptr<Client> client) {
    auto shaking = client->tls.async_handshake(Stream::server, Token());
    const Outcome<> shaken = co_await std::move(shaking);
    if (std::get<0>(shaken)) co_return;
    const char* name = SSL_get_servername(client->tls.native_handle(), TLSEXT_NAMETYPE_host_name);
    server_name_ = name != nullptr ? name : "";
    client->unread.clear();
    for (;;) {
      auto reading = ReadLine(client, client->tls);
      const std::string line = co_await std::move(reading);
      if (line.empty()) co_return;
      lines_.push_back('+' + line);
      const std::string answer = line == "QUIT" ? "221 bye\r\n" : script_.ehlo_within;
      const auto buffer = boost::asio::buffer(answer);
      auto writing = boost::asio::async_write(client->tls, buffer, Token());
      const Outcome<std::size_t> written = co_await std::move(writing);
      if (std::get<0>(written)) co_return;
    }
  }

  // Without its end; empty when the client has gone.
  template <typename Source>
  boost::asio::awaitable<std::string> ReadLine(std::shared_ptr<Client> client, Source& source) {
    auto buffer = boost::asio::dynamic_buffer(client->unread);
    auto reading = boost::asio::async_read_until(source, buffer, "\r\n", Token());
    const Outcome<std::size_t> read = co_await std::move(reading);
    if (std::get<0>(read)) co_return "";
    std::string line = client->unread.substr(0, std::get<1>(read) - 2);
    client->unread.erase(0, std::get<1>(read));
    co_return line;
  }

  boost::asio::awaitable<bool> Send(std::shared_ptr<Client> client, std::string text) {
    auto writing = SlowWrite(client->socket, std::move(text), script_.pause);
    co_return co_await std::move(writing);
  }

  Script script_;
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_server};
  Tcp::acceptor acceptor_;
  std::vector<std::string> lines_;
  std::string server_name_, peer_;
  int connections_ = 0;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_RESOLVER_SMTP_SERVER_H_
