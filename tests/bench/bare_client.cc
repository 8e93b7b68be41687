// The yardstick of the cold benchmark: what has to be asked and fetched for a domain with an
// enforced MTA-STS policy, and nothing besides. No resolver that wants to know as much can be
// faster with as many threads.
//
//   bench_bare_client --domains N --in-flight C --ca-file FILE [--dane yes|no] [--threads T]
//
// For each of d0.test to d(N-1).test, C at a time: MX, with --dane yes the addresses of the MX;
// beside it TXT, the addresses of the policy host, and a verified HTTPS fetch of the policy. The
// names and the address of the policy host are known beforehand, and replies are only looked at as
// far as the next step needs it. One epoll loop for each thread; DNS over one UDP socket, OpenSSL
// on the TCP sockets themselves. A lost datagram ends the program. Prints one line of name=value:
// domains per second, and CPU time in µs for each.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support.h"

namespace tlswarden::bench {
namespace {

constexpr char kPolicyHost[] = "127.0.0.2";
constexpr std::string_view kPolicyEnd = "max_age: 604800\r\n";
constexpr std::uint32_t kDnsSocket = 0xFFFFFFFF;  // in an epoll event; else the task's number
constexpr int kSilenceMs = 5000;                  // without any event: something got lost
constexpr std::size_t kMaxInFlight = 1000;

// In the lowest bits of a question's ID; the task's number is above them.
enum Question : std::uint16_t { kMx, kMxA, kMxAaaa, kTxt, kHostA, kHostAaaa };
constexpr unsigned kQuestionBits = 3;
constexpr std::array<std::uint16_t, 6> kTypes = {15, 1, 28, 16, 1, 28};
constexpr std::array<std::string_view, 6> kPrefixes = {
    "", "\2mx", "\2mx", "\10_mta-sts", "\7mta-sts", "\7mta-sts"};

struct Task {
  std::string label;       // "d7"
  int questions = 0;       // still without answer
  int host_questions = 0;  // of these the policy host's addresses
  bool fetched = false;
  int fd = -1;
  SSL* session = nullptr;
  bool shaken = false, written = false;
  std::string response;
};

sockaddr_in Address(const char* text, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, text, &address.sin_addr);
  return address;
}

SSL_CTX* MakeContext(const std::string& ca_file) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_read_ahead(context, 1);  // one read for all records that are there
  if (SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) != 1) {
    Die("no certificate in %s", ca_file.c_str());
  }
  return context;
}

class Client {
 public:
  // Asks for every `step`-th domain from `first` on.
  Client(SSL_CTX* context, bool dane, std::size_t first, std::size_t step, std::size_t end,
         std::size_t in_flight)
      : context_(context), dane_(dane), next_(first), step_(step), end_(end), tasks_(in_flight) {
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    dns_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const sockaddr_in server = Address("127.0.0.1", 53);
    if (connect(dns_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) {
      Die("DNS socket: %m");
    }
    Watch(dns_, EPOLLIN, kDnsSocket);
  }

  void Run() {
    for (std::uint32_t i = 0; i < tasks_.size(); ++i) Start(i);
    std::array<epoll_event, 64> events;
    while (active_ > 0) {
      const int count =
          epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kSilenceMs);
      if (count <= 0) Die("%zu domains hang", active_);
      for (int i = 0; i < count; ++i) {
        const std::uint32_t what = events[static_cast<std::size_t>(i)].data.u32;
        if (what == kDnsSocket) {
          ReadDns();
        } else if (tasks_[what].session != nullptr) {
          Advance(what);
        }
      }
    }
  }

 private:
  void Watch(int fd, std::uint32_t events, std::uint32_t what) {
    epoll_event event{};
    event.events = events;
    event.data.u32 = what;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll: %m");
  }

  void Start(std::uint32_t number) {
    if (next_ >= end_) return;
    ++active_;
    Task& task = tasks_[number];
    task.label = "d" + std::to_string(next_);
    next_ += step_;
    task.questions = dane_ ? 6 : 4;
    task.host_questions = 2;
    task.fetched = task.shaken = task.written = false;
    task.response.clear();
    Ask(number, kMx);
    Ask(number, kTxt);
  }

  void Ask(std::uint32_t number, Question question) {
    const std::string& label = tasks_[number].label;
    const unsigned id = number << kQuestionBits | question;
    std::string query{static_cast<char>(id >> 8), static_cast<char>(id & 0xFF)};
    query.append("\1\x20\0\1\0\0\0\0\0\1", 10);  // RD, AD; one question, one additional record
    query += kPrefixes[question];
    query += static_cast<char>(label.size());
    query += label;
    query.append("\4test\0\0", 7);
    query += static_cast<char>(kTypes[question]);
    query.append("\0\1\0\0\x29\4\xD0\0\0\0\0\0\0", 13);  // IN; OPT with 1232 octets
    if (send(dns_, query.data(), query.size(), 0) < 0) Die("DNS: %m");
  }

  void ReadDns() {
    std::array<std::uint8_t, 4096> reply;
    while (recv(dns_, reply.data(), reply.size(), 0) >= 12) {
      if ((reply[3] & 0xF) != 0) Die("DNS answers with an error");
      const unsigned id = static_cast<unsigned>(reply[0]) << 8 | reply[1];
      const std::uint32_t number = id >> kQuestionBits;
      const unsigned question = id & ((1U << kQuestionBits) - 1);
      if (number >= tasks_.size() || question >= kTypes.size()) Die("a reply to no question");
      Answered(number, static_cast<Question>(question));
    }
  }

  void Answered(std::uint32_t number, Question question) {
    Task& task = tasks_[number];
    --task.questions;
    if (question == kMx && dane_) {
      Ask(number, kMxA);
      Ask(number, kMxAaaa);
    } else if (question == kTxt) {
      Ask(number, kHostA);
      Ask(number, kHostAaaa);
    } else if ((question == kHostA || question == kHostAaaa) && --task.host_questions == 0) {
      Connect(number);
    }
    FinishIfDone(number);
  }

  void Connect(std::uint32_t number) {
    Task& task = tasks_[number];
    task.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const sockaddr_in server = Address(kPolicyHost, 443);
    const int connected =
        connect(task.fd, reinterpret_cast<const sockaddr*>(&server), sizeof server);
    if (connected != 0 && errno != EINPROGRESS) Die("connect to %s: %m", kPolicyHost);
    const std::string host = "mta-sts." + task.label + ".test";
    task.session = SSL_new(context_);
    SSL_set_hostflags(task.session,
                      X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set_fd(task.session, task.fd) != 1 || SSL_set1_host(task.session, host.c_str()) != 1 ||
        SSL_set_tlsext_host_name(task.session, host.c_str()) != 1) {
      Die("can't set up a session");
    }
    Watch(task.fd, EPOLLIN | EPOLLOUT | EPOLLET, number);
  }

  // True: go on. False: wait for the socket.
  bool Done(const Task& task, int result) {
    if (result > 0) return true;
    const int error = SSL_get_error(task.session, result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return false;
    Die("fetch for %s: %s, %s", task.label.c_str(), ERR_reason_error_string(ERR_peek_error()),
        X509_verify_cert_error_string(SSL_get_verify_result(task.session)));
  }

  void Advance(std::uint32_t number) {
    Task& task = tasks_[number];
    if (!task.shaken) {
      if (!Done(task, SSL_connect(task.session))) return;
      task.shaken = true;
    }
    if (!task.written) {
      const std::string request = "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts." +
                                  task.label +
                                  ".test\r\nUser-Agent: bare\r\nAccept: text/plain\r\n"
                                  "Connection: close\r\n\r\n";
      const int size = static_cast<int>(request.size());
      if (!Done(task, SSL_write(task.session, request.data(), size))) return;
      task.written = true;
    }
    std::array<char, 4096> part;
    while (task.response.size() < kPolicyEnd.size() || !task.response.ends_with(kPolicyEnd)) {
      const int got = SSL_read(task.session, part.data(), part.size());
      if (!Done(task, got)) return;
      task.response.append(part.data(), static_cast<std::size_t>(got));
    }
    if (!task.response.starts_with("HTTP/1.1 200 ")) Die("no policy of %s", task.label.c_str());
    SSL_free(task.session);
    close(task.fd);
    task.session = nullptr;
    task.fetched = true;
    FinishIfDone(number);
  }

  void FinishIfDone(std::uint32_t number) {
    if (!tasks_[number].fetched || tasks_[number].questions > 0) return;
    tasks_[number].fetched = false;
    --active_;
    Start(number);
  }

  SSL_CTX* const context_;
  const bool dane_;
  std::size_t next_;
  const std::size_t step_, end_;
  std::vector<Task> tasks_;
  std::size_t active_ = 0;
  int epoll_ = -1, dns_ = -1;
};

}  // namespace
}  // namespace tlswarden::bench

int main(int argc, char** argv) {
  using namespace tlswarden::bench;
  const Flags flags(argc, argv, {"domains", "in-flight", "ca-file", "dane", "threads"});
  const std::size_t domains = flags.Number("domains", 1, 1'000'000, 2000);
  const std::size_t threads = flags.Number("threads", 1, 64, 1);
  const std::size_t in_flight = flags.Number("in-flight", threads, kMaxInFlight, 50) / threads;
  const bool dane = flags.Text("dane", "yes") == "yes";
  std::vector<Client> clients;
  for (std::size_t i = 0; i < threads; ++i) {
    clients.emplace_back(MakeContext(flags.Text("ca-file", "ca.pem")), dane, i, threads, domains,
                         in_flight);
  }
  const std::uint64_t cpu = ProcessCpuNs(getpid()), begin = NowNs();
  std::vector<std::thread> running;
  for (Client& client : clients) running.emplace_back([&client] { client.Run(); });
  for (std::thread& thread : running) thread.join();
  const auto count = static_cast<double>(domains);
  std::printf("rate=%.0f cpu_us=%.1f\n", count * 1e9 / static_cast<double>(NowNs() - begin),
              static_cast<double>(ProcessCpuNs(getpid()) - cpu) / 1000 / count);
}
