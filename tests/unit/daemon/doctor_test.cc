#include "daemon/doctor.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "daemon/listen.h"
#include "tests/unit/cache/build.h"

namespace tlswarden {
namespace {

// "RESULT check object" of each.
std::string Shown(const std::vector<Finding>& findings) {
  std::string shown;
  for (const Finding& finding : findings) {
    const std::string text = FindingText(finding);
    shown += text.substr(0, text.find(' ')) + ' ' + finding.check + ' ' + finding.object + '\n';
  }
  return shown;
}

TEST(Doctor, SocketsTakeConnectionsOrDoNot) {
  TempDir dir;
  Settings settings = DefaultSettings();
  ListenAddress served, gone;
  served.path = dir / "served";
  gone.path = dir / "gone";
  const Result<int> listening = Listen(served, 0600);
  ASSERT_TRUE(listening.ok()) << listening.error();
  settings.milter.socket = served;
  settings.socketmap.listen = {gone, served};
  EXPECT_EQ(Shown(CheckSockets(settings)), "ok milter unix:" + served.path +
                                               "\nbad socketmap unix:" + gone.path +
                                               "\nok socketmap unix:" + served.path + '\n');
  close(*listening);
  settings.milter.socket.reset();
  settings.socketmap.listen.clear();
  EXPECT_EQ(Shown(CheckSockets(settings)), "skipped milter \nskipped socketmap \n");
}

TEST(Doctor, ACaFileThatCannotBeReadIsBad) {
  Settings settings = DefaultSettings();
  settings.mta_sts.ca_file = "/nonexistent.pem";
  EXPECT_EQ(CheckCaStore(settings).result, Finding::Result::kBad);
  EXPECT_EQ(CheckCaStore(settings).text, "can't read the CA file /nonexistent.pem");
  EXPECT_FALSE(CheckCaStore(settings).to_do.empty());
}

TEST(Doctor, ASilentResolverIsBad) {
  Settings settings = DefaultSettings();
  settings.resolver.nameservers = {{"127.0.0.1", 1}, {"127.0.0.2", 1}};  // nobody's
  settings.resolver.timeout = std::chrono::milliseconds(50);
  EXPECT_EQ(Shown(CheckResolvers(settings)),
            "bad resolver 127.0.0.1:1\nbad resolver 127.0.0.2:1\n");
}

TEST(Doctor, MailsNothingWhereNoReportsAreSent) {
  TempDir dir;
  NoticeSink log;
  Settings settings = DefaultSettings();
  settings.tlsrpt.received = dir / "received.db";
  const Finding finding = CheckReportMail(settings, log, [](const std::string&) { FAIL(); });
  EXPECT_EQ(finding.result, Finding::Result::kSkipped);
  EXPECT_NE(access(settings.tlsrpt.received.c_str(), F_OK), 0) << "no file is made for nothing";
}

TEST(Doctor, SaysWhatTheRelayHasSaid) {
  TempDir dir;
  NoticeSink log;
  Settings settings = DefaultSettings();
  settings.tlsrpt.send = true;
  settings.tlsrpt.contact_info = "tls@corp.example";
  settings.tlsrpt.received = dir / "received.db";
  settings.tlsrpt.relay.family = ListenAddress::Family::kUnix;
  settings.tlsrpt.relay.host.clear();
  settings.tlsrpt.relay.path = dir / "gone";
  const Finding finding = CheckReportMail(settings, log, [](const std::string&) { FAIL(); });
  EXPECT_EQ(finding.result, Finding::Result::kUnknown);
  EXPECT_NE(finding.text.find("No such file"), std::string::npos) << finding.text;
  settings.tlsrpt.received = dir / "missing/received.db";
  EXPECT_NE(CheckReportMail(settings, log, [](const std::string&) { FAIL(); })
                .text.find("[tlsrpt] received: "),
            std::string::npos);
}

}  // namespace
}  // namespace tlswarden
