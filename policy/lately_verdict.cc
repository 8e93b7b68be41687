#include "policy/lately_verdict.h"

#include <algorithm>

#include "policy/judge.h"

namespace tlswarden {
namespace {

// A failure under another demand than today's, by a rule or policy that has changed since, says
// nothing of this one.
bool SpeaksAgainst(ResultType type, const Verdict& verdict) {
  const bool dane = verdict.level == TlsLevel::kDane || verdict.level == TlsLevel::kDaneOnly;
  switch (type) {
    case ResultType::kStarttlsNotSupported:
    case ResultType::kValidationFailure:
      return true;
    case ResultType::kCertificateHostMismatch:
    case ResultType::kCertificateNotTrusted:
    case ResultType::kCertificateExpired:
      return verdict.level != TlsLevel::kEncrypt;
    case ResultType::kTlsaInvalid:
    case ResultType::kDnssecInvalid:
    case ResultType::kDaneRequired:
      return dane;
    case ResultType::kStsPolicyFetchError:
    case ResultType::kStsPolicyInvalid:
    case ResultType::kStsWebpkiInvalid:
      return verdict.level == TlsLevel::kSecure && !verdict.pinned;
  }
  return false;
}

// What is so until somebody changes something, as for a look at the host (probe.h).
bool MustBeMended(ResultType type) {
  switch (type) {
    case ResultType::kStarttlsNotSupported:
    case ResultType::kCertificateHostMismatch:
    case ResultType::kCertificateNotTrusted:
    case ResultType::kCertificateExpired:
    case ResultType::kTlsaInvalid:
    case ResultType::kDaneRequired:
      return true;
    case ResultType::kValidationFailure:
    case ResultType::kDnssecInvalid:
    case ResultType::kStsPolicyFetchError:
    case ResultType::kStsPolicyInvalid:
    case ResultType::kStsWebpkiInvalid:
      return false;
  }
  return false;
}

const LatelyHost* Find(std::span<const LatelyHost> hosts, const Domain& name) {
  const auto it = std::find_if(hosts.begin(), hosts.end(),
                               [&name](const LatelyHost& host) { return host.name == name.ascii; });
  return it == hosts.end() ? nullptr : &*it;
}

void Add(const LatelyHost& host, Lately& lately) {
  const bool transient = !MustBeMended(host.type);
  const bool first = lately.failures == 0;
  // What may heal at one host may heal for the domain.
  if (first || (transient && !lately.transient)) {
    lately.type = host.type;
    lately.mx_hostname = host.name;
    lately.transient = transient;
  }
  lately.failures += host.failures;
  lately.first = first ? host.first : std::min(lately.first, host.first);
  lately.last = first ? host.last : std::max(lately.last, host.last);
}

std::string Ago(std::chrono::seconds age) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(age).count();
  if (minutes < 1) return "less than a minute ago";
  return std::to_string(minutes) + (minutes == 1 ? " minute ago" : " minutes ago");
}

bool DemandsTls(TlsLevel level) { return level != TlsLevel::kMay && level != TlsLevel::kUndecided; }

}  // namespace

std::optional<Lately> FailedLately(std::span<const LatelyHost> hosts, const Evidence& evidence,
                                   const Verdict& verdict, Time now) {
  if (hosts.empty()) return std::nullopt;
  Lately lately;
  for (const MxHost& host : evidence.mx.hosts) {
    if (host.dane == HostDane::kUnreachable) continue;
    const LatelyHost* failed = Find(hosts, host.name);
    const bool counts = failed != nullptr && now - failed->last < kLatelyWindow &&
                        SpeaksAgainst(failed->type, verdict);
    if (!counts) return std::nullopt;
    Add(*failed, lately);
  }
  if (lately.failures == 0) return std::nullopt;
  const bool by_sts = verdict.level == TlsLevel::kSecure && !verdict.pinned;
  if (lately.failures == 1 || (by_sts && evidence.sts.failure)) lately.transient = true;
  return lately;
}

std::string Describe(const Lately& lately, Time now) {
  const std::string ago = Ago(std::max(now - lately.last, Time::duration(0)));
  if (lately.failures == 1) return "failed at every MX host: 1 session, " + ago;
  return "failed at every MX host: " + std::to_string(lately.failures) + " sessions, the last " +
         ago;
}

void ApplyLately(std::span<const LatelyHost> hosts, const Evidence& evidence,
                 const Outbound& outbound, Time now, Verdict& verdict) {
  if (!outbound.learn || verdict.failure || !DemandsTls(verdict.level)) return;
  const std::optional<Lately> lately = FailedLately(hosts, evidence, verdict, now);
  if (!lately) return;
  verdict.failure = Failure{lately->type, Describe(*lately, now), lately->transient};
  verdict.mx_hostname = lately->mx_hostname;
  DecideActions(outbound, verdict);
}

}  // namespace tlswarden
