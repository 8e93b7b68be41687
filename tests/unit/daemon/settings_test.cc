#include "daemon/settings.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "daemon/config_file.h"

namespace tlswarden {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

ListenAddress Inet(const char* host, std::uint16_t port) {
  return {.family = ListenAddress::Family::kInet, .host = host, .port = port, .path = {}};
}

ListenAddress Unix(const char* path) { return {.host = {}, .path = path}; }

// The contract: what an empty file means.
TEST(Settings, Defaults) {
  Settings expected;
  expected.milter.socket = Unix("/run/tlswarden/milter.sock");
  expected.milter.socket_mode = 0660;
  expected.milter.messages = "/var/lib/tlswarden/messages.db";
  expected.socketmap = {{Inet("127.0.0.1", 8642)}, 0666};
  expected.log = {LogFacility::kMail, LogFormat::kText, LogLevel::kInfo};
  expected.resolver = {{}, TrustAd::kLoopback, seconds(5), 2};
  expected.mta_sts = {true, "", seconds(30), false};
  expected.dane = {true};
  expected.cache = {"/var/lib/tlswarden/policies.db", 100000};
  expected.probe = {ProbeMode::kNever, seconds(10), seconds(3600), {}, "", 120};
  expected.outbound = {Mode::kEnforce,
                       OnFailure::kDefer,
                       seconds(8),
                       false,
                       TlsRequiredNo::kHonour,
                       "",
                       "/var/lib/tlswarden/would.db"};
  expected.notify = {Inet("127.0.0.1", 25), ""};
  expected.inbound = {Mode::kObserve, TlsVersion::kTls12, OnFailure::kReject};
  expected.tlsrpt = {"/run/tlswarden/tlsrpt.sock",
                     0660,
                     "off",
                     "/var/lib/tlswarden/ledger.db",
                     hours(30 * 24),
                     "/var/lib/tlswarden/received.db",
                     false,
                     "",
                     "",
                     "",
                     SubmitBy::kSmtp,
                     Inet("127.0.0.1", 25),
                     hours(4),
                     "/var/lib/tlswarden/reports.db"};
  EXPECT_EQ(DefaultSettings(), expected);
}

TEST(Settings, EveryKey) {
  const Loaded loaded = ParseSettings(R"(
[milter]
socket = inet6:8891@::1
socket-mode = 0600
per-message = sendmail
local-domains = a.example *.b.example
local-domains = c.example
messages = sqlite:/tmp/m.db
[socketmap]
listen = unix:/run/x
listen = inet:192.0.2.1:1
socket-mode = 0640
[log]
facility = local7
format = json
level = debug
[resolver]
nameserver = 192.0.2.1
nameserver = [::1]:5353
trust-ad = no
timeout = 500ms
attempts = 3
[mta-sts]
enabled = no
ca-file = /etc/ca.pem
timeout = 1m
allow-private-addresses = yes
[dane]
enabled = no
[cache]
store =
memory-entries = 7
[probe]
mode = always
timeout = 3s
max-age = 10m
source-address = 192.0.2.7
source-address = 2001:db8::7
helo-name = Out.Example.com
per-minute = 5
[outbound]
mode = observe
on-failure = accept
deadline = 24s
all-or-none = yes
tls-required-no = ignore
notify = Admin@corp.example
would-log = sqlite:/tmp/w
remember-tls = require
learn = yes
[notify]
relay = inet:[::1]:2525
sender = warden@corp.example
[inbound]
mode = enforce
minimum-tls = none
on-failure = quarantine
[tlsrpt]
socket =
socket-mode = 0666
mail-log = /var/log/mail.log
ledger = sqlite:/tmp/l.db
keep = 90d
received = sqlite:/tmp/r.db
send = yes
organization-name = Example Inc.
contact-info = tls@corp.example
sender = reports@corp.example
submit = sendmail
relay = unix:/run/relay
spread = 10m
queue = sqlite:/tmp/q.db
)",
                                      "f");
  EXPECT_TRUE(loaded.errors.empty()) << loaded.errors.front();
  EXPECT_TRUE(loaded.warnings.empty());
  Settings expected;
  expected.milter.socket = ListenAddress{
      .family = ListenAddress::Family::kInet6, .host = "::1", .port = 8891, .path = {}};
  expected.milter.socket_mode = 0600;
  expected.milter.messages = "/tmp/m.db";
  expected.milter.per_message = PerMessage::kSendmail;
  for (const char* pattern : {"a.example", "*.b.example", "c.example"}) {
    expected.milter.local_domains.Add(ParseDomainPattern(pattern).value());
  }
  expected.socketmap = {{Unix("/run/x"), Inet("192.0.2.1", 1)}, 0640};
  expected.log = {LogFacility::kLocal7, LogFormat::kJson, LogLevel::kDebug};
  expected.resolver = {{{"192.0.2.1", 53}, {"::1", 5353}}, TrustAd::kNo, milliseconds(500), 3};
  expected.mta_sts = {false, "/etc/ca.pem", seconds(60), true};
  expected.dane = {false};
  expected.cache = {"", 7};
  expected.probe = {ProbeMode::kAlways,           seconds(3),        seconds(600),
                    {"192.0.2.7", "2001:db8::7"}, "out.example.com", 5};
  expected.outbound = {Mode::kObserve, OnFailure::kAccept,     seconds(24),
                       true,           TlsRequiredNo::kIgnore, "Admin@corp.example",
                       "/tmp/w",       RememberTls::kRequire,  true};
  expected.notify = {
      ListenAddress{
          .family = ListenAddress::Family::kInet6, .host = "::1", .port = 2525, .path = {}},
      "warden@corp.example"};
  expected.inbound = {Mode::kEnforce, TlsVersion::kNone, OnFailure::kQuarantine};
  expected.tlsrpt = {"",
                     0666,
                     "/var/log/mail.log",
                     "/tmp/l.db",
                     hours(90 * 24),
                     "/tmp/r.db",
                     true,
                     "Example Inc.",
                     "tls@corp.example",
                     "reports@corp.example",
                     SubmitBy::kSendmail,
                     Unix("/run/relay"),
                     milliseconds(600'000),
                     "/tmp/q.db"};
  EXPECT_EQ(loaded.settings, expected);
}

TEST(Settings, ReportsSayWhoMadeThem) {
  const std::string whole =
      "[tlsrpt]\nsend = yes\norganization-name = X\ncontact-info = a@b.example\n";
  EXPECT_TRUE(ParseSettings(whole, "f").errors.empty());
  EXPECT_EQ(ParseSettings("[tlsrpt]\nsend = yes\ncontact-info = a@b.example\n", "f").errors,
            std::vector<std::string>{"f:2: [tlsrpt] send = yes: needs [tlsrpt] organization-name"});
  EXPECT_EQ(ParseSettings("[tlsrpt]\nsend = yes\norganization-name = X\n", "f").errors,
            std::vector<std::string>{"f:2: [tlsrpt] send = yes: needs [tlsrpt] contact-info"});
  EXPECT_EQ(ParseSettings(whole + "ledger =\n", "f").errors,
            std::vector<std::string>{"f:2: [tlsrpt] send = yes: needs [tlsrpt] ledger"});
  EXPECT_EQ(ParseSettings("[tlsrpt]\nmail-log = mail.log\n", "f").errors,
            std::vector<std::string>{
                "f:2: [tlsrpt] mail-log = mail.log: must be off, journal, or the path of a file"});
}

template <typename Enum>
struct Word {
  const char* text;
  Enum value;
};

// A word's place in the table is its enumerator's value: this is where a swap would show.
template <typename Enum, std::size_t N>
void CheckWords(const char* section, const char* key, const Word<Enum> (&words)[N],
                Enum (*read)(const Settings&)) {
  for (const Word<Enum>& word : words) {
    SCOPED_TRACE(word.text);
    const std::string text =
        std::string("[") + section + "]\n" + key + " = " + std::string(word.text);
    const Loaded loaded = ParseSettings(text, "f");
    EXPECT_TRUE(loaded.errors.empty());
    EXPECT_EQ(read(loaded.settings), word.value);
  }
}

TEST(Settings, EveryWord) {
  CheckWords<LogFacility>("log", "facility",
                          {{"mail", LogFacility::kMail},
                           {"daemon", LogFacility::kDaemon},
                           {"local0", LogFacility::kLocal0},
                           {"local1", LogFacility::kLocal1},
                           {"local2", LogFacility::kLocal2},
                           {"local3", LogFacility::kLocal3},
                           {"local4", LogFacility::kLocal4},
                           {"local5", LogFacility::kLocal5},
                           {"local6", LogFacility::kLocal6},
                           {"local7", LogFacility::kLocal7},
                           {"stderr", LogFacility::kStderr}},
                          [](const Settings& s) { return s.log.facility; });
  CheckWords<ProbeMode>("probe", "mode",
                        {{"never", ProbeMode::kNever},
                         {"required", ProbeMode::kRequired},
                         {"always", ProbeMode::kAlways}},
                        [](const Settings& s) { return s.probe.mode; });
  CheckWords<LogFormat>("log", "format", {{"text", LogFormat::kText}, {"json", LogFormat::kJson}},
                        [](const Settings& s) { return s.log.format; });
  CheckWords<LogLevel>("log", "level",
                       {{"error", LogLevel::kError},
                        {"warning", LogLevel::kWarning},
                        {"info", LogLevel::kInfo},
                        {"debug", LogLevel::kDebug}},
                       [](const Settings& s) { return s.log.level; });
  CheckWords<TrustAd>(
      "resolver", "trust-ad",
      {{"loopback", TrustAd::kLoopback}, {"yes", TrustAd::kYes}, {"no", TrustAd::kNo}},
      [](const Settings& s) { return s.resolver.trust_ad; });
  CheckWords<Mode>("outbound", "mode",
                   {{"enforce", Mode::kEnforce}, {"observe", Mode::kObserve}, {"off", Mode::kOff}},
                   [](const Settings& s) { return s.outbound.mode; });
  CheckWords<OnFailure>("outbound", "on-failure",
                        {{"defer", OnFailure::kDefer},
                         {"reject", OnFailure::kReject},
                         {"accept", OnFailure::kAccept},
                         {"quarantine", OnFailure::kQuarantine}},
                        [](const Settings& s) { return s.outbound.on_failure; });
  CheckWords<OnFailure>("inbound", "on-failure",
                        {{"defer", OnFailure::kDefer},
                         {"reject", OnFailure::kReject},
                         {"accept", OnFailure::kAccept},
                         {"quarantine", OnFailure::kQuarantine}},
                        [](const Settings& s) { return s.inbound.on_failure; });
  CheckWords<Mode>("inbound", "mode",
                   {{"enforce", Mode::kEnforce}, {"observe", Mode::kObserve}, {"off", Mode::kOff}},
                   [](const Settings& s) { return s.inbound.mode; });
  CheckWords<TlsVersion>("inbound", "minimum-tls",
                         {{"none", TlsVersion::kNone},
                          {"1.0", TlsVersion::kTls10},
                          {"1.1", TlsVersion::kTls11},
                          {"1.2", TlsVersion::kTls12},
                          {"1.3", TlsVersion::kTls13}},
                         [](const Settings& s) { return s.inbound.minimum_tls; });
  CheckWords<PerMessage>("milter", "per-message",
                         {{"off", PerMessage::kOff},
                          {"postfix", PerMessage::kPostfix},
                          {"sendmail", PerMessage::kSendmail}},
                         [](const Settings& s) { return s.milter.per_message; });
  CheckWords<TlsRequiredNo>(
      "outbound", "tls-required-no",
      {{"honour", TlsRequiredNo::kHonour}, {"ignore", TlsRequiredNo::kIgnore}},
      [](const Settings& s) { return s.outbound.tls_required_no; });
}

TEST(Settings, DoorsMayBeClosed) {
  const Loaded loaded = ParseSettings("[milter]\nsocket =\n[socketmap]\nlisten =\n", "f");
  EXPECT_TRUE(loaded.errors.empty());
  EXPECT_FALSE(loaded.settings.milter.socket.has_value());
  EXPECT_TRUE(loaded.settings.socketmap.listen.empty());
}

TEST(Settings, DoorsMustDiffer) {
  const Loaded loaded = ParseSettings(
      "[socketmap]\nlisten = unix:/run/tlswarden/milter.sock\n[dane]\nenabled = no\n", "f");
  EXPECT_EQ(loaded.errors,
            std::vector<std::string>{"f:2: [socketmap] listen = unix:/run/tlswarden/milter.sock: "
                                     "[milter] socket and [socketmap] listen are the same"});
  EXPECT_FALSE(ParseSettings("[milter]\nsocket = inet:8642@localhost\n", "f").errors.empty());
}

TEST(Settings, ErrorsComeInTheFilesOrderWithItsName) {
  const Loaded loaded =
      ParseSettings("[rule.a]\nrequire = none\n[dane]\nenabled = x\n", "a/b.conf");
  EXPECT_EQ(loaded.errors,
            (std::vector<std::string>{
                "a/b.conf:1: [rule.a]: no matcher, such as recipient-domain: it would lift every "
                "domain's policy",
                "a/b.conf:4: [dane] enabled = x: must be yes or no"}));
}

TEST(Settings, OutputIsBounded) {
  std::string text;
  for (int i = 0; i < 30000; ++i) text += "[rule.r" + std::to_string(i) + "]\n";
  const Loaded loaded = ParseSettings(text, "f");
  EXPECT_EQ(loaded.errors.size(), kMaxConfigErrors + 2);
  EXPECT_EQ(loaded.errors.back(), "f: 29899 more of these");
  EXPECT_TRUE(ParseSettings(std::string(2 * kMaxConfigOctets, 'x'), "f")
                  .errors.front()
                  .starts_with("f: larger than 32 MiB"));
}

class SettingsFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/settings-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(SettingsFile, IsRead) {
  const std::string path = folder_ / "t.conf";
  std::ofstream(path) << "[dane]\nenabled = no\nx = y\n";
  const Loaded loaded = LoadSettings(path, false);
  EXPECT_FALSE(loaded.settings.dane.enabled);
  EXPECT_EQ(loaded.errors, std::vector<std::string>{path + ":3: [dane] x: unknown key"});
}

TEST_F(SettingsFile, Missing) {
  const std::string path = folder_ / "t.conf";
  EXPECT_EQ(LoadSettings(path, false).errors,
            std::vector<std::string>{path + ": No such file or directory"});
  const Loaded loaded = LoadSettings(path, true);
  EXPECT_TRUE(loaded.errors.empty());
  EXPECT_EQ(loaded.settings, DefaultSettings());
}

TEST_F(SettingsFile, NotAFile) {
  EXPECT_EQ(LoadSettings(folder_, true).errors,
            std::vector<std::string>{folder_.string() + ": Is a directory"});
  const std::string fifo = folder_ / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_TRUE(LoadSettings(fifo, true).errors.empty());  // empty, and no hanging
  EXPECT_EQ(
      LoadSettings("/dev/zero", true).errors,
      std::vector<std::string>{"/dev/zero: larger than 32 MiB; this is no configuration file"});
}

}  // namespace
}  // namespace tlswarden
