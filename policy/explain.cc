#include "policy/explain.h"

#include <algorithm>

#include "policy/dane_sts_table.h"

namespace tlswarden {
namespace {

std::string Dane(const MxHost& host) {
  switch (host.dane) {
    case HostDane::kNone:
      return "no TLSA records that count";
    case HostDane::kUsable: {
      std::string text = "TLSA at " + host.tlsa_base.ascii + ':';
      for (const TlsaRecord& record : host.usable) text += " [" + ToString(record) + ']';
      return text;
    }
    case HostDane::kUnusable: {
      std::string text = "only unusable TLSA:";
      for (const std::string& record : host.unusable) text += " [" + record + ']';
      return text;
    }
    case HostDane::kFailed:
    case HostDane::kUnresolved:
      return host.failure ? host.failure->reason : "lookup failed";
    case HostDane::kUnreachable:
      return "has no address";
  }
  return "";
}

std::string ExplainTesting(const Tested& testing) {
  std::string text = "the MTA-STS policy is in testing mode; enforced, it would demand level ";
  text += ToString(testing.level);
  if (!testing.failure) return text;
  return text + ", and fail: " + ToString(*testing.failure);
}

// Only where nothing is published, and no rule demands anything.
std::string ExplainRemembered(const Verdict& verdict) {
  std::string text = "the domain demands nothing, but had " + Describe(*verdict.remembered);
  if (!IsHeldToMemory(verdict)) return text + "; remember-tls = warn warns if it is missing";
  return text + ", and remember-tls = require; " + CommandThatLetsGo(verdict.policy_domain) +
         " lets it go";
}

}  // namespace

std::vector<std::string> ExplainMx(const MxEvidence& mx) {
  std::vector<std::string> lines;
  if (mx.failure) return {mx.failure->reason};
  if (mx.no_such_domain) return {"the domain doesn't exist"};
  if (mx.null_mx) return {"the domain takes no mail (null MX)"};
  for (const MxHost& host : mx.hosts) {
    lines.push_back(std::to_string(host.preference) + ' ' + host.name.ascii + " (MX " +
                    std::string(ToString(mx.security)) + ", address " +
                    std::string(ToString(host.address_security)) + "): " + Dane(host));
  }
  return lines;
}

std::vector<std::string> ExplainSts(const StsEvidence& sts, Time now) {
  std::vector<std::string> lines;
  if (sts.learned) {
    const LearnedStsPolicy& learned = *sts.learned;
    std::string patterns;
    for (const MxPattern& pattern : learned.policy->mx) patterns += ' ' + ToString(pattern);
    lines.push_back("policy " + learned.id + ", mode " +
                    std::string(ToString(learned.policy->mode)) + ", mx" + patterns);
    lines.push_back("fetched " + ToString(learned.fetched_at) +
                    (now < learned.ExpiresAt() ? ", in force until " : ", expired since ") +
                    ToString(learned.ExpiresAt()));
  } else {
    lines.emplace_back("no policy");
  }
  if (sts.failure) {
    lines.push_back(ToString(*sts.failure));
  }
  return lines;
}

std::vector<std::string> ExplainCached(const Evidence& cached, Time now) {
  const StsEvidence& sts = cached.sts;
  std::vector<std::string> lines;
  const bool usable = now < cached.UsableUntil();
  lines.push_back("learned " + ToString(cached.obtained_at) +
                  (usable ? ", good until " : ", to be looked at again since ") +
                  ToString(cached.UsableUntil()));
  if (const LearnedStsPolicy* learned = StsInForce(sts, now)) {
    StsEvidence policy;
    policy.learned = *learned;
    for (std::string& line : ExplainSts(policy, now)) lines.push_back(std::move(line));
    lines.push_back("its policy is due to be fetched again at " +
                    ToString(std::max(sts.refresh_at, sts.no_fetch_before)));
  }
  if (sts.failure) {
    lines.push_back("failing since " + ToString(sts.failing_since) + ": " + ToString(*sts.failure));
  }
  if (!sts.failed_id.empty() && now < sts.no_fetch_before) {
    lines.push_back("policy " + sts.failed_id + " isn't fetched again before " +
                    ToString(sts.no_fetch_before));
  }
  if (cached.mx.failed_lookups > 0) {
    lines.push_back("DNS lookups failed " + std::to_string(cached.mx.failed_lookups) +
                    " times in a row");
  }
  return lines;
}

std::string ExplainVerdict(const Verdict& verdict, const Evidence& evidence) {
  if (verdict.failure) {
    return ToString(*verdict.failure);
  }
  if (IsHeldToMemory(verdict)) return ExplainRemembered(verdict);
  if (verdict.rule != "default") return "rule " + verdict.rule;
  if (verdict.testing) return ExplainTesting(*verdict.testing);
  if (verdict.remembered) return ExplainRemembered(verdict);
  if (verdict.level == TlsLevel::kMay) return "the domain demands nothing";
  return std::string(FindLevel(SummarizeMx(evidence.mx), SummarizeHosts(evidence.mx)).why);
}

}  // namespace tlswarden
