// `tlswarden report read`.
#include <filesystem>

#include "report/gzip.h"
#include "report/report_reader.h"
#include "tests/unit/daemon/command_run.h"
#include "tests/unit/report/received_data.h"

namespace tlswarden {
namespace {

class ReportRead : public CommandRun {
 protected:
  ReportRead() { line.report.now = "2026-11-25T07:00:00Z"; }
  Ran Read(const std::string& file, const std::string& input = "") {
    line.arguments = {"read", file};
    return Run(ReportCommand, input);
  }
  std::string Written(const std::string& name, const std::string& octets) {
    std::ofstream(dir / name, std::ios::binary) << octets;
    return dir / name;
  }
};

TEST_F(ReportRead, AMailAFileAndAPackedOne) {
  const std::string json = ReceivedData("microsoft.json");
  const Ran mail = Read("-", ReceivedData("google.eml"));
  EXPECT_EQ(mail.code, 0) << mail;
  EXPECT_NE(mail.out.find(" good, "), std::string::npos) << mail;
  const Ran plain = Read(Written("report.json", json));
  EXPECT_EQ(plain.code, 0) << plain;
  const Ran packed = Read(Written("report.json.gz", Gzip(json)));
  EXPECT_EQ(packed.code, 0) << packed;
  EXPECT_EQ(packed.out, plain.out.substr(0, plain.out.size() - 1) + " (known already)\n");
  line.arguments = {};
  line.json = true;
  const Ran shown = Run(ReportCommand);
  EXPECT_EQ(shown.code, 0) << shown;
  Json(shown);
}

TEST_F(ReportRead, AFailureThatIsNewIsALineOfTheLog) {
  const std::string json = ReceivedData("rfc8460.json");
  Ran ran = Read("-", json);
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_NE(ran.err.find("for the first time"), std::string::npos) << ran;
  ran = Read("-", json);
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_EQ(ran.err, "");
}

// Bad news, and nothing is made: a mail that is no report must not come again and again.
TEST_F(ReportRead, WhatIsNoReport) {
  const std::string zeros = Gzip(std::string(60 << 20, '0'));
  const std::pair<const char*, std::string> rows[] = {
      {"nothing", ""},
      {"a mail", "From: a@b.test\nSubject: hello\n\nhello\n"},
      {"no JSON", "{"},
      {"no report", "{}"},
      {"half of one", ReceivedData("microsoft.json").substr(0, 200)},
      {"half a packed one", Gzip(ReceivedData("microsoft.json")).substr(0, 100)},
      {"a bomb", zeros},
      {"too much", std::string(kMaxReceivedOctets + 1, ' ')},
  };
  for (const auto& [what, octets] : rows) {
    const Ran ran = Read("-", octets);
    EXPECT_EQ(ran.code, 1) << what << ran;
    EXPECT_EQ(ran.out, "") << what;
    EXPECT_NE(ran.err.find("tlswarden: -: "), std::string::npos) << what << ran;
    EXPECT_LT(ran.err.size(), 500u) << what;
    EXPECT_FALSE(std::filesystem::exists(received)) << what;
  }
}

// 75: an alias' mail waits in the queue.
TEST_F(ReportRead, WhatCantBeReadOrKept) {
  Ran ran = Read(dir / "none.json");
  EXPECT_EQ(ran.code, 75) << ran;
  EXPECT_NE(ran.err.find("none.json: No such file or directory"), std::string::npos) << ran;
  ran = Read(dir / ".");
  EXPECT_EQ(ran.code, 75) << ran;
  EXPECT_NE(ran.err.find("Is a directory"), std::string::npos) << ran;
  const std::string json = ReceivedData("microsoft.json");
  MakeFolder(received);
  ran = Read("-", json);
  EXPECT_EQ(ran.code, 75) << ran;
  EXPECT_NE(ran.err.find("[tlsrpt] received: "), std::string::npos) << ran;
  received = dir / "none/received.db";
  Configure("");
  ran = Read("-", json);
  EXPECT_EQ(ran.code, 75) << ran;
}

}  // namespace
}  // namespace tlswarden
