#include "report/log_archive.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tlswarden {
namespace {

class LogArchiveTest : public testing::Test {
 protected:
  ~LogArchiveTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
  }
  void Pack(const std::string& name, const std::string& text) const {
    const gzFile file = gzopen((folder_ + "/" + name).c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
  }
  std::vector<std::string> Lines() const {
    Result<LogArchive> archive = LogArchive::Open(folder_ + "/mail.log");
    EXPECT_TRUE(archive) << archive.error();
    std::vector<std::string> lines;
    LogArchive open = std::move(archive).value();
    while (const auto line = open.Next()) lines.emplace_back(*line);
    return lines;
  }

  char name_[40] = "/tmp/tlswarden-archive-XXXXXX";
  std::string folder_ = mkdtemp(name_);
};

using Texts = std::vector<std::string>;

TEST_F(LogArchiveTest, TheOldestFirst) {
  Pack("mail.log.3.gz", "a\n");
  Pack("mail.log.2.gz", "b\nc\n");
  Write("mail.log.1", "d\n");
  Write("mail.log", "e\n\nf");
  Write("mail.log.5", "behind a gap\n");
  EXPECT_EQ(Lines(), (Texts{"a", "b", "c", "d", "e", "", "f"}));
}

TEST_F(LogArchiveTest, LongAndBinaryLines) {
  Write("mail.log", std::string(100'000, 'x') + "\nend\n" + std::string("a\0b\n", 4) + "last");
  const Texts lines = Lines();
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0], std::string(kMostArchiveLine, 'x'));
  EXPECT_EQ(lines[1], "end");
  EXPECT_EQ(lines[3].substr(lines[3].size() - 4), "last");
}

TEST_F(LogArchiveTest, DamagedAndMissingFiles) {
  Write("mail.log.1.gz", "\x1f\x8b\x08 no gzip");
  Write("mail.log", "a\n");
  EXPECT_EQ(Lines(), Texts{"a"});
  std::filesystem::remove(folder_ + "/mail.log");
  const Result<LogArchive> none = LogArchive::Open(folder_ + "/mail.log");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error(), folder_ + "/mail.log: No such file or directory");
}

}  // namespace
}  // namespace tlswarden
