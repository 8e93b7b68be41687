#include "report/collector.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

using std::chrono::seconds;

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

std::string EventDatagram(int number) {
  return R"({"dpv": "1","d": "d)" + std::to_string(number) +
         R"(.test","policies":[{"policy-type":9,"t":0,"f":0}]})";
}

// An MTA, as libtlsrpt does it, but for the flag.
class Sender {
 public:
  explicit Sender(const std::string& path)
      : address_(AddressOf(path)), fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
  ~Sender() { close(fd_); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // 0, or errno.
  int Send(const std::string& datagram, int flags = 0) const {
    const ssize_t sent = sendto(fd_, datagram.data(), datagram.size(), flags,
                                reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    return sent == static_cast<ssize_t>(datagram.size()) ? 0 : errno;
  }

 private:
  const sockaddr_un address_;
  const int fd_;
};

class CollectorTest : public testing::Test {
 protected:
  void SetUp() override {
    socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = AddressOf(path);
    ASSERT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }

  std::unique_ptr<Collector> Start(std::size_t queue_octets = Collector::kQueueOctets) {
    return std::make_unique<Collector>(
        socket_, [this](TlsEvent event) { Take(std::move(event)); },
        [this] {
          const std::lock_guard lock(mutex);
          return now;
        },
        [this](const std::string& what) {
          const std::lock_guard lock(mutex);
          complaints.push_back(what);
        },
        queue_octets);
  }

  void Take(TlsEvent event) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return !hold; });
    domains.push_back(event.domain);
    changed.notify_all();
  }

  void Hold(bool yes) {
    const std::lock_guard lock(mutex);
    hold = yes;
    changed.notify_all();
  }

  template <typename Reached>
  void WaitUntil(Reached reached) {
    const auto end = std::chrono::steady_clock::now() + seconds(20);
    while (!reached() && std::chrono::steady_clock::now() < end) usleep(1000);
    EXPECT_TRUE(reached());
  }

  TempDir dir;
  const std::string path = dir / "tlsrpt.sock";
  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  bool hold = false;
  Time now = kNow;
  std::vector<std::string> domains;
  std::vector<std::string> complaints;

 private:
  int socket_ = -1;
};

// Runs in a process of its own; its exit status is what `body` returns.
template <typename Body>
pid_t InAnotherProcess(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  return child;
}

int StatusOf(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

constexpr int kBurst = 10000;

// The sender waits for room, and nothing that it sent is missing.
TEST_F(CollectorTest, ABurstFromAnotherProcessLosesNothing) {
  const std::unique_ptr<Collector> collector = Start();
  const pid_t child = InAnotherProcess([this] {
    const Sender sender(path);
    for (int i = 0; i < kBurst; ++i) {
      if (sender.Send(EventDatagram(i)) != 0) return 1;
    }
    return 0;
  });
  EXPECT_EQ(StatusOf(child), 0);
  collector->Stop();
  EXPECT_EQ(collector->counts().received, kBurst);
  EXPECT_EQ(collector->counts().events, kBurst);
  EXPECT_EQ(collector->counts().bad + collector->counts().dropped, 0u);
  ASSERT_EQ(domains.size(), kBurst);
  for (int i = 0; i < kBurst; ++i) {
    ASSERT_EQ(domains[static_cast<std::size_t>(i)], "d" + std::to_string(i) + ".test");
  }
  EXPECT_TRUE(complaints.empty());
}

// As libtlsrpt: whoever finds no room tries no second time. What the kernel took isn't lost here.
TEST_F(CollectorTest, ASenderThatDoesNotWaitLosesOnlyWhatTheKernelRefuses) {
  int taken_pipe[2];
  ASSERT_EQ(pipe(taken_pipe), 0);
  const std::unique_ptr<Collector> collector = Start();
  const pid_t child = InAnotherProcess([&] {
    const Sender sender(path);
    std::uint64_t taken = 0;
    for (int i = 0; i < kBurst; ++i) {
      const int error = sender.Send(EventDatagram(i), MSG_DONTWAIT);
      if (error != 0 && error != EAGAIN) return 1;
      taken += error == 0 ? 1 : 0;
    }
    return write(taken_pipe[1], &taken, sizeof taken) == sizeof taken ? 0 : 1;
  });
  std::uint64_t taken = 0;
  EXPECT_EQ(read(taken_pipe[0], &taken, sizeof taken), static_cast<ssize_t>(sizeof taken));
  EXPECT_EQ(StatusOf(child), 0);
  collector->Stop();
  EXPECT_GT(taken, 0u);
  EXPECT_EQ(collector->counts().received, taken);
  EXPECT_EQ(domains.size(), taken);
  close(taken_pipe[0]);
  close(taken_pipe[1]);
}

TEST_F(CollectorTest, WhatWasSentBeforeStopIsHandedOn) {
  const Sender sender(path);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(sender.Send(EventDatagram(i), MSG_DONTWAIT), 0);
  const std::unique_ptr<Collector> collector = Start();
  collector->Stop();
  EXPECT_EQ(domains.size(), 10u);
  collector->Stop();  // once more does nothing
  EXPECT_EQ(collector->counts().events, 10u);
}

TEST_F(CollectorTest, BadDatagramsAreCountedAndToldOfOnceAMinute) {
  const std::unique_ptr<Collector> collector = Start();
  const Sender sender(path);
  const auto send_bad = [&](const std::string& datagram) {
    const std::uint64_t before = collector->counts().bad;
    EXPECT_EQ(sender.Send(datagram), 0);
    WaitUntil([&] { return collector->counts().bad > before; });
  };
  send_bad("\x1b[1m\xff\n" + std::string(50000, 'y'));
  send_bad("");
  send_bad(R"({"dpv":"2"})");
  {
    const std::lock_guard lock(mutex);
    ASSERT_EQ(complaints.size(), 1u);
    EXPECT_EQ(complaints[0].find("TLSRPT: 1 datagram that can't be read; the last: not JSON: "),
              0u);
    EXPECT_NE(complaints[0].find("'?[1m??yyyy"), std::string::npos) << complaints[0];
    EXPECT_LT(complaints[0].size(), 300u);
    now += seconds(60);
  }
  EXPECT_EQ(sender.Send(EventDatagram(1)), 0);
  send_bad("{}");
  send_bad("[]");
  collector->Stop();
  EXPECT_EQ(domains, std::vector<std::string>{"d1.test"});
  EXPECT_EQ(collector->counts().received, 6u);
  EXPECT_EQ(collector->counts().bad, 5u);
  ASSERT_EQ(complaints.size(), 3u);
  EXPECT_EQ(complaints[1], "TLSRPT: 3 datagrams that can't be read; the last: no domain (d): '{}'");
  EXPECT_EQ(complaints[2], "TLSRPT: 1 datagram that can't be read; the last: no JSON object: '[]'");
}

TEST_F(CollectorTest, LargeDatagrams) {
  const std::unique_ptr<Collector> collector = Start();
  const Sender sender(path);
  std::string large = EventDatagram(1);
  large.append(200000, ' ');
  for (int i = 0; i < 30; ++i) EXPECT_EQ(sender.Send(large), 0);
  EXPECT_EQ(sender.Send(EventDatagram(2)), 0);
  collector->Stop();
  EXPECT_EQ(collector->counts().events, 31u);
  EXPECT_EQ(collector->counts().bad, 0u);
}

// A sender with a larger buffer than usual.
TEST_F(CollectorTest, TooLargeADatagramIsBad) {
  const int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int octets = 1 << 20;
  setsockopt(sender, SOL_SOCKET, SO_SNDBUF, &octets, sizeof octets);
  const sockaddr_un address = AddressOf(path);
  std::string large = EventDatagram(1);
  large.append(kMaxDatagramOctets, ' ');
  const ssize_t sent = sendto(sender, large.data(), large.size(), 0,
                              reinterpret_cast<const sockaddr*>(&address), sizeof address);
  close(sender);
  if (sent < 0) {
    EXPECT_EQ(errno, EMSGSIZE) << "the system allows no larger ones";
    return;
  }
  const std::unique_ptr<Collector> collector = Start();
  collector->Stop();
  EXPECT_EQ(collector->counts().bad, 1u);
  ASSERT_EQ(complaints.size(), 1u);
  EXPECT_NE(complaints[0].find("longer than 212960 octets"), std::string::npos);
}

// A sink that stands still: memory stays bounded, and what is lost is counted and told of.
TEST_F(CollectorTest, WhatFindsTheQueueFullIsDroppedAndToldOf) {
  constexpr std::size_t kRoom = 100;
  const std::size_t kLength = EventDatagram(1000).size();
  Hold(true);
  const std::unique_ptr<Collector> collector =
      Start(kRoom * (kLength + DatagramQueue::kLengthOctets));
  const Sender sender(path);
  constexpr std::uint64_t kSent = 1000;
  for (std::uint64_t i = 0; i < kSent; ++i) {
    EXPECT_EQ(sender.Send(EventDatagram(1000 + static_cast<int>(i))), 0);
  }
  WaitUntil([&] { return collector->counts().received == kSent; });
  const CollectorCounts counts = collector->counts();
  // The queue's, and those that were just taken from it.
  EXPECT_GE(counts.dropped, kSent - kRoom - 64);
  EXPECT_LE(counts.dropped, kSent - kRoom);
  EXPECT_EQ(counts.events, 0u);
  Hold(false);
  collector->Stop();
  EXPECT_EQ(collector->counts().events + collector->counts().dropped, kSent);
  ASSERT_FALSE(complaints.empty());
  EXPECT_NE(complaints[0].find(" lost: more came than could be read"), std::string::npos);
}

TEST_F(CollectorTest, StopDuringAFloodIsPrompt) {
  const std::unique_ptr<Collector> collector = Start(1 << 16);
  const pid_t child = InAnotherProcess([this] {
    alarm(60);  // whatever becomes of the parent
    const Sender sender(path);
    while (true) sender.Send(EventDatagram(1), MSG_DONTWAIT);
    return 0;
  });
  WaitUntil([&] { return collector->counts().events > 1000; });
  const auto begin = std::chrono::steady_clock::now();
  collector->Stop();
  // However full the queue: it holds a thousand of these.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(10));
  kill(child, SIGKILL);
  StatusOf(child);
  const CollectorCounts counts = collector->counts();
  EXPECT_EQ(counts.events + counts.dropped, counts.received);
  EXPECT_EQ(domains.size(), counts.events);
}

TEST_F(CollectorTest, StopsAtOnceWhenNothingComes) {
  const std::unique_ptr<Collector> collector = Start();
  usleep(10000);
  const auto begin = std::chrono::steady_clock::now();
  collector->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(2));
}

// Whoever sends descriptors along can't use up ours.
TEST_F(CollectorTest, DescriptorsThatComeAlongAreClosed) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  {
    const std::unique_ptr<Collector> collector = Start();
    const int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address = AddressOf(path);
    std::string datagram = EventDatagram(1);
    iovec octets{datagram.data(), datagram.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr header{};
    header.msg_name = &address;
    header.msg_namelen = sizeof address;
    header.msg_iov = &octets;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::copy_n(reinterpret_cast<const char*>(&ends[1]), sizeof(int),
                reinterpret_cast<char*>(CMSG_DATA(rights)));
    ASSERT_GT(sendmsg(sender, &header, 0), 0);
    close(sender);
    close(ends[1]);
    WaitUntil([&] { return collector->counts().events == 1; });
    // Nobody holds the pipe's other end any more.
    char octet = 0;
    EXPECT_EQ(read(ends[0], &octet, 1), 0);
  }
  close(ends[0]);
}

}  // namespace
}  // namespace tlswarden
