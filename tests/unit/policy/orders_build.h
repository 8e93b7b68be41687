// Short ways to ask the judge about rules, and to say what it answers.
#ifndef TLSWARDEN_TESTS_UNIT_POLICY_ORDERS_BUILD_H_
#define TLSWARDEN_TESTS_UNIT_POLICY_ORDERS_BUILD_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/unit/policy/enumerate.h"

namespace tlswarden {

// What a domain may publish, or be unable to say.
inline MxEvidence Hosts(Security security, HostDane dane) {
  return Mx(security, {Host("mx.a.test", dane)});
}

inline Evidence Plain() { return Seen("a.test", Hosts(Security::kInsecure, HostDane::kNone)); }

inline Evidence Dane() { return Seen("a.test", Hosts(Security::kSecure, HostDane::kUsable)); }

inline Evidence WithSts(std::string_view mode, std::string_view mx) {
  Evidence evidence = Plain();
  evidence.sts.learned = Learned(mode, {std::string(mx)});
  return evidence;
}

inline Evidence NoMx(Security security) { return Seen("a.test", Mx(security, {})); }

inline Rule Demanding(Requirement require, std::optional<OnFailure> on_failure = {}) {
  Rule rule;
  rule.name = "r";
  rule.outbound.require = require;
  rule.on_failure = on_failure;
  return rule;
}

inline Rule Pinned() {
  Rule rule = Demanding(Requirement::kPinned);
  rule.outbound.match = {ParseDomainPattern("mx.partner.test").value()};
  return rule;
}

inline Rule With(Rule rule, Mode mode) {
  rule.mode = mode;
  return rule;
}

inline Rule For(Rule rule, std::string_view mx_host) {
  rule.match.mx_host.Add(ParseDomainPattern(mx_host).value());
  return rule;
}

inline Outbound Orders(std::vector<Rule> rules, OnFailure on_failure = OnFailure::kDefer,
                       Mode mode = Mode::kEnforce) {
  return {mode, on_failure, Rules(std::move(rules))};
}

// "secure accept", with the rule's name.
inline std::string Said(const Verdict& verdict) {
  return std::string(ToString(verdict.level)) + ' ' + std::string(ToString(verdict.action)) + ' ' +
         verdict.rule;
}

inline std::string Said(const Evidence& evidence, const Outbound& orders,
                        const Envelope* envelope = nullptr) {
  Question question = Ask("a.test");
  question.envelope = envelope;
  return Said(Judge(question, evidence, orders, kNow));
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_POLICY_ORDERS_BUILD_H_
