// The whole of it on loopback: a name server, the relay and a web server.
#include "daemon/report_sending.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "tests/unit/daemon/sending_world.h"
#include "tests/unit/report/smtp_server.h"
#include "tests/unit/resolver/dns_responder.h"
#include "tests/unit/resolver/tls_server.h"

namespace tlswarden {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using When = ReportSending::When;

// Its loop runs in a thread of its own, while servers that tests add are made.
class ReportSendingTest : public SendingWorld {
 protected:
  ReportSendingTest()
      : dns_(io_, [this](const DnsQuestion& question) { return Answer(question); }),
        thread_([this] { io_.run(); }) {
    settings.resolver.nameservers = {*ParseNameServer(dns_.address())};
    ca_.Save(dir / "ca.pem");
    settings.mta_sts.ca_file = dir / "ca.pem";
    settings.mta_sts.allow_private_addresses = true;
  }
  ~ReportSendingTest() override { EndServers(); }

  // After that what the servers have heard may be looked at.
  void EndServers() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }
  std::unique_ptr<TlsServer> WebServer(const std::string& response) {
    std::promise<std::unique_ptr<TlsServer>> made;
    boost::asio::post(io_, [&] {
      const Certificate leaf = MakeCertificate({.alternative_names = "DNS:r.a.test"}, &ca_);
      made.set_value(std::make_unique<TlsServer>(io_, leaf, TlsServer::Script{response}));
    });
    return made.get_future().get();
  }
  void RelayTo(const SmtpServer& server) {
    settings.tlsrpt.relay =
        *ParseListenAddress("inet:127.0.0.1:" + std::to_string(server.relay().port));
  }
  std::unique_ptr<ReportSending> Make(When when) {
    auto made = ReportSending::Make(settings, when, log, [this] { return now; });
    if (!made) throw std::runtime_error(made.error());
    return std::move(made).value();
  }
  std::string ErrorOf(When when) {
    const auto made = ReportSending::Make(settings, when, log, [this] { return now; });
    return made ? "" : made.error();
  }
  // Returns when so many have come, or a test has failed.
  void WaitForNotices(std::size_t count) {
    for (int i = 0; i < 3000 && log.notices().size() < count; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  // Name and content of all files.
  std::map<std::string, std::string> Files() {
    std::map<std::string, std::string> files;
    for (const auto& file : std::filesystem::directory_iterator(dir / "")) {
      std::ifstream content(file.path(), std::ios::binary);
      files[file.path().filename()] = {std::istreambuf_iterator<char>(content), {}};
    }
    return files;
  }

 private:
  std::optional<DnsBuilder> Answer(const DnsQuestion& question) {
    std::string name;
    std::size_t at = 12;
    for (; question.wire.at(at) != 0; at += question.wire[at] + std::size_t{1}) {
      if (!name.empty()) name += '.';
      name.append(question.wire.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                  question.wire.begin() + static_cast<std::ptrdiff_t>(at) + 1 + question.wire[at]);
    }
    const auto type = static_cast<RrType>(question.wire.at(at + 2));
    DnsBuilder reply(name, type);
    const std::lock_guard lock(records_mutex);
    const auto record = records.find(name);
    if (type == RrType::kTxt && record != records.end()) {
      reply.Answer(name, type, 300, TxtWire({record->second}));
    }
    if (type == RrType::kA) reply.Answer(name, type, 300, Wire{127, 0, 0, 1});
    return reply;
  }

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  Certificate ca_ = MakeCertificate({.common_name = "Test CA"}, nullptr);
  DnsResponder dns_;
  std::thread thread_;
};

TEST_F(ReportSendingTest, TheDaemonsThreadSendsByMailAndHttps) {
  Count("a.test", 3, 1);
  SmtpServer relay({});
  RelayTo(relay);
  const auto web = WebServer("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  Publish("a.test", "mailto:tls@a.test,https://r.a.test:" + std::to_string(web->port()) + "/v1");
  now = kNextDay + hours(5);
  {
    const auto sending = Make(When::kSpread);
    sending->sender().Start();
    WaitForNotices(2);  // the second try is made a second after the first
  }
  EndServers();
  ASSERT_EQ(log.notices().size(), 2u);
  for (const Notice& notice : log.notices()) {
    EXPECT_NE(notice.text.find("report sent: domain=a.test"), std::string::npos) << notice.text;
    EXPECT_EQ(notice.text.find("certificate"), std::string::npos)
        << "its CA is ours: " << notice.text;
  }
  const std::vector<std::string>& heard = relay.heard();
  ASSERT_GE(heard.size(), 3u);
  EXPECT_EQ(heard[1], "MAIL FROM:<tls@corp.test>");
  EXPECT_EQ(heard[2], "RCPT TO:<tls@a.test>");
  EXPECT_NE(relay.data().find("TLS-Required: No\r\n"), std::string::npos);
  const std::string& request = web->request();
  EXPECT_EQ(web->server_name(), "r.a.test");
  EXPECT_NE(request.find("User-Agent: tlswarden/" TLSWARDEN_VERSION "\r\n"), std::string::npos);
  EXPECT_EQ(Said(request.substr(request.find("\r\n\r\n") + 4)), "a.test 3/1");
}

TEST_F(ReportSendingTest, TheCommandSendsWhatIsDueAtOnceAndOnce) {
  Count("a.test", 1);
  Publish("a.test", "mailto:tls@a.test");
  SmtpServer relay({});
  RelayTo(relay);
  EXPECT_EQ(*Make(When::kNow)->sender().SendDue(), (SendCounts{1, 0, 0}));
  EXPECT_EQ(*Make(When::kNow)->sender().SendDue(), SendCounts());
  EXPECT_EQ(relay.heard().back(), "QUIT");
}

TEST_F(ReportSendingTest, ARelayThatIsDownIsTriedAgain) {
  Count("a.test", 1);
  Publish("a.test", "mailto:tls@a.test");
  settings.tlsrpt.relay = *ParseListenAddress("unix:" + (dir / "no-such-socket"));
  now = kNextDay + hours(5);
  {
    const auto sending = Make(When::kSpread);
    sending->sender().Start();
    WaitForNotices(1);
  }
  ASSERT_FALSE(log.notices().empty());
  EXPECT_NE(log.notices()[0].text.find("report not sent yet"), std::string::npos);
}

// `report --dry-run`, mostly by root before the daemon's first start: what it would make would be
// root's, and the daemon couldn't write it.
TEST_F(ReportSendingTest, APreviewMakesNoFile) {
  Count("a.test", 3, 1);
  Publish("a.test", "mailto:tls@a.test");
  const auto before = Files();
  const auto previews = Make(When::kPreview)->sender().Preview(10);
  ASSERT_TRUE(previews.ok()) << previews.error();
  ASSERT_EQ(previews->size(), 1u);
  EXPECT_EQ((*previews)[0].record.destinations.size(), 1u);
  EXPECT_TRUE(Files() == before);
}

TEST_F(ReportSendingTest, APreviewOfAQueueLeavesItAsItIs) {
  Count("a.test", 1);
  Publish("a.test", "mailto:tls@a.test");
  smtp = [](const SmtpMail&) {
    return SmtpOutcome{SmtpOutcome::Status::kTemporary, "450 busy", {"tls@a.test: 450 busy"}};
  };
  EXPECT_EQ(Send(), (SendCounts{0, 1, 0}));
  Count("b.test", 1);
  Publish("b.test", "mailto:tls@b.test");
  const auto before = Files();
  for (const Time then : {now + hours(1), now - hours(24 * 400), now + hours(24 * 400)}) {
    now = then;
    const auto sending = Make(When::kPreview);
    ASSERT_TRUE(sending->sender().Preview(10).ok());
    ASSERT_TRUE(sending->sender().PreviewTargets(10).ok());
    EXPECT_TRUE(Files() == before) << ToString(then);
  }
  now = kNextDay + hours(1);
  const auto sending = Make(When::kPreview);
  const auto previews = sending->sender().Preview(10);
  ASSERT_EQ(previews->size(), 1u);
  EXPECT_EQ((*previews)[0].domain, "b.test");
  const auto waiting = sending->sender().PreviewTargets(10);
  ASSERT_EQ(waiting->size(), 1u);
  EXPECT_EQ((*waiting)[0].target.last_error, "450 busy");
}

TEST_F(ReportSendingTest, WhatCantBeOpenedIsNamed) {
  settings.mta_sts.ca_file = dir / "none.pem";
  EXPECT_NE(ErrorOf(When::kNow).find("[mta-sts] ca-file: "), std::string::npos)
      << ErrorOf(When::kNow);
  settings.tlsrpt.queue = dir / "no-folder/reports.db";
  EXPECT_NE(ErrorOf(When::kNow).find("[tlsrpt] queue: "), std::string::npos) << ErrorOf(When::kNow);
  std::ofstream(dir / "text") << std::string(5000, 'x');
  settings.tlsrpt.queue = dir / "text";
  settings.mta_sts.ca_file = dir / "ca.pem";
  const auto preview = Make(When::kPreview)->sender().Preview(10);
  EXPECT_FALSE(preview.ok()) << "a preview moves no damaged file aside";
  EXPECT_TRUE(Files().contains("text"));
}

}  // namespace
}  // namespace tlswarden
