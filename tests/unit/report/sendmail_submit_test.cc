// A sendmail command is run as it must be, and its end is understood.
#include "report/sendmail_submit.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

using Status = SmtpOutcome::Status;

class SendmailSubmit : public testing::Test {
 protected:
  // A program in sendmail's place; {} in it is the directory.
  SmtpOutcome Run(std::string script, const std::string& sender = "tlsrpt@example.org") {
    for (std::size_t at; (at = script.find("{}")) != std::string::npos;) {
      script.replace(at, 2, dir / "");
    }
    std::ofstream(options.path) << "#!/bin/sh\n" << script << '\n';
    chmod(options.path.c_str(), 0700);
    return SubmitBySendmail({sender, {"r@a.test"}, text}, options);
  }
  std::string File(const std::string& name) {
    std::ostringstream all;
    all << std::ifstream(dir / name).rdbuf();
    return all.str();
  }

  TempDir dir;
  SendmailOptions options{dir / "sendmail", std::chrono::milliseconds(10000)};
  std::string text = "To: r@a.test\r\n\r\nbody\r\n.\r\nend\r\n";
};

TEST_F(SendmailSubmit, ArgumentsAndText) {
  const SmtpOutcome outcome = Run("printf '%s|' \"$@\" > {}arguments; cat > {}text; env > {}env");
  EXPECT_EQ(outcome.status, Status::kSent) << outcome.why;
  EXPECT_EQ(File("arguments"), "-t|-i|-f|tlsrpt@example.org|");
  EXPECT_EQ(File("text"), "To: r@a.test\n\nbody\n.\nend\n");
  EXPECT_NE(File("env").find("PATH=/usr/sbin:/usr/bin:/sbin:/bin\n"), std::string::npos);
  EXPECT_EQ(File("env").find("HOME="), std::string::npos);
  EXPECT_EQ(Run("printf '%s|' \"$@\" > {}arguments; cat > /dev/null", "").status, Status::kSent);
  EXPECT_EQ(File("arguments"), "-t|-i|-f|<>|");
}

TEST_F(SendmailSubmit, NothingOfOursIsOpenInIt) {
  const int ours = open(options.path.c_str(), O_RDWR | O_CREAT, 0700);  // without O_CLOEXEC
  ASSERT_GE(ours, 3);
  close(ours);
  const int leak = open("/dev/null", O_RDONLY);
  Run("cat > /dev/null; ls /proc/$$/fd > {}fds");
  EXPECT_EQ(File("fds").find("\n" + std::to_string(leak) + "\n"), std::string::npos);
  close(leak);
}

TEST_F(SendmailSubmit, AShellsWordsMeanNothing) {
  EXPECT_EQ(Run("printf '%s|' \"$@\" > {}arguments; cat > /dev/null", "`id`$(id)@a.test").status,
            Status::kPermanent);
  EXPECT_EQ(Run("printf '%s|' \"$@\" > {}arguments; cat > /dev/null", "`id`&x@a.test").status,
            Status::kSent);
  EXPECT_EQ(File("arguments"), "-t|-i|-f|`id`&x@a.test|");
  EXPECT_EQ(Run("", "a@b.test\n-oQ/tmp").status, Status::kPermanent);
}

TEST_F(SendmailSubmit, ExitCodes) {
  const std::pair<int, Status> rows[] = {
      {64, Status::kTemporary}, {65, Status::kPermanent}, {67, Status::kPermanent},
      {68, Status::kPermanent}, {69, Status::kTemporary}, {71, Status::kTemporary},
      {75, Status::kTemporary}, {77, Status::kTemporary}, {78, Status::kTemporary},
      {1, Status::kTemporary},  {127, Status::kTemporary}};
  for (const auto& [code, status] : rows) {
    const SmtpOutcome outcome = Run("cat > /dev/null; exit " + std::to_string(code));
    EXPECT_EQ(outcome.status, status) << code;
    EXPECT_EQ(outcome.why, options.path + " ended with code " + std::to_string(code));
  }
}

TEST_F(SendmailSubmit, ItsFirstLineIsKept) {
  const SmtpOutcome outcome =
      Run("cat > /dev/null; printf 'postdrop: Permission denied\\033\\nmore\\n' >&2; exit 75");
  EXPECT_EQ(outcome.why, options.path + " ended with code 75: postdrop: Permission denied?");
  const SmtpOutcome flood = Run("cat > /dev/null; head -c 1000000 /dev/zero | tr '\\0' x; exit 75");
  EXPECT_EQ(flood.status, Status::kTemporary);
  EXPECT_LT(flood.why.size(), 1200u);
}

TEST_F(SendmailSubmit, LargeMessagesAndThoseWhoDontRead) {
  text = "To: r@a.test\n\n" + std::string(3'000'000, 'x') + '\n';
  EXPECT_EQ(Run("cat > {}text").status, Status::kSent);
  EXPECT_EQ(File("text").size(), text.size());
  const SmtpOutcome deaf = Run("exec 0<&-; exit 0");
  EXPECT_EQ(deaf.status, Status::kTemporary) << "it can't have queued what it hasn't read";
  EXPECT_EQ(Run("exit 75").status, Status::kTemporary);
}

TEST_F(SendmailSubmit, ATimeoutKillsItWithItsChildren) {
  options.whole = std::chrono::milliseconds(300);
  const auto began = std::chrono::steady_clock::now();
  const SmtpOutcome outcome = Run("sleep 30 & echo $! > {}child; wait");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  EXPECT_EQ(outcome.status, Status::kTemporary);
  EXPECT_NE(outcome.why.find("was killed"), std::string::npos);
  const pid_t child = std::stoi(File("child"));
  bool gone = false;
  for (int i = 0; i < 200 && !gone; ++i) {
    std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
    std::string words;
    std::getline(stat, words);
    gone = words.empty() || words.find(") Z ") != std::string::npos;
    if (!gone) usleep(10000);
  }
  EXPECT_TRUE(gone);
}

TEST_F(SendmailSubmit, AProgramThatIsNotThere) {
  options.path = dir / "none";
  const SmtpOutcome outcome = SubmitBySendmail({"a@b.test", {"r@a.test"}, text}, options);
  EXPECT_EQ(outcome.status, Status::kTemporary);
  EXPECT_EQ(outcome.why, options.path + " can't be run: No such file or directory");
}

TEST_F(SendmailSubmit, ASignalEndsIt) {
  EXPECT_EQ(Run("kill -TERM $$").why, options.path + " was ended by signal 15");
}

}  // namespace
}  // namespace tlswarden
