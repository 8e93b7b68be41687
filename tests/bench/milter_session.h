// The MTA's side of the milter protocol, version 6, spoken as Postfix 3.7 speaks it.
//
// One session is one connection: Open, any number of Messages, Close. Only the replies CONTINUE
// and ACCEPT are good; any other ends the program and is named. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlswarden::bench {

// What the filter asked for in its answer to the MTA's offer.
struct Negotiation {
  std::uint32_t version = 0;
  std::uint32_t actions = 0;   // SMFIF_ bits
  std::uint32_t protocol = 0;  // SMFIP_ bits
  // Macro names wanted, by stage (SMFIM_ numbers); only the stages that the filter named.
  std::vector<std::pair<std::uint32_t, std::string>> macros;
};

class MilterSession {
 public:
  // `address` is unix:PATH or inet:PORT@IPV4. Each of the domains is one recipient of a message.
  MilterSession(std::string address, const std::vector<std::string>& domains);

  // Connects, negotiates and reports the SMTP client's connection and HELO.
  void Open();
  // One message from MAIL to the reply to the end of the message. `serial` makes its queue id.
  void Message(std::uint64_t serial);
  // Says QUIT and closes.
  void Close();

  // The filter's wishes; valid after Open.
  const Negotiation& negotiation() const { return negotiation_; }

 private:
  enum class Reply { kContinue, kAccept };
  using Macros = std::vector<std::pair<std::string_view, std::string_view>>;

  void Negotiate();
  void ParseNegotiation(std::string_view data);
  void Macro(char command, const Macros& defaults);
  Reply Event(char command, std::string_view data, std::uint32_t skip_bit,
              std::uint32_t no_reply_bit);
  Reply Recipient(std::size_t index, std::string_view queue_id);
  Reply Content(std::string_view queue_id);
  Reply ReadReply(char command);
  std::pair<char, std::string_view> ReadPacket();
  void Write(char command, std::string_view data);
  void Flush();

  struct Rcpt {
    std::string domain;
    std::string address;   // user@domain
    std::string argument;  // <user@domain> and a NUL
  };

  std::string address_;
  std::vector<Rcpt> recipients_;
  Negotiation negotiation_;
  int fd_ = -1;
  std::string out_;  // packets not yet sent
  std::string in_;   // bytes received and not yet read as packets
  std::size_t in_read_ = 0;
};

}  // namespace tlswarden::bench
