#include "socketmap/postfix_reply.h"

#include <algorithm>
#include <boost/algorithm/string/join.hpp>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

// A brace in a policy's unknown field would end Postfix's `{ name = value }` early and turn the
// rest into attributes; a line that isn't plain ASCII isn't worth the risk either.
bool IsSafeLine(std::string_view line) {
  return !line.empty() && std::all_of(line.begin(), line.end(), [](char c) {
    return (c >= 0x20 || c == '\t') && c <= 0x7e && c != '{' && c != '}';
  });
}

// "mx.a.example:.b.example": in `match=` a leading dot stands for the wildcard.
std::string MatchList(const std::vector<MxPattern>& patterns) {
  std::string list;
  for (const MxPattern& pattern : patterns) {
    if (!list.empty()) list += ':';
    if (pattern.wildcard) list += '.';
    list += pattern.domain.ascii;
  }
  return list;
}

// The same for the names that a rule pins.
std::string MatchList(const std::vector<DomainPattern>& names) {
  std::string list;
  for (const DomainPattern& name : names) {
    const bool below = name.reach != DomainPattern::Reach::kItself;
    const bool itself = name.reach != DomainPattern::Reach::kBelow;
    if (itself) list += (list.empty() ? "" : ":") + name.domain.ascii;
    if (below) list += (list.empty() ? "." : ":.") + name.domain.ascii;
  }
  return list;
}

// What makes Postfix report the session under the MTA-STS policy (RFC 8460 section 4.4). It
// crashes, in 3.10.0, when there is no policy_string or no mx_host_pattern; both are always there.
// REQUIRES: verdict.sts
void AppendTlsrpt(const Verdict& verdict, std::string& reply) {
  const StsPolicy& policy = **verdict.sts;
  reply += " policy_type=sts policy_domain=" + verdict.policy_domain.ascii;
  // No MX host matches. Postfix would find out, too, but report it as a name on a certificate. Of
  // another failure, such as that of a rule, it must not hear: it would fail the session.
  if (verdict.failure && !verdict.mx_hostname.empty()) {
    reply += " policy_failure=validation-failure";
  }
  for (const MxPattern& pattern : policy.mx) reply += " mx_host_pattern=" + ToString(pattern);
  for (const std::string& line : policy.lines) {
    if (!IsSafeLine(line)) continue;
    std::string attribute = " { policy_string = " + line + " }";
    std::replace(attribute.begin(), attribute.end(), '\t', ' ');
    if (reply.size() + attribute.size() > kMaxReplyOctets) return;
    reply += attribute;
  }
}

// What a rule adds to any level with TLS. The versions are excluded one by one, since ">=TLSv1.2"
// is for Postfix 3.6 and newer only.
std::string RuleAttributes(const Verdict& verdict) {
  if (verdict.by == nullptr) return {};
  const OutboundDemand& demand = verdict.by->outbound;
  std::string text;
  if (demand.minimum_tls > TlsVersion::kTls10) {
    text += " protocols=!SSLv2:!SSLv3:!TLSv1";
    if (demand.minimum_tls > TlsVersion::kTls11) text += ":!TLSv1.1";
    if (demand.minimum_tls > TlsVersion::kTls12) text += ":!TLSv1.2";
  }
  if (!demand.ciphers.empty()) text += " ciphers=" + demand.ciphers;
  return text;
}

}  // namespace

// Postfix logs the first 200 characters of it.
std::string TempReply(const Verdict& verdict) {
  return "TEMP " +
         (verdict.failure ? PrintableAscii(ToString(*verdict.failure)) : std::string("no answer"));
}

std::string PlainReply(const Verdict& verdict, TlsLevel level) {
  switch (level) {
    case TlsLevel::kMay:
      return std::string(kNotFound);
    case TlsLevel::kEncrypt:
      return "OK encrypt";
    case TlsLevel::kDane:
      return "OK dane";
    case TlsLevel::kDaneOnly:
      return "OK dane-only";
    case TlsLevel::kSecure:
      return "OK secure match=" +
             (verdict.pinned ? MatchList(verdict.by->outbound.match)
                             : MatchList((*verdict.sts)->mx)) +
             " servername=hostname";
    case TlsLevel::kFingerprint:
      return "OK fingerprint match=" +
             boost::algorithm::join(verdict.by->outbound.fingerprints, "|");
    case TlsLevel::kUndecided:
      return TempReply(verdict);
  }
  return std::string(kNotFound);
}

std::string PostfixReply(const Verdict& verdict, bool with_tlsrpt) {
  const TlsLevel level = LevelDemanded(verdict);
  std::string reply = PlainReply(verdict, level);
  if (level == TlsLevel::kMay || level == TlsLevel::kUndecided) return reply;
  reply += RuleAttributes(verdict);
  const bool by_sts = level == TlsLevel::kSecure && !verdict.pinned;
  if (by_sts && with_tlsrpt) AppendTlsrpt(verdict, reply);
  return reply;
}

}  // namespace tlswarden
