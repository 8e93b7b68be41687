#include <filesystem>

#include "tests/unit/daemon/command_run.h"

namespace tlswarden {
namespace {

class ReportCommandTest : public CommandRun {
 protected:
  ReportCommandTest() { line.report.now = "2026-11-25T07:00:00Z"; }
  Ran Report() { return Run(ReportCommand); }
};

const Time kNoon = ParseTime("2026-11-24T12:00:00Z").value();

TEST_F(ReportCommandTest, WithoutALedgerYet) {
  Ran ran = Report();
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_NE(ran.out.find("Nothing was counted."), std::string::npos) << ran;
  EXPECT_EQ(ran.err, "");
  line.json = true;
  ran = Report();
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_TRUE(Json(ran).is_object());
  EXPECT_FALSE(std::filesystem::exists(ledger)) << "looking makes no file";
  EXPECT_FALSE(std::filesystem::exists(received));
}

TEST_F(ReportCommandTest, TheLedgerIsOff) {
  TurnOff("ledger");
  const Ran ran = Report();
  EXPECT_EQ(ran.code, 0) << ran;
}

TEST_F(ReportCommandTest, FiguresOfTheLedger) {
  Count("a.test", 3, 1, kNoon);
  Count("b.test", 2, 0, kNoon);
  Ran ran = Report();
  EXPECT_EQ(ran.code, 0) << ran;
  for (const char* word : {"6 sessions", "a.test", "starttls-not-supported"}) {
    EXPECT_NE(ran.out.find(word), std::string::npos) << word << ran;
  }
  line.report.domain = "B.test";
  line.report.day = "2026-11-24";
  ran = Report();
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_EQ(ran.out.find("a.test"), std::string::npos) << ran;
  EXPECT_NE(ran.out.find("2 sessions"), std::string::npos) << ran;
}

TEST_F(ReportCommandTest, JsonIsJson) {
  Count("a.test", 3, 1, kNoon);
  line.json = true;
  line.report.day = "2026-11-24";
  const Ran ran = Report();
  EXPECT_EQ(ran.code, 0) << ran;
  const boost::json::value value = Json(ran);
  EXPECT_NE(ran.out.find("a.test"), std::string::npos) << ran;
  EXPECT_EQ(value.as_object().at("days").as_array().size(), 1u) << ran;
}

TEST_F(ReportCommandTest, DaysAndDomainsThatAreNone) {
  Count("a.test", 3, 1, kNoon);
  const struct {
    const char* day;
    const char* domain;
    int code;
  } rows[] = {
      {"2026-11-24", "", 0},
      {"2026-11-25", "", 0},  // it isn't over; what was counted so far
      {"2020-01-01", "", 0},  // long ago: nothing is known of it
      {"2026-11-26", "", 2},  // it hasn't begun
      {"2126-11-24", "", 2},
      {"2026-13-01", "", 2},
      {"2026-02-30", "", 2},
      {"2026-11", "", 2},
      {"yesterday", "", 2},
      {"-1", "", 2},
      {"", "unknown.test", 0},
      {"",
       "b\xc3\xbc"
       "cher.example",
       0},
      {"", "a b", 2},
      {"", "..", 2},
      {"", "-", 2},
  };
  for (const auto& row : rows) {
    line.report.day = row.day;
    line.report.domain = row.domain;
    const Ran ran = Report();
    EXPECT_EQ(ran.code, row.code) << row.day << row.domain << ran;
    EXPECT_EQ(ran.out.empty(), row.code != 0) << row.day << row.domain << ran;
    EXPECT_EQ(ran.err.empty(), row.code == 0) << row.day << row.domain << ran;
  }
}

TEST_F(ReportCommandTest, FilesThatCantBeRead) {
  for (const auto make : {MakeFolder, MakeText}) {
    for (const std::string& path : {ledger, received}) {
      make(path);
      const Ran ran = Report();
      EXPECT_EQ(ran.code, 75) << path << ran;
      EXPECT_NE(ran.err.find(path), std::string::npos) << ran;
      EXPECT_EQ(ran.out, "");
      EXPECT_TRUE(std::filesystem::exists(path)) << "looking moves nothing aside";
      std::filesystem::remove(path);
    }
  }
}

TEST_F(ReportCommandTest, ThePageIsWritten) {
  Count("a.test", 3, 1, kNoon);
  line.report.html = dir / "report.html";
  const Ran ran = Report();
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_EQ(ran.out + ran.err, "");
  const std::string page = ContentOf(line.report.html);
  EXPECT_EQ(page.substr(0, 15), "<!DOCTYPE html>");
  EXPECT_NE(page.find("starttls-not-supported"), std::string::npos);
}

TEST_F(ReportCommandTest, APageThatCantBeWritten) {
  const std::pair<std::string, std::string> rows[] = {
      {dir / "none/report.html", "No such file or directory"},
      {dir / ".", "Is a directory"},
      {"/dev/full", "No space left on device"},
  };
  for (const auto& [path, why] : rows) {
    line.report.html = path;
    const Ran ran = Report();
    EXPECT_EQ(ran.code, 1) << path << ran;
    EXPECT_NE(ran.err.find(path + ": " + why), std::string::npos) << ran;
  }
}

TEST_F(ReportCommandTest, WrongUsage) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"send"}, {"read"}, {"read", "a", "b"}, {"read", "-", "-"}}) {
    line.arguments = arguments;
    EXPECT_EQ(Report().code, 2) << arguments.front();
  }
  line.arguments = {};
  line.report.now = "noon";
  EXPECT_EQ(Report().code, 2);
  line.report.now = "";
  EXPECT_EQ(Report().code, 0);
}

TEST_F(ReportCommandTest, WrongConfigurations) {
  std::ofstream(line.config_file) << "[tlsrpt]\nledgre = sqlite:/x\n";
  Ran ran = Report();
  EXPECT_EQ(ran.code, 2) << ran;
  EXPECT_NE(ran.err.find("did you mean ledger?"), std::string::npos) << ran;
  line.config_file = dir / "none.conf";
  ran = Report();
  EXPECT_EQ(ran.code, 2) << ran;
  EXPECT_NE(ran.err.find("none.conf"), std::string::npos) << ran;
}

}  // namespace
}  // namespace tlswarden
