#include "daemon/record_lines.h"

#include <array>
#include <cstdio>
#include <optional>
#include <utility>

namespace tlswarden {
namespace {

// Milliseconds with two decimals: "0.02".
std::string Milliseconds(std::chrono::microseconds took) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.2f", static_cast<double>(took.count()) / 1000.0);
  return text.data();
}

void Add(LogLine& line, std::string_view key, std::string value) {
  if (!value.empty()) line.fields.emplace_back(key, std::move(value));
}

void AddFailure(const Failure& failure, const std::string& mx_hostname, LogLine& line) {
  Add(line, "result-type", std::string(ToString(failure.type)));
  Add(line, "receiving-mx-hostname", mx_hostname);
  Add(line, "failure-reason-code", failure.reason);
}

// What both doors say of a verdict, in the order of RFC 8460 section 4.4.
void AddVerdict(const Verdict& verdict, LogLine& line) {
  Add(line, "policy-type", std::string(ToString(verdict.policy_type)));
  if (verdict.testing) Add(line, "policy-mode", "testing");
  Add(line, "policy-domain", verdict.policy_domain.ascii);
  if (verdict.failure) {
    AddFailure(*verdict.failure, verdict.mx_hostname, line);
  } else if (verdict.trial && verdict.trial->failure) {
    AddFailure(*verdict.trial->failure, verdict.trial->mx_hostname, line);
  } else if (verdict.testing && verdict.testing->failure) {
    AddFailure(*verdict.testing->failure, verdict.testing->mx_hostname, line);
  }
  Add(line, "rule", verdict.rule);
  if (IsHeldToMemory(verdict)) {
    Add(line, "remembered-since", DayText(verdict.remembered->since));
  }
  if (verdict.trial) Add(line, "observed-rule", verdict.trial->rule);
}

// What the verdict asked for, where it couldn't or shouldn't be done; else what a policy in testing
// mode would have asked for, had it been enforced.
std::optional<Action> WouldDo(const VerdictGiven& record) {
  const Verdict& verdict = record.verdict;
  if (verdict.observed || record.action != verdict.action) return verdict.action;
  if (verdict.trial && verdict.trial->failure) return verdict.trial->action;
  if (verdict.testing && verdict.testing->failure) return verdict.testing->action;
  return std::nullopt;
}

std::optional<TlsLevel> WouldDemand(const Verdict& verdict) {
  if (verdict.observed) return verdict.level;
  if (verdict.trial) return verdict.trial->level;
  if (verdict.testing) return verdict.testing->level;
  return std::nullopt;
}

void AddCost(bool cache_hit, std::chrono::microseconds took, LogLine& line) {
  Add(line, "cache", cache_hit ? "hit" : "miss");
  Add(line, "ms", Milliseconds(took));
}

std::string Describe(const StsPolicy& policy) {
  std::string text = "mode " + std::string(ToString(policy.mode)) + ", max_age " +
                     std::to_string(policy.max_age.count()) + ", mx";
  for (const MxPattern& pattern : policy.mx) text += ' ' + ToString(pattern);
  return text;
}

LogLine AlarmLine(std::string_view word, const Alarm& alarm) {
  LogLine line;
  line.level = LogLevel::kWarning;
  Add(line, "alarm", std::string(word));
  if (alarm.IsMiddlebox()) {
    Add(line, "destinations", std::to_string(alarm.destinations));
  } else {
    Add(line, "policy-domain", alarm.domain.ascii);
    Add(line, "mail", alarm.blocked ? "held" : "passes");
  }
  Add(line, "since", ToString(alarm.since));
  Add(line, "count", std::to_string(alarm.count));
  AddFailure(alarm.failure, "", line);
  Add(line, "rule", alarm.rule);
  return line;
}

}  // namespace

LogLine ToLogLine(const VerdictGiven& record) {
  LogLine line;
  line.fields.reserve(14);  // all that it can have; growing step by step costs as much as the rest
  const Verdict& verdict = record.verdict;
  line.queue_id = record.queue_id;
  Add(line, "rcpt", record.recipient);
  Add(line, "action", std::string(ToString(record.action)));
  if (const auto would = WouldDo(record)) Add(line, "would", std::string(ToString(*would)));
  Add(line, "reply", record.reply);
  Add(line, "tag", record.tag);
  AddVerdict(verdict, line);
  AddCost(record.cache_hit, record.took, line);
  return line;
}

// The words of the MTAs' macros for what RFC 8460 has none: it speaks of sessions that go out.
LogLine ToLogLine(const InboundJudged& record) {
  LogLine line;
  const InboundVerdict& verdict = record.verdict;
  line.queue_id = record.queue_id;
  Add(line, "client", record.client_address);
  Add(line, "client-name", record.client_name);
  Add(line, "from", record.sender);
  Add(line, "rcpt", record.recipient);
  Add(line, "action", std::string(ToString(record.action)));
  const bool by_trial = !verdict.failure && verdict.trial;
  if (verdict.observed || by_trial) {
    const Action would = by_trial ? verdict.trial->action : verdict.action;
    Add(line, "would", std::string(ToString(would)));
  }
  Add(line, "reply", record.reply);
  Add(line, "tls-version", std::string(ToString(record.tls.version)));
  Add(line, "cipher", record.tls.cipher);
  if (record.tls.bits > 0) Add(line, "cipher-bits", std::to_string(record.tls.bits));
  Add(line, "cert-subject", record.tls.certificate_subject);
  Add(line, "cert-issuer", record.tls.certificate_issuer);
  if (verdict.failure) {
    Add(line, "failure-reason-code", verdict.failure->reason);
  } else if (verdict.trial && verdict.trial->failure) {
    Add(line, "failure-reason-code", verdict.trial->failure->reason);
  }
  Add(line, "rule", verdict.rule);
  if (verdict.trial) Add(line, "observed-rule", verdict.trial->rule);
  return line;
}

LogLine ToLogLine(const MapAnswered& record) {
  LogLine line;
  Add(line, "map", record.map);
  Add(line, "key", record.key);
  Add(line, "answer", record.answer);
  if (const auto would = WouldDemand(record.verdict)) {
    Add(line, "would", std::string(ToString(*would)));
  }
  AddVerdict(record.verdict, line);
  AddCost(record.cache_hit, record.took, line);
  return line;
}

LogLine ToLogLine(const PolicyChanged& record) {
  LogLine line;
  const bool downgrade = record.before && IsDowngrade(*record.before->policy, *record.now.policy);
  if (downgrade) line.level = LogLevel::kWarning;
  Add(line, "policy", !record.before ? "learned" : downgrade ? "downgraded" : "changed");
  Add(line, "policy-type", "sts");
  Add(line, "policy-domain", record.domain.ascii);
  Add(line, "id", record.now.id);
  if (record.before) Add(line, "before", Describe(*record.before->policy));
  Add(line, "now", Describe(*record.now.policy));
  return line;
}

LogLine ToLogLine(const PolicyExpired& record) {
  LogLine line;
  line.level = LogLevel::kWarning;
  Add(line, "policy", "expired");
  Add(line, "policy-type", "sts");
  Add(line, "policy-domain", record.domain.ascii);
  Add(line, "before", Describe(*record.policy.policy));
  if (record.failure) AddFailure(*record.failure, "", line);
  return line;
}

LogLine ToLogLine(const InquiryFailed& record) {
  LogLine line;
  // A policy that can't be renewed will end one day; before that is the time to call its owner.
  if (record.policy_ends) line.level = record.urgent ? LogLevel::kError : LogLevel::kWarning;
  Add(line, "inquiry", "failed");
  Add(line, "policy-domain", record.domain.ascii);
  AddFailure(record.failure, "", line);
  if (record.of_policy) Add(line, "policy", record.policy_ends ? "kept" : "none");
  if (record.policy_ends) {
    Add(line, "failing-since", ToString(record.failing_since));
    Add(line, "policy-ends", ToString(*record.policy_ends));
  }
  return line;
}

LogLine ToLogLine(const ProbeEnded& record) {
  LogLine line;
  const ProbeFacts& facts = *record.facts;
  Add(line, "probe", record.failure ? "failed" : "met");
  Add(line, "policy-domain", record.domain.ascii);
  if (record.failure) Add(line, "result-type", std::string(ToString(record.failure->type)));
  Add(line, "receiving-mx-hostname", facts.target.host.ascii);
  Add(line, "receiving-ip", facts.address);
  if (record.failure) Add(line, "failure-reason-code", record.failure->reason);
  Add(line, "tls-version", facts.tls_version);
  Add(line, "cipher", facts.cipher);
  Add(line, "ms", Milliseconds(facts.took));
  return line;
}

LogLine ToLogLine(const AlarmRaised& record) {
  LogLine line = AlarmLine("begin", record.alarm);
  Add(line, "what-to-do", WhatToDo(record.alarm));
  return line;
}

LogLine ToLogLine(const AlarmCleared& record) {
  LogLine line = AlarmLine("end", record.alarm);
  Add(line, "last", ToString(record.alarm.last));
  return line;
}

}  // namespace tlswarden
