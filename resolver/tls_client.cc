#include "resolver/tls_client.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstdint>
#include <new>
#include <utility>

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a server that hangs up would end a program
// that doesn't ignore SIGPIPE.
int DescriptorOf(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int WriteSocket(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent =
      send(DescriptorOf(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && WouldBlock()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int ReadSocket(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t got = recv(DescriptorOf(bio), data, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (got < 0 && WouldBlock()) BIO_set_retry_read(bio);
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(got);
}

long ControlSocket(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* MakeMethod() {
  BIO_METHOD* const method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "socket");
  if (method == nullptr) throw std::bad_alloc();
  BIO_meth_set_write(method, &WriteSocket);
  BIO_meth_set_read(method, &ReadSocket);
  BIO_meth_set_ctrl(method, &ControlSocket);
  return method;
}

BIO* NewSocketBio(int descriptor) {
  static BIO_METHOD* const method = MakeMethod();
  BIO* const bio = BIO_new(method);
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace

TlsClient::TlsClient(const asio::any_io_executor& executor, SSL_CTX* context)
    : socket_(executor), timer_(executor), session_(SSL_new(context)) {
  if (session_ == nullptr) throw std::bad_alloc();
  // A session that hangs holds no buffers; one read brings all records that are there.
  SSL_set_mode(session(), SSL_MODE_RELEASE_BUFFERS);
  SSL_set_read_ahead(session(), 1);
}

TlsClient::~TlsClient() = default;

void TlsClient::ExpiresAt(std::chrono::steady_clock::time_point when) {
  timer_.expires_at(when);
  timer_.async_wait([weak = weak_from_this()](const ErrorCode& error) {
    const std::shared_ptr<TlsClient> self = weak.lock();
    if (error || self == nullptr) return;
    self->expired_ = true;
    ErrorCode ignored;
    self->socket_.cancel(ignored);
  });
}

TlsClient::ErrorCode TlsClient::Outcome(const ErrorCode& error) const {
  return error && expired_ ? asio::error::make_error_code(asio::error::timed_out) : error;
}

awaitable<TlsClient::ErrorCode> TlsClient::Connect(Endpoint endpoint, asio::ip::address source) {
  const auto token = asio::as_tuple(asio::use_awaitable);
  if (!source.is_unspecified()) {
    ErrorCode failure;
    socket_.open(endpoint.protocol(), failure);
    if (!failure) socket_.bind(Endpoint(source, 0), failure);
    if (failure) co_return failure;
  }
  auto connecting = socket_.async_connect(endpoint, token);
  const std::tuple<ErrorCode> connected = co_await std::move(connecting);
  ErrorCode error = Outcome(std::get<0>(connected));
  if (!error) {
    BIO* const bio = NewSocketBio(socket_.native_handle());
    SSL_set_bio(session(), bio, bio);
  }
  co_return error;
}

awaitable<TlsClient::ErrorCode> TlsClient::WritePlain(std::string_view text) {
  const auto token = asio::as_tuple(asio::use_awaitable);
  ErrorCode error = Outcome(asio::error::operation_aborted);
  if (expired_) co_return error;
  const auto buffer = asio::buffer(text);
  auto writing = asio::async_write(socket_, buffer, token);
  const std::tuple<ErrorCode, std::size_t> written = co_await std::move(writing);
  error = Outcome(std::get<0>(written));
  co_return error;
}

awaitable<TlsClient::ErrorCode> TlsClient::ReadPlain(void* buffer, std::size_t size,
                                                     std::size_t& got) {
  const auto token = asio::as_tuple(asio::use_awaitable);
  ErrorCode error = Outcome(asio::error::operation_aborted);
  if (expired_) co_return error;
  const auto space = asio::buffer(buffer, size);
  auto reading = socket_.async_read_some(space, token);
  const std::tuple<ErrorCode, std::size_t> read = co_await std::move(reading);
  got = std::get<1>(read);
  error = Outcome(std::get<0>(read));
  co_return error;
}

awaitable<TlsClient::ErrorCode> TlsClient::Handshake() {
  std::size_t unused = 0;
  auto shaking = Drive(Step::kHandshake, nullptr, 0, unused);
  const ErrorCode error = co_await std::move(shaking);
  co_return error;
}

awaitable<TlsClient::ErrorCode> TlsClient::Write(std::string_view text) {
  std::size_t all = 0;  // without SSL_MODE_ENABLE_PARTIAL_WRITE
  auto writing = Drive(Step::kWrite, const_cast<char*>(text.data()), text.size(), all);
  const ErrorCode error = co_await std::move(writing);
  co_return error;
}

awaitable<TlsClient::ErrorCode> TlsClient::Read(void* buffer, std::size_t size, std::size_t& got) {
  auto reading = Drive(Step::kRead, buffer, size, got);
  const ErrorCode error = co_await std::move(reading);
  co_return error;
}

int TlsClient::Try(Step step, void* data, std::size_t size, std::size_t& done) {
  ERR_clear_error();
  errno = 0;
  switch (step) {
    case Step::kHandshake:
      return SSL_connect(session());
    case Step::kWrite:
      return SSL_write_ex(session(), data, size, &done);
    case Step::kRead:
      break;
  }
  return SSL_read_ex(session(), data, size, &done);
}

awaitable<TlsClient::ErrorCode> TlsClient::Drive(Step step, void* data, std::size_t size,
                                                 std::size_t& done) {
  const auto token = asio::as_tuple(asio::use_awaitable);
  for (;;) {
    // The session may go on without the socket: what is read ahead doesn't know of the time.
    ErrorCode error = Outcome(asio::error::operation_aborted);
    if (expired_) co_return error;
    const int result = Try(step, data, size, done);
    if (result > 0) co_return ErrorCode();
    const int ssl_error = SSL_get_error(session(), result);
    if (ssl_error != SSL_ERROR_WANT_READ && ssl_error != SSL_ERROR_WANT_WRITE) {
      error = ErrorOf(ssl_error);
      co_return error;
    }
    auto waiting =
        socket_.async_wait(ssl_error == SSL_ERROR_WANT_READ ? asio::ip::tcp::socket::wait_read
                                                            : asio::ip::tcp::socket::wait_write,
                           token);
    const std::tuple<ErrorCode> ready = co_await std::move(waiting);
    error = Outcome(std::get<0>(ready));
    if (error) co_return error;
  }
}

TlsClient::ErrorCode TlsClient::ErrorOf(int ssl_error) const {
  if (ssl_error == SSL_ERROR_ZERO_RETURN) return asio::error::eof;
  if (ssl_error == SSL_ERROR_SYSCALL) {
    if (errno == 0) return asio::ssl::error::stream_truncated;
    return {errno, boost::system::system_category()};
  }
  const unsigned long code = ERR_get_error();
  if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    return asio::ssl::error::stream_truncated;
  }
  return {static_cast<int>(code), asio::error::get_ssl_category()};
}

}  // namespace tlswarden
