#include "milter/socket_lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <optional>

namespace tlswarden {
namespace {

class SocketLockTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/tlswarden-test-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    dir_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::string Path() const { return dir_ + "/milter.sock"; }

  // The error of Take, or "".
  static std::string Why(const std::string& path) {
    const Result<SocketLock> lock = SocketLock::Take(path);
    return lock ? "" : lock.error();
  }

  // A socket bound to the path; somebody listens at it if asked for.
  int Bind(bool listening) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, Path().c_str(), Path().size());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    if (listening) {
      EXPECT_EQ(listen(fd, 1), 0);
    }
    return fd;
  }

  std::string dir_;
};

TEST_F(SocketLockTest, TheSecondTakerFails) {
  std::optional<SocketLock> first;
  {
    Result<SocketLock> lock = SocketLock::Take(Path());
    ASSERT_TRUE(lock.ok()) << lock.error();
    first = std::move(lock).value();
  }
  EXPECT_EQ(Why(Path()), "unix:" + Path() + " is taken: another tlswarden serves it");
  EXPECT_EQ(Why(dir_ + "/other.sock"), "") << "another socket";
  first.reset();
  EXPECT_EQ(Why(Path()), "") << "given back";
}

TEST_F(SocketLockTest, AStaleSocketIsNobodys) {
  close(Bind(true));
  ASSERT_TRUE(std::filesystem::exists(Path()));
  EXPECT_EQ(Why(Path()), "");
}

TEST_F(SocketLockTest, AnotherProgramsSocketIsTaken) {
  const int fd = Bind(true);
  EXPECT_EQ(Why(Path()), "unix:" + Path() + " is taken: another program serves it");
  EXPECT_NE(Why(Path()), "") << "the failed try above left no lock, and changed nothing";
  close(fd);
  EXPECT_EQ(Why(Path()), "");
}

// A program that hangs has a full backlog, where a connection would wait for ever.
TEST_F(SocketLockTest, AProgramThatHangsIsStillServing) {
  const int fd = Bind(true);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, Path().c_str(), Path().size());
  std::vector<int> waiting;
  for (int i = 0; i < 5; ++i) {
    waiting.push_back(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    connect(waiting.back(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(3);  // ends the child if it blocks
    _exit(Why(Path()).find("is taken") != std::string::npos ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "blocked, or took it";
  for (int one : waiting) close(one);
  close(fd);
}

TEST_F(SocketLockTest, TheLockOfAKilledProcessIsFree) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Result<SocketLock> lock = SocketLock::Take(Path());
    if (write(ready[1], lock.ok() ? "y" : "n", 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char taken = 0;
  ASSERT_EQ(read(ready[0], &taken, 1), 1);
  EXPECT_EQ(taken, 'y');
  EXPECT_NE(Why(Path()), "");
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(Why(Path()), "");
  close(ready[0]);
  close(ready[1]);
}

TEST_F(SocketLockTest, ErrorsNameThePath) {
  const std::string missing = dir_ + "/no/milter.sock";
  EXPECT_EQ(Why(missing), missing + ".lock: No such file or directory");
  std::filesystem::create_symlink("/etc/passwd", Path() + ".lock");
  EXPECT_NE(Why(Path()).find(Path() + ".lock"), std::string::npos) << "no symbolic links";
}

}  // namespace
}  // namespace tlswarden
