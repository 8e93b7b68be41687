// DnsResponder: a DNS server on 127.0.0.1 that answers as its test says, by UDP and TCP.
//
// Runs on the io_context of what is tested, so a test is one thread.
#ifndef TLSWARDEN_TESTS_UNIT_RESOLVER_DNS_RESPONDER_H_
#define TLSWARDEN_TESTS_UNIT_RESOLVER_DNS_RESPONDER_H_

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tests/unit/resolver/dns_builder.h"

namespace tlswarden {

struct DnsQuestion {
  Wire wire;
  bool tcp = false;

  std::uint16_t id() const { return static_cast<std::uint16_t>(wire[0] << 8 | wire[1]); }
  bool recursion_desired() const { return (wire[2] & 0x01) != 0; }
  bool ad() const { return (wire[3] & 0x20) != 0; }
  bool checking_disabled() const { return (wire[3] & 0x10) != 0; }
  bool has_opt() const { return wire[11] == 1; }
};

class DnsResponder {
 public:
  // The reply, whose ID is set here; none: silence.
  using Script = std::function<std::optional<DnsBuilder>(const DnsQuestion&)>;

  DnsResponder(boost::asio::io_context& io, Script script)
      : script_(std::move(script)),
        acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}),
        udp_(io, {boost::asio::ip::address_v4::loopback(), acceptor_.local_endpoint().port()}) {
    Receive();
    Accept();
  }

  std::string address() const {
    return "127.0.0.1:" + std::to_string(udp_.local_endpoint().port());
  }
  // From now on, connections by TCP are refused.
  void RefuseTcp() { acceptor_.close(); }

  const std::vector<DnsQuestion>& questions() const { return questions_; }

 private:
  using Tcp = boost::asio::ip::tcp;
  using Code = boost::system::error_code;

  struct Session {
    explicit Session(Tcp::socket accepted) : socket(std::move(accepted)) {}
    Tcp::socket socket;
    std::array<std::uint8_t, 2> length{};
    Wire octets;
  };

  std::optional<Wire> Answer(DnsQuestion question) {
    questions_.push_back(question);
    const std::optional<DnsBuilder> reply = script_(question);
    if (!reply) return std::nullopt;
    Wire wire = reply->wire();
    wire[0] ^= static_cast<std::uint8_t>(question.wire[0] ^ 0x12);  // so that a test can spoil it
    wire[1] ^= static_cast<std::uint8_t>(question.wire[1] ^ 0x34);
    return wire;
  }

  void Receive() {
    udp_.async_receive_from(
        boost::asio::buffer(buffer_), peer_, [this](const Code& error, std::size_t size) {
          if (error) return;
          DnsQuestion question;
          question.wire.assign(buffer_.begin(),
                               buffer_.begin() + static_cast<std::ptrdiff_t>(size));
          const std::optional<Wire> reply = Answer(std::move(question));
          Code ignored;
          if (reply) udp_.send_to(boost::asio::buffer(*reply), peer_, 0, ignored);
          Receive();
        });
  }

  void Accept() {
    acceptor_.async_accept([this](const Code& error, Tcp::socket socket) {
      if (error) return;
      Serve(std::make_shared<Session>(std::move(socket)));
      Accept();
    });
  }

  void Serve(const std::shared_ptr<Session>& session) {
    boost::asio::async_read(
        session->socket, boost::asio::buffer(session->length),
        [this, session](const Code& error, std::size_t) {
          if (error) return;
          session->octets.resize(static_cast<std::size_t>(session->length[0]) << 8 |
                                 session->length[1]);
          boost::asio::async_read(session->socket, boost::asio::buffer(session->octets),
                                  [this, session](const Code& cut, std::size_t) {
                                    if (!cut) Reply(session);
                                  });
        });
  }

  void Reply(const std::shared_ptr<Session>& session) {
    DnsQuestion question;
    question.wire = session->octets;
    question.tcp = true;
    const std::optional<Wire> reply = Answer(std::move(question));
    if (!reply) return;
    session->octets.clear();
    AppendNumber(session->octets, reply->size(), 2);
    Append(session->octets, *reply);
    boost::asio::async_write(session->socket, boost::asio::buffer(session->octets),
                             [this, session](const Code& error, std::size_t) {
                               if (!error) Serve(session);
                             });
  }

  Script script_;
  std::vector<DnsQuestion> questions_;
  Tcp::acceptor acceptor_;
  boost::asio::ip::udp::socket udp_;
  boost::asio::ip::udp::endpoint peer_;
  std::array<std::uint8_t, 4096> buffer_{};
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_RESOLVER_DNS_RESPONDER_H_
