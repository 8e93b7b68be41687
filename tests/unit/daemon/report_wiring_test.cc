#include "daemon/report_wiring.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>

#include "tests/unit/daemon/feed_world.h"

namespace tlswarden {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

// What an MTA sends of one good session.
std::string Datagram(const std::string& domain) {
  return R"({"dpv": "1","d": ")" + domain + R"(","pr": "v=TLSRPTv1; rua=mailto:tls@)" + domain +
         R"(","policies":[{"policy-type":1,"policy-domain": "mx.)" + domain +
         R"(","policy-string":["3 1 1 FA49BB261CA934BB535395B1140C742183277DF60695A1530B08B929D1732)" +
         R"(04D"],"t":0,"f":0}]})";
}

class ReportWiring : public FeedWorld {
 protected:
  ReportWiring() {
    settings.tlsrpt.ledger = files.dir / "ledger.db";
    settings.tlsrpt.queue = files.dir / "reports.db";
    settings.tlsrpt.socket = "";
    settings.resolver.nameservers = {*ParseNameServer("127.0.0.1:1")};  // nobody
    settings.tlsrpt.organization_name = "Corp Inc.";
    settings.tlsrpt.contact_info = "tls@corp.test";
  }

  ReportParts Open() {
    ledger = MakeLedger(settings, log, clock);
    return OpenReportParts(
        {settings, log, resolver, orders,
         [this](TlsEvent event) { bell.Ring([&] { events.push_back(std::move(event)); }); },
         ledger.get(), clock});
  }
  void SendDatagram(const std::string& text) {
    const int out = socket(AF_UNIX, SOCK_DGRAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    settings.tlsrpt.socket.copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(sendto(out, text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&address),
                     sizeof(address)),
              static_cast<ssize_t>(text.size()));
    close(out);
  }
  std::string Warnings() const {
    std::string text;
    for (const Notice& notice : log.notices()) text += notice.text + '\n';
    return text;
  }
  std::size_t CountOf(const std::string& domain, Time when) const {
    Result<LedgerReader> opened = LedgerReader::Open(settings.tlsrpt.ledger);
    if (!opened) return 0;
    LedgerReader reader = std::move(opened).value();
    return reader.Tallies(DayOf(when), domain)->size();
  }

  NoticeSink log;
  Settings settings = DefaultSettings();
  std::atomic<Time> now{WallClock()};
  const std::function<Time()> clock = [this] { return now.load(); };
  std::unique_ptr<Ledger> ledger;
};

TEST_F(ReportWiring, WithoutALedgerNothingIsOpened) {
  settings.tlsrpt.ledger = "";
  settings.tlsrpt.socket = files.dir / "tlsrpt.sock";
  settings.tlsrpt.mail_log = files.log;
  settings.tlsrpt.send = true;
  const ReportParts parts = Open();
  EXPECT_EQ(ledger, nullptr);
  EXPECT_EQ(parts.collector, nullptr);
  EXPECT_EQ(parts.mail_log, nullptr);
  EXPECT_EQ(parts.sending, nullptr);
  EXPECT_FALSE(std::filesystem::exists(settings.tlsrpt.socket));
}

TEST_F(ReportWiring, EachPartHasItsSetting) {
  for (const int wish : {0, 1, 2, 4, 7}) {
    settings.tlsrpt.socket = (wish & 1) != 0 ? files.dir / "tlsrpt.sock" : "";
    settings.tlsrpt.mail_log = (wish & 2) != 0 ? files.log : "off";
    settings.tlsrpt.send = (wish & 4) != 0;
    const ReportParts parts = Open();
    EXPECT_EQ(parts.collector != nullptr, (wish & 1) != 0) << wish;
    EXPECT_EQ(parts.mail_log != nullptr, (wish & 2) != 0) << wish;
    EXPECT_EQ(parts.sending != nullptr, (wish & 4) != 0) << wish;
    EXPECT_EQ(Warnings(), "") << wish;
  }
}

TEST_F(ReportWiring, TheSocketHasItsMode) {
  settings.tlsrpt.socket = files.dir / "tlsrpt.sock";
  settings.tlsrpt.socket_mode = 0622;
  const ReportParts parts = Open();
  struct stat status {};
  ASSERT_EQ(stat(settings.tlsrpt.socket.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0622u);
}

TEST_F(ReportWiring, ADatagramIsAnEvent) {
  settings.tlsrpt.socket = files.dir / "tlsrpt.sock";
  ReportParts parts = Open();
  SendDatagram("{");
  SendDatagram(Datagram("told.test"));
  parts.StopSources();
  EXPECT_EQ(Said(), "1 told.test success tlsa\n");
  EXPECT_EQ(events.at(0).at, now.load());
  EXPECT_NE(Warnings().find("[tlsrpt] socket: "), std::string::npos) << Warnings();
}

// A Postfix that tells by datagrams also writes its log.
TEST_F(ReportWiring, WhatDatagramsTellOfTheLogDoesntCount) {
  settings.tlsrpt.socket = files.dir / "tlsrpt.sock";
  settings.tlsrpt.mail_log = files.log;
  resolver.Know(WithDane("told.test"));
  resolver.Know(WithDane("other.test"));
  ReportParts parts = Open();
  SendDatagram(Datagram("told.test"));
  WaitForEvents(1);
  files.Write(SessionLines(at, 2, "told.test") + SessionLines(at, 3, "other.test"));
  Settle();
  EXPECT_EQ(Said(),
            "1 other.test success tlsa\n1 told.test success tlsa\n1 told.test uncounted tlsa\n");
  // An MTA that tells no more is read from its log again.
  now = now.load() + hours(25);
  files.Write(SessionLines(at, 4, "told.test"));
  Settle();
  EXPECT_EQ(Said(),
            "1 other.test success tlsa\n2 told.test success tlsa\n1 told.test uncounted tlsa\n");
  parts.StopSources();
}

TEST_F(ReportWiring, TheLogsPlaceIsSavedBesideTheLedger) {
  settings.tlsrpt.mail_log = files.log;
  ReportParts parts = Open();
  parts.StopSources();
  EXPECT_TRUE(std::filesystem::exists(files.dir / "mail-log.state"));
}

// Mail goes on, and somebody is told.
TEST_F(ReportWiring, WhatCantBeOpenedIsAWarning) {
  settings.tlsrpt.socket = files.dir / "no-folder/tlsrpt.sock";
  settings.tlsrpt.mail_log = files.dir / "..";
  settings.tlsrpt.send = true;
  settings.tlsrpt.queue = files.dir / "no-folder/reports.db";
  const ReportParts parts = Open();
  EXPECT_EQ(parts.collector, nullptr);
  EXPECT_EQ(parts.mail_log, nullptr);
  EXPECT_EQ(parts.sending, nullptr);
  const std::vector<Notice> notices = log.notices();
  ASSERT_EQ(notices.size(), 3u);
  EXPECT_NE(notices[0].text.find("no MTA can tell"), std::string::npos) << notices[0].text;
  EXPECT_NE(notices[1].text.find("[tlsrpt] mail-log: "), std::string::npos) << notices[1].text;
  EXPECT_NE(notices[2].text.find("[tlsrpt] queue: "), std::string::npos) << notices[2].text;
  for (const Notice& notice : notices) EXPECT_EQ(notice.level, Notice::Level::kWarning);
}

TEST_F(ReportWiring, EventsTeachAndAreCounted) {
  NoticeSink records;
  AlarmSink alarms(records, clock, [](const Alarm&) {});
  Lessons lessons(settings.tlsrpt.ledger, orders, alarms, clock);
  EXPECT_FALSE(MakeEventSink(lessons, nullptr)) << "without a ledger nobody learns";
  ledger = MakeLedger(settings, log, clock);
  const EventSink sink = MakeEventSink(lessons, ledger.get());
  TlsEvent event;
  event.at = now;
  event.domain = "a.test";
  event.policy = {"sts", {"version: STSv1"}, "a.test", {"mx.a.test"}};
  event.outcome = TlsEvent::Outcome::kFailure;
  event.details = {{"certificate-expired", "", "mx.a.test", "", "192.0.2.1", "", "", 1}};
  sink(event);
  ledger->Flush();
  EXPECT_EQ(CountOf("a.test", now), 1u);
  EXPECT_EQ(lessons.HostsOf(Name("a.test"), now).size(), 1u);
}

TEST_F(ReportWiring, TheLedgerKeepsItsDays) {
  const Time begun = now;
  for (const auto& [keep, left] : {std::pair(days(3), 0u), std::pair(days(30), 1u)}) {
    settings.tlsrpt.ledger = files.dir / (std::to_string(keep.count()) + ".db");
    settings.tlsrpt.keep = keep;
    now = begun;
    const std::unique_ptr<Ledger> kept = MakeLedger(settings, log, clock);
    for (int day = 0; day < 8; ++day, now = now.load() + days(1)) {
      TlsEvent event;
      event.at = now;
      event.domain = "a.test";
      event.policy.type = "no-policy-found";
      event.policy.domain = "a.test";
      kept->Add(event);
      kept->Flush();
    }
    EXPECT_EQ(CountOf("a.test", begun), left) << keep.count();
    EXPECT_EQ(CountOf("a.test", begun + days(7)), 1u);
  }
}

TEST_F(ReportWiring, ALedgerThatCantBeWrittenIsAWarning) {
  settings.tlsrpt.ledger = files.dir / "no-folder/ledger.db";
  ledger = MakeLedger(settings, log, clock);
  TlsEvent event;
  event.domain = "a.test";
  event.at = now;
  ledger->Add(event);
  ledger->Flush();
  EXPECT_NE(Warnings().find("[tlsrpt] ledger: "), std::string::npos) << Warnings();
}

}  // namespace
}  // namespace tlswarden
