#include "daemon/wiring.h"

#include <gtest/gtest.h>

#include "policy/judge.h"

namespace tlswarden {
namespace {

std::string RuleFor(const Orders& orders, std::string_view sender, std::string_view client) {
  Envelope envelope;
  envelope.sender = ParseMailAddress(sender);
  envelope.client.address = ParseIpAddress(client);
  Evidence evidence;
  evidence.next_hop = NextHop{ParseDomain("bank.test").value()};
  Question question{evidence.next_hop, evidence.next_hop.domain};
  question.envelope = &envelope;
  const RuleMatch match = orders.outbound.rules.Match(FactsOf(question, evidence), Time());
  return match.rule == nullptr ? "" : match.rule->name;
}

// RFC 8460 section 5.3: report mail goes out despite the failures that it tells of.
TEST(MakeOrders, ReportMailGoesBeforeAllRules) {
  Settings settings = DefaultSettings();
  Rule rule;
  rule.name = "all";
  rule.outbound.require = Requirement::kEncrypt;
  EXPECT_EQ(RuleFor(MakeOrders(settings, {rule}), "tls@corp.test", "127.0.0.1"), "all");
  settings.tlsrpt.contact_info = "tls@corp.test";
  EXPECT_EQ(RuleFor(MakeOrders(settings, {rule}), "tls@corp.test", "127.0.0.1"), kReportMailRule);
  EXPECT_EQ(RuleFor(MakeOrders(settings, {rule}), "tls@corp.test", "::1"), kReportMailRule);
  EXPECT_EQ(RuleFor(MakeOrders(settings, {rule}), "tls@corp.test", "192.0.2.1"), "all");
  EXPECT_EQ(RuleFor(MakeOrders(settings, {rule}), "boss@corp.test", "127.0.0.1"), "all");
  settings.tlsrpt.sender = "reports@corp.test";
  EXPECT_EQ(RuleFor(MakeOrders(settings, {rule}), "reports@corp.test", "127.0.0.1"),
            kReportMailRule);
  EXPECT_EQ(RuleFor(MakeOrders(settings, {rule}), "tls@corp.test", "127.0.0.1"), "all");
}

}  // namespace
}  // namespace tlswarden
