// `tlswarden report --send` and `--dry-run`.
#include <filesystem>

#include "tests/unit/daemon/command_run.h"
#include "tests/unit/resolver/tls_server.h"

namespace tlswarden {
namespace {

const Time kNoon = ParseTime("2026-11-24T12:00:00Z").value();

class ReportSend : public CommandRun {
 protected:
  ReportSend() {
    line.report.now = "2026-11-25T07:00:00Z";
    // The system's CAs take a while to read.
    MakeCertificate({.common_name = "Test CA"}, nullptr).Save(dir / "ca.pem");
    Configure(ca);
  }
  const std::string ca = "[mta-sts]\nca-file = " + (dir / "ca.pem") + "\n";

  Ran DryRun() {
    line.report.dry_run = true;
    line.report.send = false;
    return Run(ReportCommand);
  }
  Ran Send() {
    line.report.dry_run = false;
    line.report.send = true;
    return Run(ReportCommand);
  }
};

TEST_F(ReportSend, NothingIsDue) {
  Ran ran = DryRun();
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_EQ(ran.out, "no report is due\n");
  EXPECT_FALSE(std::filesystem::exists(queue));
  ran = Send();
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_EQ(ran.out, "0 sent, 0 to be tried again, 0 given up\n");
}

TEST_F(ReportSend, ADryRunSaysWhatIsDue) {
  Count("a.test", 3, 1, kNoon);
  const Ran ran = DryRun();
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_EQ(ran.out.substr(0, 36), "2026-11-24 a.test: 3 good, 1 failed,") << ran;
  EXPECT_NE(ran.out.find("not sent: no answer for TXT _smtp._tls.a.test"), std::string::npos)
      << ran;
  EXPECT_FALSE(std::filesystem::exists(queue));
  line.report.now = "2026-11-24T23:59:59Z";
  EXPECT_EQ(DryRun().out, "no report is due\n") << "the day isn't over";
}

// With a resolver that is down nothing is sent, which looks like nothing to do.
TEST_F(ReportSend, DnsThatIsDownIsBadNews) {
  Count("a.test", 3, 1, kNoon);
  const Ran ran = Send();
  EXPECT_EQ(ran.code, 1) << ran;
  EXPECT_NE(ran.out.find("1 not made yet: DNS"), std::string::npos) << ran;
}

// Both at once would be a contradiction; what changes nothing wins.
TEST_F(ReportSend, ADryRunNeverSends) {
  Count("a.test", 3, 1, kNoon);
  line.report.dry_run = line.report.send = true;
  const Ran ran = Run(ReportCommand);
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_FALSE(std::filesystem::exists(queue));
}

TEST_F(ReportSend, WithoutASender) {
  contact = "";
  Configure(ca);
  for (const Ran& ran : {DryRun(), Send()}) {
    EXPECT_EQ(ran.code, 2) << ran;
    EXPECT_NE(ran.err.find("contact-info"), std::string::npos) << ran;
  }
}

TEST_F(ReportSend, FilesThatCantBeRead) {
  for (const auto make : {MakeFolder, MakeText}) {
    make(ledger);
    for (const Ran& ran : {DryRun(), Send()}) {
      EXPECT_EQ(ran.code, 75) << ran;
      EXPECT_NE(ran.err.find(ledger), std::string::npos) << ran;
    }
    std::filesystem::remove(ledger);
  }
  queue = dir / "none/reports.db";
  Configure(ca);
  const Ran ran = Send();
  EXPECT_EQ(ran.code, 75) << ran;
  EXPECT_NE(ran.err.find("[tlsrpt] queue: "), std::string::npos) << ran;
}

}  // namespace
}  // namespace tlswarden
