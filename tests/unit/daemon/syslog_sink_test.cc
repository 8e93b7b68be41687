#include "daemon/syslog_sink.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace tlswarden {
namespace {

const std::string kPrefix = "tlswarden[" + std::to_string(getpid()) + "]: ";

TEST(SyslogSink, WritesToStandardError) {
  testing::internal::CaptureStderr();
  SyslogSink sink({LogFacility::kStderr, LogFormat::kText, LogLevel::kInfo});
  EXPECT_TRUE(sink.writes_to_stderr());
  sink.Message(LogLevel::kWarning, "two\nlines");
  sink.Write({.queue_id = "Q", .fields = {{"action", "accept"}}});
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            kPrefix + "warning: two\\x0alines\n" + kPrefix + "Q: action=accept\n");
}

TEST(SyslogSink, FallsBackWithoutSyslog) {
  testing::internal::CaptureStderr();
  SyslogSink sink({LogFacility::kMail, LogFormat::kJson, LogLevel::kInfo}, "/nonexistent/log");
  EXPECT_TRUE(sink.writes_to_stderr());
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            kPrefix +
                "{\"level\":\"info\",\"message\":\"no /nonexistent/log: logging to standard "
                "error\"}\n");
}

TEST(SyslogSink, DropsWhatIsBelowTheLevel) {
  testing::internal::CaptureStderr();
  SyslogSink sink({LogFacility::kStderr, LogFormat::kText, LogLevel::kWarning});
  EXPECT_TRUE(sink.Enabled(LogLevel::kError));
  EXPECT_TRUE(sink.Enabled(LogLevel::kWarning));
  EXPECT_FALSE(sink.Enabled(LogLevel::kInfo));
  sink.Message(LogLevel::kInfo, "no");
  sink.Write({.level = LogLevel::kDebug, .queue_id = "Q", .fields = {}});
  sink.Write({.level = LogLevel::kError, .queue_id = "Q", .fields = {}});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), kPrefix + "Q:\n");
}

// All of them come in their order, and none waits once too much is held.
TEST(SyslogSink, HeldLinesComeTogether) {
  testing::internal::CaptureStderr();
  SyslogSink sink({LogFacility::kStderr, LogFormat::kText, LogLevel::kInfo});
  std::string expected;
  sink.Hold();
  for (int i = 0; i < 1000; ++i) {
    sink.Message(LogLevel::kInfo, "line " + std::to_string(i) + std::string(100, 'x'));
    expected += kPrefix + "line " + std::to_string(i) + std::string(100, 'x') + '\n';
  }
  sink.Release();
  sink.Message(LogLevel::kInfo, "at once");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), expected + kPrefix + "at once\n");
}

TEST(SyslogSink, KeepsLinesWholeAmongThreads) {
  constexpr int kThreads = 4;
  constexpr int kLines = 200;
  testing::internal::CaptureStderr();
  SyslogSink sink({LogFacility::kStderr, LogFormat::kText, LogLevel::kInfo});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < kLines; ++j) sink.Message(LogLevel::kInfo, std::string(300, 'x'));
      });
    }
  }
  const std::string out = testing::internal::GetCapturedStderr();
  const std::string line = kPrefix + std::string(300, 'x') + "\n";
  ASSERT_EQ(out.size(), line.size() * kThreads * kLines);
  for (std::size_t at = 0; at < out.size(); at += line.size()) {
    ASSERT_EQ(out.compare(at, line.size(), line), 0);
  }
}

}  // namespace
}  // namespace tlswarden
