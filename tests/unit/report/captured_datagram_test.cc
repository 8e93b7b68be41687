// What a real Postfix 3.12 sent, against what it did: tests/data/.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "report/datagram.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using Outcome = TlsEvent::Outcome;

std::vector<std::string> Lines(const std::string& name) {
  std::ifstream file(std::string(TLSWARDEN_SOURCE_DIR) + "/tests/data/" + name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// What Postfix did in one scenario, as tests/data/postfix312-outcomes.tsv has it.
struct Scenario {
  std::vector<std::string> datagrams;  // "203/1", "205:tls-handshake-failure/1", "-/0"
  std::string level;                   // of the delivery: "dane-only", "secure", "may"
};

std::map<std::string, Scenario> Scenarios() {
  std::map<std::string, Scenario> scenarios;
  for (const std::string& line : Lines("postfix312-outcomes.tsv")) {
    const std::vector<std::string> columns = Split(line, '\t');
    const std::size_t begin = columns.at(4).find("[tls=");
    std::string level = begin == std::string::npos ? "" : columns[4].substr(begin + 5);
    if (level.starts_with('!')) level.erase(0, 1);
    level = level.substr(0, level.find_first_of("]?:/"));
    scenarios[columns[0]] = {Split(columns[2], ' '), level};
  }
  return scenarios;
}

std::string ScenarioOf(std::string domain) {
  if (domain.starts_with("mx.")) domain.erase(0, 3);  // a bracketed next hop
  return domain.substr(0, domain.rfind(".test"));
}

// As the table of outcomes writes what was sent.
std::string InTheTablesWords(const TlsEvent& event) {
  static const std::map<std::string, std::string> kCodes{{"starttls-not-supported", "201"},
                                                         {"certificate-host-mismatch", "202"},
                                                         {"certificate-not-trusted", "203"},
                                                         {"certificate-expired", "204"},
                                                         {"validation-failure", "205"},
                                                         {"sts-policy-fetch-error", "301"},
                                                         {"sts-policy-invalid", "302"},
                                                         {"sts-webpki-invalid", "303"},
                                                         {"tlsa-invalid", "304"}};
  std::string words = "-";
  if (!event.details.empty()) {
    words = kCodes.at(event.details[0].result_type);
    const std::string& reason = event.details[0].failure_reason_code;
    if (!reason.empty()) words += ':' + reason;
  }
  return words + (event.outcome == Outcome::kSuccess ? "/0" : "/1");
}

// The scenarios whose level doesn't tell the policy: a policy map that gave no MTA-STS attributes
// at level secure, and one that gave them at level may.
std::string TypeOf(const std::string& name, const std::string& level) {
  static const std::set<std::string> kWithoutAttributes{"sts-noattr", "sts-noattr-name",
                                                        "none-npf-secure", "none-secure-name"};
  static const std::set<std::string> kStsAtMay{"sts-may", "pf-may", "pf-may-selfcert",
                                               "dane-stsattr-none"};
  if (level.starts_with("dane")) return "tlsa";
  const bool is_sts =
      level == "secure" ? !kWithoutAttributes.contains(name) : kStsAtMay.contains(name);
  return is_sts ? "sts" : "no-policy-found";
}

TlsEvent OnlyEvent(std::string_view datagram) {
  const Result<std::vector<TlsEvent>> events = ParseDatagram(datagram, kNow);
  EXPECT_TRUE(events.ok()) << events.error();
  if (!events || events->size() != 1) return {};
  return events->front();
}

TEST(CapturedDatagramTest, ReadsWhatPostfixSentAsItsOutcomesTell) {
  const std::map<std::string, Scenario> scenarios = Scenarios();
  const std::vector<std::string> datagrams = Lines("tlsrpt-datagrams.jsonl");
  ASSERT_EQ(datagrams.size(), 66u);
  std::map<std::string, std::size_t> seen;
  for (const std::string& datagram : datagrams) {
    SCOPED_TRACE(datagram.substr(0, 100));
    const TlsEvent event = OnlyEvent(datagram);
    const std::string name = ScenarioOf(event.domain);
    ASSERT_TRUE(scenarios.contains(name)) << name;
    const Scenario& scenario = scenarios.at(name);
    const auto& sent = scenario.datagrams;
    EXPECT_NE(std::find(sent.begin(), sent.end(), InTheTablesWords(event)), sent.end())
        << InTheTablesWords(event);
    EXPECT_LE(++seen[name], sent.size());
    EXPECT_EQ(event.at, kNow);
    EXPECT_EQ(event.source, EventSource::kDatagram);
    EXPECT_EQ(event.policy.type, TypeOf(name, scenario.level));
    EXPECT_TRUE(event.tlsrpt_record.starts_with("v=TLSRPTv1"));
    EXPECT_EQ(event.policy.strings.empty(), event.policy.type == "no-policy-found");
    EXPECT_EQ(event.policy.mx_hosts.empty(), event.policy.type != "sts");
  }
}

// RFC 8460 section 4.4: the policy domain is the TLSA base domain, or the one of the policy.
TEST(CapturedDatagramTest, NamesOfCapturedDatagrams) {
  static const std::set<std::string> kServers{"mx.ee.test",    "mx.good.test", "mx.name.test",
                                              "mx.ta.test",    "mx.self.test", "mx.alien.test",
                                              "mx.plain.test", "odd.example",  "odd"};
  for (const std::string& datagram : Lines("tlsrpt-datagrams.jsonl")) {
    SCOPED_TRACE(datagram.substr(0, 100));
    const TlsEvent event = OnlyEvent(datagram);
    if (event.policy.type == "tlsa") {
      EXPECT_TRUE(event.policy.domain.ends_with("." + event.domain));
    } else {
      EXPECT_EQ(event.policy.domain,
                event.domain == "mx.br-policy.test" ? "br-policy.test" : event.domain);
    }
    for (const FailureDetail& detail : event.details) {
      EXPECT_TRUE(detail.receiving_mx_hostname.ends_with(ScenarioOf(event.domain) + ".test"));
      EXPECT_EQ(detail.sending_mta_ip, "127.0.0.1");
      EXPECT_TRUE(detail.receiving_ip.starts_with("127.0.1."));
      EXPECT_TRUE(kServers.contains(detail.receiving_mx_helo)) << detail.receiving_mx_helo;
      EXPECT_EQ(detail.sessions, 1);
    }
  }
}

// What a captured success says of the session: at level may nobody looked at the certificate.
TEST(CapturedDatagramTest, HowFarTlsCameInCapturedDatagrams) {
  const std::map<std::string, Scenario> scenarios = Scenarios();
  for (const std::string& datagram : Lines("tlsrpt-datagrams.jsonl")) {
    const TlsEvent event = OnlyEvent(datagram);
    const std::string name = ScenarioOf(event.domain);
    SCOPED_TRACE(name);
    if (event.outcome == Outcome::kFailure) {
      EXPECT_EQ(event.reached, TlsReached::kUnknown);
      continue;
    }
    ASSERT_EQ(event.outcome, Outcome::kSuccess);
    const std::string& level = scenarios.at(name).level;
    const bool was_authenticated = level == "secure" || level.starts_with("dane");
    // A map that answers may for an enforced policy: the datagram doesn't show it.
    const bool looks_enforced = event.policy.type == "sts" && name != "sts-may";
    const bool is_known = event.policy.type != "no-policy-found" && was_authenticated;
    EXPECT_EQ(event.reached,
              is_known || looks_enforced ? TlsReached::kAuthenticated : TlsReached::kEncrypted);
  }
}

}  // namespace
}  // namespace tlswarden
