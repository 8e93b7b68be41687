// `tlswarden report --message`.
#include "tests/unit/daemon/command_run.h"

namespace tlswarden {
namespace {

class ReportMessage : public CommandRun {
 protected:
  ReportMessage() {
    std::ofstream(mail_log)
        << "2026-11-24T03:00:00Z out tlswarden[8]: 4A5B6C: rcpt=<u@a.test> action=accept "
           "policy-type=sts policy-domain=a.test rule=default cache=hit ms=0.02\n"
           "not a line\n"
           "2026-11-24T03:00:01Z out postfix/smtp[1]: 4A5B6C: to=<u@a.test>, "
           "relay=mx.a.test[192.0.2.1]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 "
           "ok)\n";
    line.report.message = "4A5B6C";
  }
  Ran Report() { return Run(ReportCommand); }
};

TEST_F(ReportMessage, IsFoundInTheMailLog) {
  Ran ran = Report();
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_NE(ran.out.find("<u@a.test>"), std::string::npos) << ran;
  EXPECT_NE(ran.out.find("sent, mx.a.test[192.0.2.1]:25"), std::string::npos) << ran;
  line.json = true;
  ran = Report();
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_EQ(Json(ran).as_object().at("recipients").as_array().size(), 1u) << ran;
}

TEST_F(ReportMessage, NoSuchQueueIdIsBadNews) {
  for (const char* id : {"4A5B6D", "4A5B6", "x", "<script>", "\x1b[2J"}) {
    line.report.message = id;
    line.json = false;
    Ran ran = Report();
    EXPECT_EQ(ran.code, 1) << id << ran;
    EXPECT_EQ(ran.out.find('\x1b'), std::string::npos) << "nothing reaches a terminal raw";
    line.json = true;
    ran = Report();
    EXPECT_EQ(ran.code, 1) << id << ran;
    EXPECT_TRUE(Json(ran).as_object().at("recipients").as_array().empty()) << id << ran;
  }
}

TEST_F(ReportMessage, AnotherLogCanBeNamed) {
  line.report.log = mail_log;
  mail_log = dir / "none.log";
  Configure("");
  EXPECT_EQ(Report().code, 0);
  line.report.log = "";
  const Ran ran = Report();
  EXPECT_EQ(ran.code, 75) << ran;
  EXPECT_NE(ran.err.find("none.log"), std::string::npos) << ran;
  EXPECT_NE(ran.err.find("--log FILE"), std::string::npos) << ran;
}

}  // namespace
}  // namespace tlswarden
