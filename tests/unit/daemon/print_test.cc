#include "daemon/print.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "daemon/options.h"

namespace tlswarden {
namespace {

std::filesystem::path SourceFile(const char* name) {
#ifdef TLSWARDEN_SOURCE_DIR
  return std::filesystem::path(TLSWARDEN_SOURCE_DIR) / name;
#else
  const std::filesystem::path here = __FILE__;  // tests/unit/daemon/print_test.cc
  return here.parent_path().parent_path().parent_path().parent_path() / name;
#endif
}

// With TLSWARDEN_WRITE_GENERATED in the environment the file is written instead of compared.
void CheckGenerated(const char* name, const std::string& expected) {
  const std::filesystem::path path = SourceFile(name);
  if (std::getenv("TLSWARDEN_WRITE_GENERATED") != nullptr) {
    std::ofstream(path, std::ios::binary) << expected;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  const std::string found((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(found, expected) << path << " is made from the option table. To make it anew:\n"
                             << "TLSWARDEN_WRITE_GENERATED=1 ctest -R Generated";
}

TEST(Generated, SampleFile) { CheckGenerated("contrib/tlswarden.conf", PrintSample()); }

TEST(Generated, ManPage) { CheckGenerated("doc/tlswarden.conf.5", PrintManPage()); }

void ExpectRoundTrip(std::string_view text) {
  const Surroundings surroundings{
      [](const std::string& path) {
        return FileText{path.starts_with("/networks") ? "::1\n" : "a.example\n", 0};
      },
      {}};
  Loaded loaded = ParseSettings(text, "f", surroundings);
  ASSERT_TRUE(loaded.errors.empty()) << loaded.errors.front();
  const std::string printed = PrintEffective(loaded.settings);
  Loaded again = ParseSettings(printed, "printed", surroundings);
  ASSERT_TRUE(again.errors.empty()) << again.errors.front();
  for (Rule& rule : loaded.settings.rules) rule.line = 0;
  for (Rule& rule : again.settings.rules) rule.line = 0;
  EXPECT_EQ(again.settings, loaded.settings) << printed;
  EXPECT_EQ(PrintEffective(again.settings), printed);
}

TEST(Print, EffectiveReadsBackTheSame) {
  ExpectRoundTrip("");
  ExpectRoundTrip("[milter]\nsocket =\n[socketmap]\nlisten =\n[cache]\nstore =\n");
  ExpectRoundTrip(R"(
[milter]
socket = inet6:8891@::1
socket-mode = 0
[socketmap]
listen = unix:/run/a b#c
listen = inet:[::1]:1
[log]
facility = stderr
format = json
level = error
[resolver]
nameserver = ::1
nameserver = 192.0.2.1:5353
trust-ad = yes
timeout = 1500ms
attempts = 10
[mta-sts]
enabled = no
ca-file = /etc/ca#1.pem
timeout = 5m
allow-private-addresses = yes
[dane]
enabled = no
[cache]
store = sqlite:/tmp/x = y.db
memory-entries = 1
[outbound]
mode = off
on-failure = reject
deadline = 24s
notify = admin@corp.example
would-log =
[notify]
relay = unix:/run/smtp
sender = warden@corp.example
[rule.b]
recipient-domain = b.example *.b.example
require = published
[rule.a]
recipient-domain = müller.example
require = none
on-failure = accept
notify = partners@corp.example
)");
}

TEST(Print, RulesReadBackTheSame) {
  ExpectRoundTrip(R"(
[milter]
per-message = postfix
local-domains = here.example *.here.example
[outbound]
all-or-none = yes
tls-required-no = ignore
[inbound]
minimum-tls = none
[rule.all]
recipient-domain = b.example @/a/list#1 c.example/*
recipient = A@b.example @/another @/a/list#1
sender-domain = @/a/list#1
sender = <> ,#x@y.example
next-hop = [relay.example]:587 a.example:25 [a.example] a.example
mx-host = *.mx.example
transport = ,#a relay*
client-address = 192.0.2.0/24, ::1
client-name = @/names
authenticated = YES no Bob
listener = submission 25
header = X: *[secure]*
header = X:#1
require = encrypt
minimum-tls = 1.2
ciphers = medium
on-failure = route:smtp:[gw.example]:10025
mode = observe
reply = {reason}, see {info-url}
info-url = https://www.example/#tls
until = 2027-06-30
notify = a#b@c.example
[rule.pins]
recipient-domain = a.example
require = pinned
match = mx.a.example *.a.example
[rule.prints]
require = pinned
fingerprint = abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789
[rule.in]
minimum-tls = 1.1
direction = inbound
minimum-bits = 112
deny-cipher = *RC4* ,#
client-certificate = trusted
certificate-subject = Bank, AG # but no more
certificate-issuer = *
[rule.exception]
direction = inbound
client-address = @/networks.of.example
minimum-tls = none
)");
}

TEST(Print, EffectiveShowsEveryKeyInForce) {
  const std::string printed = "\n" + PrintEffective(DefaultSettings());
  for (const Option& option : Options()) {
    if (option.section == "rule") continue;
    if (option.availability == Availability::kReserved) continue;
    EXPECT_NE(printed.find("\n" + std::string(option.key) + " ="), std::string::npos) << option.key;
  }
  EXPECT_NE(printed.find("\nsocket-mode = 0660\n"), std::string::npos);
  EXPECT_NE(printed.find("\nstore = sqlite:/var/lib/tlswarden/policies.db\n"), std::string::npos);
  EXPECT_EQ(printed.find("metrics"), std::string::npos);
}

TEST(Print, SampleMeansTheDefaults) {
  const std::string sample = PrintSample();
  EXPECT_EQ(ParseSettings(sample, "f").settings, DefaultSettings());
  EXPECT_TRUE(ParseSettings(sample, "f").errors.empty());

  // With the # in front of the keys removed it still does, but for the rule that it shows.
  std::string keys;
  for (std::size_t at = 0; at < sample.size(); ++at) {
    const bool begins_line = at == 0 || sample[at - 1] == '\n';
    const bool key = begins_line && sample[at] == '#' && sample[at + 1] != ' ';
    if (!key || sample[at + 1] == '\n') keys += sample[at];
  }
  Loaded loaded = ParseSettings(keys, "f");
  EXPECT_TRUE(loaded.errors.empty()) << loaded.errors.front();
  EXPECT_TRUE(loaded.warnings.empty());
  EXPECT_EQ(loaded.settings.rules.size(), 1U);
  loaded.settings.rules.clear();
  EXPECT_EQ(loaded.settings, DefaultSettings());
}

TEST(Print, SampleFitsTheScreen) {
  const std::string sample = PrintSample();
  for (std::size_t at = 0; at < sample.size();) {
    const std::size_t end = sample.find('\n', at);
    EXPECT_LE(end - at, 80U) << sample.substr(at, end - at);
    at = end + 1;
  }
}

TEST(Print, HelpNamesEveryKeyInForce) {
  const std::string help = PrintHelp();
  EXPECT_NE(help.find("  [milter] socket = unix:/run/tlswarden/milter.sock\n"), std::string::npos);
  EXPECT_NE(help.find("  [rule.NAME] require\n"), std::string::npos);
  EXPECT_EQ(help.find("metrics"), std::string::npos);
}

}  // namespace
}  // namespace tlswarden
