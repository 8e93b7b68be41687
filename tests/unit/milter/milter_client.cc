#include "tests/unit/milter/milter_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <libmilter/mfdef.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace tlswarden {
namespace {

std::string Number(std::uint32_t value) {
  const std::uint32_t wire = htonl(value);
  return {reinterpret_cast<const char*>(&wire), sizeof(wire)};
}

std::uint32_t NumberAt(std::string_view data, std::size_t place) {
  std::uint32_t wire = 0;
  if (data.size() < place + sizeof(wire)) return 0;
  std::memcpy(&wire, data.data() + place, sizeof(wire));
  return ntohl(wire);
}

std::string WithNul(std::string_view text) { return std::string(text) + '\0'; }

}  // namespace

MilterClient::MilterClient(const std::string& socket_path)
    : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

MilterClient::~MilterClient() { close(fd_); }

MilterClient::Wishes MilterClient::Negotiate(std::uint32_t actions, std::uint32_t steps) {
  Wishes wishes;
  Send(SMFIC_OPTNEG, Number(6) + Number(actions) + Number(steps));
  const std::string reply = Read();
  EXPECT_EQ(reply.substr(0, 1), "O");
  wishes.actions = NumberAt(reply, 5);
  wishes.steps = NumberAt(reply, 9);
  wishes.macros.resize(8);
  for (std::size_t place = 13; place + 4 < reply.size();) {
    const std::uint32_t stage = NumberAt(reply, place);
    const std::size_t end = reply.find('\0', place + 4);
    if (stage < wishes.macros.size()) {
      wishes.macros[stage] = reply.substr(place + 4, end - place - 4);
    }
    place = end == std::string::npos ? reply.size() : end + 1;
  }
  return wishes;
}

bool MilterClient::SendRaw(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t sent = send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool MilterClient::Send(char command, std::string_view data) {
  const auto length = static_cast<std::uint32_t>(data.size() + 1);
  return SendRaw(Number(length) + command + std::string(data));
}

bool MilterClient::Macros(char command, std::initializer_list<std::string_view> texts) {
  std::string data(1, command);
  for (const std::string_view text : texts) data += WithNul(text);
  return Send(SMFIC_MACRO, data);
}

std::string MilterClient::Read(std::chrono::milliseconds patience) {
  while (true) {
    const std::size_t length = NumberAt(in_, 0);
    if (in_.size() >= 4 && in_.size() >= 4 + length) {
      std::string packet = in_.substr(4, length);
      in_.erase(0, 4 + length);
      if (packet[0] != SMFIC_OPTNEG) std::replace(packet.begin(), packet.end(), '\0', '|');
      return packet;
    }
    pollfd waiting{fd_, POLLIN, 0};
    if (poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return "nothing";
    char octets[65536];
    const ssize_t got = recv(fd_, octets, sizeof(octets), 0);
    if (got <= 0) return "closed";
    in_.append(octets, static_cast<std::size_t>(got));
  }
}

std::string MilterClient::Mail(std::string_view argument) {
  Macros(SMFIC_MAIL,
         {"v", "Postfix 3.7.11", "{mail_mailer}", argument.starts_with('<') ? "smtp" : "",
          "{client_addr}", argument.starts_with('<') ? "192.0.2.7" : "127.0.0.1"});
  Send(SMFIC_MAIL, WithNul(argument));
  return Read();
}

std::string MilterClient::Rcpt(std::string_view address, std::string_view host,
                               std::string_view mailer) {
  Macros(SMFIC_RCPT,
         {"{rcpt_addr}", address, "{rcpt_host}", host, "{rcpt_mailer}", mailer, "i", "4Xk1Q2"});
  Send(SMFIC_RCPT,
       WithNul(mailer.empty() ? std::string(address) : '<' + std::string(address) + '>'));
  return Read();
}

bool MilterClient::Header(std::string_view name, std::string_view value) {
  return Send(SMFIC_HEADER, WithNul(name) + WithNul(value));
}

std::string MilterClient::End() {
  Macros(SMFIC_BODYEOB, {"i", "4Xk1Q2"});
  Send(SMFIC_BODYEOB, "");
  std::string all;
  while (true) {
    const std::string packet = Read();
    all += all.empty() ? packet : '\n' + packet;
    const bool changes = std::string_view("+2-hmiq").find(packet[0]) != std::string_view::npos;
    if (!changes) return all;
  }
}

}  // namespace tlswarden
