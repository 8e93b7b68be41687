#include "daemon/listen.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace tlswarden {
namespace {

class TakeDatagramsTest : public testing::Test {
 protected:
  ~TakeDatagramsTest() override {
    unlink(path_.c_str());
    rmdir(folder_.c_str());
  }

  bool Send() const {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, path_.c_str(), path_.size());
    const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    const bool sent =
        sendto(fd, "x", 1, MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 1;
    close(fd);
    return sent;
  }

  char name_[40] = "/tmp/tlswarden-listen-XXXXXX";
  std::string folder_ = mkdtemp(name_);
  std::string path_ = folder_ + "/s";
};

TEST_F(TakeDatagramsTest, TakesThem) {
  const Result<int> fd = TakeDatagrams(path_, 0620);
  ASSERT_TRUE(fd) << fd.error();
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0620u);
  EXPECT_TRUE(Send());
  char octet = 0;
  EXPECT_EQ(recv(*fd, &octet, 1, MSG_DONTWAIT), 1);
  close(*fd);
}

TEST_F(TakeDatagramsTest, ASocketInUseIsLeftAlone) {
  const Result<int> first = TakeDatagrams(path_, 0600);
  ASSERT_TRUE(first);
  const Result<int> second = TakeDatagrams(path_, 0600);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), "[tlsrpt] socket: " + path_ +
                                ": Address already in use; does another tlswarden or policy "
                                "daemon run?");
  EXPECT_TRUE(Send()) << "the first still has it";
  close(*first);
}

TEST_F(TakeDatagramsTest, ASocketOfADeadProcessIsReplaced) {
  close(*TakeDatagrams(path_, 0600));
  EXPECT_FALSE(Send());
  const Result<int> again = TakeDatagrams(path_, 0600);
  ASSERT_TRUE(again) << again.error();
  EXPECT_TRUE(Send());
  close(*again);
}

TEST_F(TakeDatagramsTest, NoFolderIsAnError) {
  const Result<int> fd = TakeDatagrams(folder_ + "/none/s", 0600);
  ASSERT_FALSE(fd);
  EXPECT_NE(fd.error().find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace tlswarden
