// The MTA's side of the milter protocol, version 6, packet by packet: also such packets as no MTA
// sends.
#ifndef TLSWARDEN_TESTS_UNIT_MILTER_MILTER_CLIENT_H_
#define TLSWARDEN_TESTS_UNIT_MILTER_MILTER_CLIENT_H_

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace tlswarden {

class MilterClient {
 public:
  explicit MilterClient(const std::string& socket_path);
  ~MilterClient();
  MilterClient(const MilterClient&) = delete;
  MilterClient& operator=(const MilterClient&) = delete;

  // What the filter wants, of what is offered.
  struct Wishes {
    std::uint32_t actions = 0;
    std::uint32_t steps = 0;
    std::vector<std::string> macros;  // by stage (SMFIM_), "i {rcpt_addr}"
  };
  Wishes Negotiate(std::uint32_t actions = 0x1ff, std::uint32_t steps = 0x1fffff);

  // False when the filter has closed the connection.
  bool Send(char command, std::string_view data);
  bool SendRaw(std::string_view octets);

  // Names and values.
  bool Macros(char command, std::initializer_list<std::string_view> texts);

  // The next packet, its data with '|' for NUL: "c", "y451 4.7.5 text"; "closed" when the filter
  // has hung up, "nothing" when none comes.
  std::string Read(std::chrono::milliseconds patience = std::chrono::milliseconds(5000));

  // Each reads the reply.
  std::string Mail(std::string_view argument = "<s@from.test>");
  std::string Rcpt(std::string_view address, std::string_view host,
                   std::string_view mailer = "smtp");

  bool Header(std::string_view name, std::string_view value);  // no reply is read
  // All packets up to the last, a line each.
  std::string End();

 private:
  int fd_;
  std::string in_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_MILTER_MILTER_CLIENT_H_
