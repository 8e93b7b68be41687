#include "milter_session.h"

#include <arpa/inet.h>
#include <libmilter/mfdef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "support.h"

namespace tlswarden::bench {
namespace {

using namespace std::string_view_literals;

constexpr std::uint32_t kVersion = 6;
constexpr std::uint32_t kOfferedActions = 0x1ff;      // all, as Postfix 3.7 offers
constexpr std::uint32_t kOfferedProtocol = 0x1fffff;  // all
constexpr std::size_t kMaxPacket = 65536;             // bytes; a reply is far shorter
constexpr std::uint32_t kStages = 7;                  // that have macros

void AppendNumber(std::string& text, std::uint32_t value) {
  const std::uint32_t wire = htonl(value);
  text.append(reinterpret_cast<const char*>(&wire), sizeof wire);
}

std::uint32_t TakeNumber(std::string_view& data) {
  std::uint32_t wire = 0;
  if (data.size() < sizeof wire) Die("the filter's negotiation is too short");
  std::memcpy(&wire, data.data(), sizeof wire);
  data.remove_prefix(sizeof wire);
  return ntohl(wire);
}

// The SMFIM_ number of a command's macros: the place in this text, and 6 for all in the headers.
std::uint32_t Stage(char command) {
  constexpr std::string_view kByStage = "CHMRTE";
  const std::size_t place = kByStage.find(command);
  return place == kByStage.npos ? kStages - 1 : static_cast<std::uint32_t>(place);
}

// Whether the space-separated list has the name.
bool Lists(std::string_view list, std::string_view name) {
  for (std::size_t at = list.find(name); at != list.npos; at = list.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' ')) return true;
  }
  return false;
}

}  // namespace

MilterSession::MilterSession(std::string address, const std::vector<std::string>& domains)
    : address_(std::move(address)) {
  for (const std::string& domain : domains) {
    const std::string mailbox = "user@" + domain;
    recipients_.push_back({domain, mailbox, "<" + mailbox + ">" + '\0'});
  }
}

void MilterSession::Open() {
  fd_ = ConnectMilter(address_);
  Negotiate();
  Macro(SMFIC_CONNECT, {{"j", "mail.bench.test"},
                        {"{daemon_name}", "smtpd"},
                        {"{daemon_addr}", "127.0.0.1"},
                        {"v", "Postfix 3.7.11"},
                        {"_", "client.bench.test [192.0.2.7]"}});
  // Host name, family, port 49152, address.
  const Reply reply = Event(SMFIC_CONNECT,
                            "client.bench.test\0004\xc0\0"
                            "192.0.2.7\0"sv,
                            SMFIP_NOCONNECT, SMFIP_NR_CONN);
  if (reply == Reply::kAccept) Die("the filter accepts whole connections: nothing to measure");
  Macro(SMFIC_HELO, {});
  Event(SMFIC_HELO, "client.bench.test\0"sv, SMFIP_NOHELO, SMFIP_NR_HELO);
}

void MilterSession::Message(std::uint64_t serial) {
  std::array<char, 32> queue_id;
  std::snprintf(queue_id.data(), queue_id.size(), "4Xk%09llu",
                static_cast<unsigned long long>(serial));
  // Postfix opens the queue file after the first accepted recipient: no `i` before.
  Macro(SMFIC_MAIL, {{"{mail_addr}", "sender@bench.test"},
                     {"{mail_host}", "bench.test"},
                     {"{mail_mailer}", "smtp"}});
  Reply reply =
      Event(SMFIC_MAIL, "<sender@bench.test>\0SIZE=1024\0"sv, SMFIP_NOMAIL, SMFIP_NR_MAIL);
  for (std::size_t i = 0; i < recipients_.size() && reply == Reply::kContinue; ++i) {
    reply = Recipient(i, queue_id.data());
  }
  if (reply == Reply::kContinue) Content(queue_id.data());
}

void MilterSession::Close() {
  Write(SMFIC_QUIT, {});
  Flush();
  close(fd_);
  fd_ = -1;
}

void MilterSession::Negotiate() {
  in_.clear();
  in_read_ = 0;
  std::string offer;
  AppendNumber(offer, kVersion);
  AppendNumber(offer, kOfferedActions);
  AppendNumber(offer, kOfferedProtocol);
  Write(SMFIC_OPTNEG, offer);
  Flush();
  const auto [command, data] = ReadPacket();
  if (command != SMFIC_OPTNEG) Die("the filter answers the negotiation with %c", command);
  ParseNegotiation(data);
}

void MilterSession::ParseNegotiation(std::string_view data) {
  negotiation_ = {};
  negotiation_.version = TakeNumber(data);
  negotiation_.actions = TakeNumber(data);
  negotiation_.protocol = TakeNumber(data);
  while (!data.empty()) {
    const std::uint32_t stage = TakeNumber(data);
    const std::size_t end = data.find('\0');
    if (stage >= kStages || end == data.npos) Die("a malformed list of macros");
    negotiation_.macros.emplace_back(stage, data.substr(0, end));
    data.remove_prefix(end + 1);
  }
}

// Queues the macros of a command: those of `defaults` that are on the filter's list for the stage,
// or all when it has none. As Postfix does, also for a command that the filter doesn't want.
void MilterSession::Macro(char command, const Macros& defaults) {
  const std::string* list = nullptr;
  for (const auto& [stage, names] : negotiation_.macros) {
    if (stage == Stage(command)) list = &names;
  }
  std::string data(1, command);
  for (const auto& [name, value] : defaults) {
    if (list != nullptr && !Lists(*list, name)) continue;
    data.append(name).push_back('\0');
    data.append(value).push_back('\0');
  }
  Write(SMFIC_MACRO, data);
}

MilterSession::Reply MilterSession::Event(char command, std::string_view data,
                                          std::uint32_t skip_bit, std::uint32_t no_reply_bit) {
  if ((negotiation_.protocol & skip_bit) != 0) {
    // Postfix lets the macros of an unwanted command go as a small write of their own.
    Flush();
    return Reply::kContinue;
  }
  Write(command, data);
  if ((negotiation_.protocol & no_reply_bit) != 0) return Reply::kContinue;
  Flush();
  return ReadReply(command);
}

MilterSession::Reply MilterSession::Recipient(std::size_t index, std::string_view queue_id) {
  const Rcpt& rcpt = recipients_[index];
  Macros macros = {
      {"{rcpt_addr}", rcpt.address}, {"{rcpt_host}", rcpt.domain}, {"{rcpt_mailer}", "smtp"}};
  if (index > 0) macros.emplace_back("i", queue_id);
  Macro(SMFIC_RCPT, macros);
  return Event(SMFIC_RCPT, rcpt.argument, SMFIP_NORCPT, SMFIP_NR_RCPT);
}

MilterSession::Reply MilterSession::Content(std::string_view queue_id) {
  const Macros macros = {{"i", queue_id}};
  Macro(SMFIC_DATA, macros);
  if (Event(SMFIC_DATA, {}, SMFIP_NODATA, SMFIP_NR_DATA) == Reply::kAccept) return Reply::kAccept;
  // Postfix's cleanup(8) is silent about unwanted headers, end of headers and body.
  if ((negotiation_.protocol & SMFIP_NOHDRS) == 0) {
    for (const std::string_view header :
         {"From\0sender@bench.test\0"sv, "To\0user@bench.test\0"sv, "Subject\0a benchmark\0"sv}) {
      Macro(SMFIC_HEADER, macros);
      if (Event(SMFIC_HEADER, header, 0, SMFIP_NR_HDR) == Reply::kAccept) return Reply::kAccept;
    }
  }
  if ((negotiation_.protocol & SMFIP_NOEOH) == 0) {
    Macro(SMFIC_EOH, macros);
    if (Event(SMFIC_EOH, {}, 0, SMFIP_NR_EOH) == Reply::kAccept) return Reply::kAccept;
  }
  // A body of one chunk comes with the end of the message.
  static const std::string body(1024, 'x');
  const bool wants_body = (negotiation_.protocol & SMFIP_NOBODY) == 0;
  Macro(SMFIC_BODYEOB, macros);
  return Event(SMFIC_BODYEOB, wants_body ? body : std::string_view(), 0, 0);
}

MilterSession::Reply MilterSession::ReadReply(char command) {
  for (;;) {
    const auto [reply, data] = ReadPacket();
    if (reply == SMFIR_CONTINUE || reply == SMFIR_SKIP) return Reply::kContinue;
    if (reply == SMFIR_ACCEPT) return Reply::kAccept;
    if (reply != SMFIR_PROGRESS) {
      Die("the filter answers %c with %c %s", command, reply, std::string(data).c_str());
    }
  }
}

// The next packet; its data stays valid until the next call.
std::pair<char, std::string_view> MilterSession::ReadPacket() {
  in_.erase(0, in_read_);
  in_read_ = 0;
  for (;;) {
    if (in_.size() > MILTER_LEN_BYTES) {
      std::string_view data = in_;
      const std::uint32_t length = TakeNumber(data);
      if (length < 1 || length > kMaxPacket) Die("the filter sends a packet of %u bytes", length);
      if (data.size() >= length) {
        in_read_ = MILTER_LEN_BYTES + length;
        return {data[0], data.substr(1, length - 1)};
      }
    }
    std::array<char, 4096> buffer;
    const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
    if (got <= 0) Die("the filter %s", got == 0 ? "closed the connection" : "is silent");
    in_.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void MilterSession::Write(char command, std::string_view data) {
  AppendNumber(out_, static_cast<std::uint32_t>(data.size() + 1));
  out_.push_back(command);
  out_.append(data);
}

void MilterSession::Flush() {
  if (out_.empty()) return;
  const ssize_t sent = send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(out_.size())) Die("send to the filter: %m");
  out_.clear();
}

}  // namespace tlswarden::bench
