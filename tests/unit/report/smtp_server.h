// SmtpServer: a server on loopback that answers as it was told, and keeps what it heard.
#ifndef TLSWARDEN_TESTS_UNIT_REPORT_SMTP_SERVER_H_
#define TLSWARDEN_TESTS_UNIT_REPORT_SMTP_SERVER_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "report/smtp_submit.h"

namespace tlswarden {

class SmtpServer {
 public:
  // By the verb, what is answered; "" closes the connection, "-" stays silent until the client
  // leaves. Verbs that aren't there get a good answer. "greeting" and "." stand for these moments.
  using Answers = std::map<std::string, std::string>;

  explicit SmtpServer(Answers answers, int connections = 1)
      : answers_(std::move(answers)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
    if (listen(listener_, 4) != 0) std::abort();
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, connections] {
      for (int i = 0; i < connections; ++i) Serve(accept(listener_, nullptr, nullptr));
    });
  }

  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;

  ~SmtpServer() {
    shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    close(listener_);
  }

  SmtpRelay relay() const { return {"127.0.0.1", port_, ""}; }

  // The commands, without CRLF; call it when the client has ended.
  const std::vector<std::string>& heard() {
    if (thread_.joinable()) thread_.join();
    return heard_;
  }
  const std::string& data() const { return data_; }

 private:
  bool Answer(int fd, const std::string& verb, const std::string& otherwise) {
    const auto it = answers_.find(verb);
    const std::string answer = it == answers_.end() ? otherwise : it->second;
    if (answer == "-") {
      char ignored;
      while (recv(fd, &ignored, 1, 0) > 0) {
      }
      return false;
    }
    if (answer.empty()) return false;
    // In pieces of one octet, which a client must not mind.
    for (const char c : answer + "\r\n") send(fd, &c, 1, MSG_NOSIGNAL);
    return true;
  }

  void Serve(int fd) {
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (Answer(fd, "greeting", "220 test ESMTP")) {
      std::string octets;
      char block[4096];
      bool open = true;
      for (ssize_t got; open && (got = recv(fd, block, sizeof(block), 0)) > 0;) {
        octets.append(block, static_cast<std::size_t>(got));
        open = Take(fd, octets);
      }
    }
    close(fd);
  }

  bool Take(int fd, std::string& octets) {
    while (true) {
      if (in_data_) {
        const std::size_t end = octets.starts_with(".\r\n") ? 0 : octets.find("\r\n.\r\n");
        if (end == std::string::npos) return true;
        const std::size_t line = end == 0 ? 0 : end + 2;
        data_ += octets.substr(0, line);
        octets.erase(0, line + 3);
        in_data_ = false;
        if (!Answer(fd, ".", "250 2.0.0 queued as 4Xk1Q2")) return false;
      }
      const std::size_t end = octets.find("\r\n");
      if (end == std::string::npos) return true;
      heard_.push_back(octets.substr(0, end));
      octets.erase(0, end + 2);
      // The whole command if it is in the script, else its verb.
      std::string verb = heard_.back();
      if (!answers_.contains(verb)) verb = verb.substr(0, 4);
      in_data_ = verb == "DATA" && !answers_.contains("DATA");
      if (!Answer(fd, verb, in_data_ ? "354 go on" : "250 ok")) return false;
      if (verb == "QUIT") return false;
    }
  }

  const Answers answers_;
  const int listener_;
  std::uint16_t port_ = 0;
  std::vector<std::string> heard_;
  std::string data_;
  bool in_data_ = false;
  std::thread thread_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_REPORT_SMTP_SERVER_H_
