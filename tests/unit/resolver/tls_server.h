// TlsServer: an HTTPS server on 127.0.0.1 that says what its test wants, and the certificates
// for it, made anew for each run.
#ifndef TLSWARDEN_TESTS_UNIT_RESOLVER_TLS_SERVER_H_
#define TLSWARDEN_TESTS_UNIT_RESOLVER_TLS_SERVER_H_

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/unit/resolver/slow_write.h"

namespace tlswarden {

struct Certificate {
  std::shared_ptr<EVP_PKEY> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  std::shared_ptr<X509> x509{X509_new(), X509_free};

  void Save(const std::string& path) const {
    std::FILE* file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, x509.get());
    std::fclose(file);
  }
};

struct CertificateWish {
  std::string common_name = "unnamed";
  std::string alternative_names = {};  // as OpenSSL writes them: "DNS:a.example,DNS:b.example"
  long begins = -3600, ends = 3600;    // seconds from now
};

// Signed by the issuer; a CA signed by itself if there is none.
inline Certificate MakeCertificate(const CertificateWish& wish, const Certificate* issuer) {
  static long serial = 1;
  Certificate made;
  X509* x509 = made.x509.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x509), wish.begins);
  X509_gmtime_adj(X509_getm_notAfter(x509), wish.ends);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1,
                             -1, 0);
  X509* signer = issuer != nullptr ? issuer->x509.get() : x509;
  X509_set_issuer_name(x509, X509_get_subject_name(signer));
  X509_set_pubkey(x509, made.key.get());
  const auto extend = [x509](int id, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str());
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
  };
  if (issuer == nullptr) extend(NID_basic_constraints, "critical,CA:TRUE");
  if (!wish.alternative_names.empty()) extend(NID_subject_alt_name, wish.alternative_names);
  X509_sign(x509, issuer != nullptr ? issuer->key.get() : made.key.get(), EVP_sha256());
  return made;
}

class TlsServer {
 public:
  // What happens after the response.
  enum class Ending { kCloseNotify, kCutOff, kNothing };

  struct Script {
    std::string response;
    Ending ending = Ending::kCloseNotify;
    bool handshake = true;
    int max_version = TLS1_3_VERSION;
    std::chrono::milliseconds pause{0};  // before each octet of the response, if not zero
  };

  TlsServer(boost::asio::io_context& io, const Certificate& certificate, Script script)
      : script_(std::move(script)), acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}) {
    SSL_CTX* context = context_.native_handle();
    SSL_CTX_use_certificate(context, certificate.x509.get());
    SSL_CTX_use_PrivateKey(context, certificate.key.get());
    SSL_CTX_set_max_proto_version(context, script_.max_version);
    if (script_.max_version < TLS1_2_VERSION) {
      SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
      SSL_CTX_set_security_level(context, 0);
      SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    }
    boost::asio::co_spawn(io, Accept(), boost::asio::detached);
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  const std::string& request() const { return request_; }
  const std::string& server_name() const { return server_name_; }
  int connections() const { return connections_; }

 private:
  static std::size_t BodyOctets(const std::string& request) {
    constexpr std::string_view kField = "Content-Length: ";
    const std::size_t at = request.find(kField);
    return at == std::string::npos ? 0 : std::stoul(request.substr(at + kField.size()));
  }

  using Tcp = boost::asio::ip::tcp;
  using Stream = boost::asio::ssl::stream<Tcp::socket>;
  template <typename... Values>
  using Outcome = std::tuple<boost::system::error_code, Values...>;
  static constexpr auto Token() { return boost::asio::as_tuple(boost::asio::use_awaitable); }

  boost::asio::awaitable<void> Accept() {
    for (;;) {
      auto accepting = acceptor_.async_accept(Token());
      Outcome<Tcp::socket> accepted = co_await std::move(accepting);
      if (std::get<0>(accepted)) co_return;
      ++connections_;
      auto stream = std::make_shared<Stream>(std::move(std::get<1>(accepted)), context_);
      boost::asio::co_spawn(acceptor_.get_executor(), Serve(stream), boost::asio::detached);
    }
  }

  boost::asio::awaitable<void> Serve(std::shared_ptr<Stream> stream) {
    if (!script_.handshake) {
      held_.push_back(stream);
      co_return;
    }
    auto shaking = stream->async_handshake(Stream::server, Token());
    const Outcome<> shaken = co_await std::move(shaking);
    if (std::get<0>(shaken)) co_return;
    const char* name = SSL_get_servername(stream->native_handle(), TLSEXT_NAMETYPE_host_name);
    server_name_ = name != nullptr ? name : "";
    std::string request;  // not request_: several connections may be read at once
    auto buffer = boost::asio::dynamic_buffer(request);
    auto reading = boost::asio::async_read_until(*stream, buffer, "\r\n\r\n", Token());
    const Outcome<std::size_t> read = co_await std::move(reading);
    if (std::get<0>(read)) co_return;
    const std::size_t body = BodyOctets(request);
    const std::size_t all = std::get<1>(read) + body;
    if (request.size() < all) {
      auto more = boost::asio::async_read(
          *stream, buffer, boost::asio::transfer_exactly(all - request.size()), Token());
      const Outcome<std::size_t> rest = co_await std::move(more);
      if (std::get<0>(rest)) co_return;
    }
    request_ = std::move(request);
    auto responding = SlowWrite(*stream, script_.response, script_.pause);
    co_await std::move(responding);
    held_.push_back(stream);
    if (script_.ending == Ending::kCutOff) stream->next_layer().close();
    if (script_.ending == Ending::kCloseNotify) {
      auto shutting = stream->async_shutdown(Token());
      [[maybe_unused]] const Outcome<> shut = co_await std::move(shutting);
    }
  }

  Script script_;
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_server};
  Tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<Stream>> held_;  // open till the end of the test
  std::string request_;
  std::string server_name_;
  int connections_ = 0;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_RESOLVER_TLS_SERVER_H_
