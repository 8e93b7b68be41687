// Over real sockets. Not here: that an idle connection is closed, since the sweep that does it
// comes round every 15 seconds only.
#include "socketmap/server.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "socketmap/netstring.h"
#include "tests/unit/socketmap/build.h"

namespace tlswarden {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds kPatience{5000};

std::string Framed(std::string_view data) {
  std::string out;
  AppendNetstring(data, out);
  return out;
}

// A connection of an MTA.
class Client {
 public:
  explicit Client(const sockaddr_storage& address, socklen_t length)
      : fd_(socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), length), 0);
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Send(std::string_view octets) const {
    EXPECT_EQ(send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(octets.size()));
  }
  void Ask(std::string_view request) const { Send(Framed(request)); }

  // The next answer; "closed" at the end, "nothing" when none comes.
  std::string Read(milliseconds patience = kPatience) {
    while (true) {
      const NetstringScan scan = ScanNetstring(buffer_);
      if (scan.state == NetstringScan::State::kComplete) {
        std::string data(scan.data);
        buffer_.erase(0, scan.consumed);
        return data;
      }
      pollfd waiting{fd_, POLLIN, 0};
      if (poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return "nothing";
      char octets[4096];
      const ssize_t got = recv(fd_, octets, sizeof(octets), 0);
      if (got <= 0) return "closed";
      buffer_.append(octets, static_cast<std::size_t>(got));
    }
  }
  std::string AskAndRead(std::string_view request) {
    Ask(request);
    return Read();
  }
  void NoMoreRequests() const { shutdown(fd_, SHUT_WR); }

 private:
  const int fd_;
  std::string buffer_;
};

class ServerTest : public testing::TestWithParam<int> {
 protected:
  // Listens at a free address of the family and serves it.
  void Serve(SocketmapOptions options = {}) {
    const int fd = socket(GetParam(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    address_.ss_family = static_cast<sa_family_t>(GetParam());
    if (GetParam() == AF_INET) {
      auto* in = reinterpret_cast<sockaddr_in*>(&address_);
      in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      length_ = sizeof(sockaddr_in);
    } else {
      length_ = sizeof(sa_family_t);  // the kernel picks an abstract name
    }
    ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address_), length_), 0);
    ASSERT_EQ(listen(fd, 50), 0);
    length_ = sizeof(address_);
    ASSERT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address_), &length_), 0);
    options.listeners = {fd};
    resolver_.Know(OneHost("dane.test", HostDane::kUsable));
    resolver_.Know(OneHost("none.test", HostDane::kNone));
    server_ = std::make_unique<SocketmapServer>(options, resolver_, orders_, sink_);
    thread_ = std::thread([this] { server_->Run(); });
  }

  void TearDown() override { Stop(milliseconds(1000)); }

  // How long the stop took.
  milliseconds Stop(milliseconds most) {
    const SteadyClock::time_point start = SteadyClock::now();
    if (thread_.joinable()) {
      server_->Stop(most);
      thread_.join();
    }
    return std::chrono::duration_cast<milliseconds>(SteadyClock::now() - start);
  }

  Client Connect() const { return Client(address_, length_); }

  // Answers an inquiry as soon as it is there.
  void Finish(const std::string& next_hop, HostDane dane) {
    const auto evidence = std::make_shared<const Evidence>(OneHost(next_hop, dane));
    for (int i = 0; i < 5000; ++i) {
      if (resolver_.Finish(next_hop, evidence)) return;
      usleep(1000);
    }
    ADD_FAILURE() << "nobody asked about " << next_hop;
  }

  FakeResolver resolver_;
  CurrentOrders orders_{Orders()};
  MapSink sink_;
  std::unique_ptr<SocketmapServer> server_;
  std::thread thread_;
  sockaddr_storage address_{};
  socklen_t length_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Tcp, ServerTest, testing::Values(AF_INET));
INSTANTIATE_TEST_SUITE_P(Unix, ServerTest, testing::Values(AF_UNIX));

TEST_P(ServerTest, OneQuestionAfterTheOther) {
  Serve();
  Client client = Connect();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.AskAndRead("QUERY dane.test"), "OK dane-only");
    EXPECT_EQ(client.AskAndRead("QUERY none.test"), "NOTFOUND ");
    EXPECT_EQ(client.AskAndRead("QUERY .test"), "NOTFOUND ");
    EXPECT_TRUE(client.AskAndRead("nonsense").starts_with("PERM "));
  }
}

TEST_P(ServerTest, PipelinedQuestionsAreAnsweredInOrder) {
  Serve();
  Client client = Connect();
  std::string all;
  for (int i = 0; i < 500; ++i) {
    all += Framed("QUERY dane.test") + Framed("QUERY none.test") + Framed("x");
  }
  client.Send(all);
  client.NoMoreRequests();
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(client.Read(), "OK dane-only") << i;
    ASSERT_EQ(client.Read(), "NOTFOUND ") << i;
    ASSERT_TRUE(client.Read().starts_with("PERM ")) << i;
  }
  EXPECT_EQ(client.Read(), "closed");
}

TEST_P(ServerTest, AMissBetweenAnswersKeepsTheOrder) {
  Serve();
  Client client = Connect();
  client.Send(Framed("QUERY dane.test") + Framed("QUERY slow.test") + Framed("QUERY none.test"));
  Finish("slow.test", HostDane::kUnusable);
  EXPECT_EQ(client.Read(), "OK dane-only");
  EXPECT_EQ(client.Read(), "OK dane");
  EXPECT_EQ(client.Read(), "NOTFOUND ");
}

TEST_P(ServerTest, OctetByOctet) {
  Serve();
  Client client = Connect();
  for (char octet : Framed("QUERY dane.test") + Framed("QUERY none.test")) {
    client.Send(std::string(1, octet));
    usleep(500);
  }
  EXPECT_EQ(client.Read(), "OK dane-only");
  EXPECT_EQ(client.Read(), "NOTFOUND ");
}

TEST_P(ServerTest, TheLargestRequest) {
  Serve();
  Client client = Connect();
  std::string all;
  for (int i = 0; i < 20; ++i) all += Framed("QUERY " + std::string(kMaxRequestOctets - 6, 'x'));
  client.Send(all);
  for (int i = 0; i < 20; ++i) ASSERT_EQ(client.Read(), "NOTFOUND ") << i;
}

TEST_P(ServerTest, MalformedNetstringsCloseThatConnectionOnly) {
  Serve();
  Client bystander = Connect();
  EXPECT_EQ(bystander.AskAndRead("QUERY dane.test"), "OK dane-only");
  for (const char* garbage : {"x", "1:ab", "5000:", "01:a,", "GET / HTTP/1.1\r\n\r\n"}) {
    Client client = Connect();
    client.Send(Framed("QUERY dane.test") + garbage);
    EXPECT_EQ(client.Read(), "OK dane-only") << "the answers before it still go out";
    EXPECT_EQ(client.Read(), "closed") << garbage;
  }
  EXPECT_EQ(bystander.AskAndRead("QUERY none.test"), "NOTFOUND ");
}

TEST_P(ServerTest, AMissMeetsItsDeadline) {
  SocketmapOptions options;
  options.deadline = milliseconds(50);
  Serve(options);
  Client client = Connect();
  EXPECT_EQ(client.AskAndRead("QUERY slow.test"),
            "TEMP validation-failure: no answer from DNS in time");
  Finish("slow.test", HostDane::kUsable);  // too late for that one; nothing breaks
  EXPECT_EQ(client.AskAndRead("QUERY dane.test"), "OK dane-only");
}

TEST_P(ServerTest, AResolverThatHasNothingIsTemp) {
  Serve();
  Client client = Connect();
  client.Ask("QUERY slow.test");
  for (int i = 0; i < 5000 && !resolver_.Finish("slow.test", nullptr); ++i) usleep(1000);
  EXPECT_TRUE(client.Read().starts_with("TEMP "));
}

TEST_P(ServerTest, ASlowDomainDoesNotHoldUpOtherConnections) {
  Serve();
  Client slow = Connect(), fast = Connect();
  slow.Ask("QUERY slow.test");
  EXPECT_EQ(fast.AskAndRead("QUERY dane.test"), "OK dane-only");
  Finish("slow.test", HostDane::kUsable);
  EXPECT_EQ(slow.Read(), "OK dane-only");
}

TEST_P(ServerTest, AClientThatLeavesDoesNoHarm) {
  Serve();
  { Connect().Ask("QUERY slow.test"); }
  { Connect().Send("15:QUERY"); }
  { Connect(); }
  Finish("slow.test", HostDane::kUsable);
  Client client = Connect();
  EXPECT_EQ(client.AskAndRead("QUERY dane.test"), "OK dane-only");
}

TEST_P(ServerTest, MoreConnectionsThanAllowedWait) {
  SocketmapOptions options;
  options.max_connections = 2;
  Serve(options);
  auto first = std::make_unique<Client>(address_, length_);
  Client second = Connect(), third = Connect();
  EXPECT_EQ(first->AskAndRead("QUERY dane.test"), "OK dane-only");
  EXPECT_EQ(second.AskAndRead("QUERY dane.test"), "OK dane-only");
  third.Ask("QUERY none.test");
  EXPECT_EQ(third.Read(milliseconds(100)), "nothing");
  first.reset();
  EXPECT_EQ(third.Read(), "NOTFOUND ");
}

TEST_P(ServerTest, StopAnswersWhatIsUnderWay) {
  Serve();
  Client client = Connect(), idle = Connect();
  EXPECT_EQ(idle.AskAndRead("QUERY dane.test"), "OK dane-only");
  client.Ask("QUERY slow.test");
  Finish("slow.test", HostDane::kUsable);
  EXPECT_EQ(client.Read(), "OK dane-only");
  client.Ask("QUERY other.test");
  std::thread finishing([this] {
    for (int i = 0; i < 5000 && resolver_.asked().back() != "other.test"; ++i) usleep(1000);
    usleep(100'000);  // the stop has begun
    Finish("other.test", HostDane::kUnusable);
  });
  for (int i = 0; i < 5000 && resolver_.asked().back() != "other.test"; ++i) usleep(1000);
  EXPECT_LT(Stop(kPatience), milliseconds(3000));
  finishing.join();
  EXPECT_EQ(client.Read(), "OK dane");
  EXPECT_EQ(client.Read(), "closed");
  EXPECT_EQ(idle.Read(), "closed");
}

TEST_P(ServerTest, StopWaitsNoLongerThanAllowed) {
  Serve();
  Client client = Connect();
  client.Ask("QUERY slow.test");
  for (int i = 0; i < 5000 && resolver_.asked().empty(); ++i) usleep(1000);
  const milliseconds took = Stop(milliseconds(100));
  EXPECT_GE(took, milliseconds(50));
  EXPECT_LT(took, milliseconds(3000));
  resolver_.Finish("slow.test", nullptr);  // before the server goes
}

TEST_P(ServerTest, StopAtOnce) {
  Serve();
  EXPECT_LT(Stop(kPatience), milliseconds(3000));
}

}  // namespace
}  // namespace tlswarden
