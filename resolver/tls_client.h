// TlsClient: one TLS session with one server, OpenSSL directly on the socket.
//
// Beneath https_beast and smtp_session. Asio's ssl::stream puts four buffers of 17 KiB between
// OpenSSL and the socket, for each session; that is most of what a fetch costs beyond OpenSSL
// itself.
#ifndef TLSWARDEN_RESOLVER_TLS_CLIENT_H_
#define TLSWARDEN_RESOLVER_TLS_CLIENT_H_

#include <openssl/ssl.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tlswarden {

// Held by a shared_ptr; one thread, one operation at a time. Errors: those of Asio and of OpenSSL;
// asio::error::timed_out when the time is over, operation_aborted when the awaiting coroutine was
// cancelled, asio::error::eof after a close_notify, ssl::error::stream_truncated at an end without.
class TlsClient : public std::enable_shared_from_this<TlsClient> {
 public:
  using ErrorCode = boost::system::error_code;
  using Endpoint = boost::asio::ip::tcp::endpoint;

  // `context` must live as long as this.
  TlsClient(const boost::asio::any_io_executor& executor, SSL_CTX* context);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // What is still under way then ends with timed_out.
  void ExpiresAt(std::chrono::steady_clock::time_point when);

  // From `source`, if it isn't unspecified; it must be of the endpoint's family.
  boost::asio::awaitable<ErrorCode> Connect(Endpoint endpoint,
                                            boost::asio::ip::address source = {});

  // Before Handshake, for protocols that begin in the clear: as Write and Read below.
  boost::asio::awaitable<ErrorCode> WritePlain(std::string_view text);
  boost::asio::awaitable<ErrorCode> ReadPlain(void* buffer, std::size_t size, std::size_t& got);

  // After Connect. What the certificate must be is set in session() before.
  boost::asio::awaitable<ErrorCode> Handshake();

  // All of it.
  boost::asio::awaitable<ErrorCode> Write(std::string_view text);

  // Waits for some octets; `got` is how many were put at `buffer`, at least one without error.
  boost::asio::awaitable<ErrorCode> Read(void* buffer, std::size_t size, std::size_t& got);

  SSL* session() const { return session_.get(); }

 private:
  enum class Step { kHandshake, kWrite, kRead };
  struct Free {
    void operator()(SSL* session) const { SSL_free(session); }
  };

  int Try(Step step, void* data, std::size_t size, std::size_t& done);
  boost::asio::awaitable<ErrorCode> Drive(Step step, void* data, std::size_t size,
                                          std::size_t& done);
  ErrorCode ErrorOf(int ssl_error) const;
  ErrorCode Outcome(const ErrorCode& error) const;

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<SSL, Free> session_;
  bool expired_ = false;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_TLS_CLIENT_H_
