#include "report/session_event.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "policy/ascii.h"
#include "report/postfix_log.h"
#include "report/reported_policy.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMaxReasonOctets = 100;

// A text that a line begins with, or holds, and what it means.
struct Row {
  std::string_view text;
  ResultType type;
  std::string_view reason;
};

// Postfix, "certificate verification failed for …: ". OpenSSL's numbers: X509_V_ERR_*.
constexpr std::array<Row, 13> kCertificateRows = {{
    {"num=62:", ResultType::kCertificateHostMismatch, ""},
    {"num=64:", ResultType::kCertificateHostMismatch, ""},  // IP address mismatch
    {"num=65:", ResultType::kCertificateNotTrusted, ""},    // no matching DANE TLSA records
    {"num=10:", ResultType::kCertificateExpired, ""},
    {"certificate has expired", ResultType::kCertificateExpired, ""},
    {"certificate not yet valid", ResultType::kValidationFailure, "certificate_is_not_yet_valid"},
    {"self-signed certificate", ResultType::kValidationFailure, "self-signed_certificate"},
    {"self signed certificate", ResultType::kValidationFailure, "self-signed_certificate"},
    {"untrusted issuer ", ResultType::kValidationFailure, "unable_to_get_local_issuer_certificate"},
    {"not trusted by local or TLSA policy", ResultType::kCertificateNotTrusted, ""},
    {"not designated for use as a ", ResultType::kValidationFailure,
     "unsuitable_certificate_purpose"},
    {"certificate chain longer than limit", ResultType::kValidationFailure,
     "certificate_chain_too_long"},
    {"hostname mismatch", ResultType::kCertificateHostMismatch, ""},
}};

// Sendmail, the end of what its rulesets tls_server and tls_rcpt refuse with.
constexpr std::array<Row, 10> kRefusalRows = {{
    {" other side does not support STARTTLS", ResultType::kStarttlsNotSupported, ""},
    {" STARTTLS failed.", ResultType::kStarttlsNotSupported, ""},
    {" not listed in SANs", ResultType::kCertificateHostMismatch, ""},
    {" does not match ", ResultType::kCertificateHostMismatch, ""},
    {" DANE check failed", ResultType::kCertificateNotTrusted, ""},
    {" authentication failed", ResultType::kCertificateNotTrusted, "verify=FAIL"},
    {" authentication required", ResultType::kCertificateNotTrusted, "verify=NO"},
    {" not authenticated", ResultType::kCertificateNotTrusted, "verify=NO"},
    {" encryption too weak ", ResultType::kValidationFailure, "encryption_too_weak"},
    {" handshake", ResultType::kValidationFailure, "tls-handshake-failure"},
}};

Failure FailureOf(const Row& row) { return {row.type, std::string(row.reason), false}; }

// OpenSSL's words as Postfix reports them: "unable_to_get_crl".
std::string ReasonCode(std::string_view text) {
  std::string code = PrintableAscii(text.substr(0, kMaxReasonOctets));
  std::replace(code.begin(), code.end(), ' ', '_');
  return code;
}

Failure CertificateFailure(std::string_view text) {
  if (text.empty()) return {ResultType::kValidationFailure, "server_certificate_not_verified"};
  for (const Row& row : kCertificateRows) {
    if (text.starts_with(row.text)) return FailureOf(row);
  }
  if (text.starts_with("num=")) text.remove_prefix(std::min(text.size(), text.find(':') + 1));
  return {ResultType::kValidationFailure, ReasonCode(text)};
}

Failure HandshakeFailure() { return {ResultType::kValidationFailure, "tls-handshake-failure"}; }

// The rulesets' own refusals. Nothing for what isn't the server's doing: our own answer that made
// the mail wait, TLS switched off here, a set-up that lacks something.
std::optional<Failure> RefusalFailure(std::string_view text) {
  constexpr std::array<std::string_view, 4> kOurs = {" TLS policy: ", " STARTTLS disabled locally",
                                                     " no authentication requested",
                                                     " STARTTLS temporarily not possible."};
  const std::size_t recipient = text.rfind(">... ");  // an address may hold any words
  if (recipient != std::string_view::npos) text.remove_prefix(recipient + 4);
  const auto holds = [&](std::string_view words) { return text.find(words) < text.size(); };
  if (std::any_of(kOurs.begin(), kOurs.end(), holds)) return std::nullopt;
  for (const Row& row : kRefusalRows) {
    if (holds(row.text)) return FailureOf(row);
  }
  return Failure{ResultType::kValidationFailure, ReasonCode(text)};
}

// Postfix's own words; a server's never begin so.
std::optional<Failure> TextFailure(const LoggedSession& session) {
  const std::string_view text = session.text;
  const auto begins = [&](std::string_view words) { return text.starts_with(words); };
  if (begins("TLS is required, but our TLS engine")) return std::nullopt;
  if (begins("TLS is required, but ") ||
      begins("Sender requested REQUIRETLS, but TLS service was not offered")) {
    return Failure{ResultType::kStarttlsNotSupported, "", false};
  }
  if (begins("Cannot start TLS: ")) return HandshakeFailure();
  if (begins("Server certificate not ") ||
      begins("Sender requested REQUIRETLS, but no matching server certificate")) {
    return CertificateFailure(session.tls.certificate_failure);
  }
  return std::nullopt;
}

// The policy that the domain wants to be held to, enforced or not.
TlsLevel LevelWanted(const Verdict& verdict) {
  return verdict.testing ? verdict.testing->level : verdict.level;
}

// RFC 7672 section 2.1.1 and 2.2: secure TLSA records, none of them usable. PKIX-TA and PKIX-EE
// aren't SMTP's, and Postfix doesn't report them.
bool IsTlsaInvalid(const MxHost& host, const Verdict& verdict) {
  const TlsLevel level = LevelDemanded(verdict);
  const bool dane = level == TlsLevel::kDane || level == TlsLevel::kDaneOnly;
  return dane && host.dane == HostDane::kUnusable &&
         std::any_of(host.unusable.begin(), host.unusable.end(), [](const std::string& record) {
           return !record.starts_with("0 ") && !record.starts_with("1 ");
         });
}

// Whether the policy was applied to the session, so that it is a success under it.
bool WasApplied(const LoggedSession& session, const Verdict& verdict) {
  if (session.tls.reached == TlsReached::kAuthenticated) return true;
  return session.tls.mta == LogMta::kSendmail && session.tls.word == "OK" &&
         LevelDemanded(verdict) == TlsLevel::kSecure;
}

// In the clear. At kUndecided no policy could be learned.
std::optional<Failure> PlainFailure(const Verdict& verdict) {
  const TlsLevel wanted = LevelWanted(verdict);
  if (wanted == TlsLevel::kMay || wanted == TlsLevel::kUndecided) return std::nullopt;
  return Failure{ResultType::kStarttlsNotSupported, "", false};
}

}  // namespace

std::optional<Failure> TlsFailureOf(const LoggedSession& session) {
  const LoggedTls& tls = session.tls;
  if (tls.mta == LogMta::kPostfix) {
    if (SpeaksOfTls(session.text)) return TextFailure(session);
  } else if (!tls.refusal.empty()) {
    return RefusalFailure(tls.refusal);
  }
  if (tls.handshake_failed) return HandshakeFailure();
  // A host that was given up, and no line says why.
  const bool fault = !tls.certificate_failure.empty() && tls.reached != TlsReached::kAuthenticated;
  if (session.status.empty() && fault) return CertificateFailure(tls.certificate_failure);
  return std::nullopt;
}

std::optional<TlsEvent> EventOf(const LoggedSession& session, const Verdict& verdict,
                                const Evidence& evidence) {
  const MxHost* host = FindMxHost(evidence, session.tls.mx_hostname);
  if (host == nullptr) return std::nullopt;
  TlsEvent event;
  event.at = session.tls.at;
  event.domain = session.domain;
  event.source = EventSource::kMailLog;
  event.reached = session.tls.reached;
  event.policy = PolicyOf(verdict, evidence, host->name.ascii);
  std::optional<Failure> failure = TlsFailureOf(session);
  const bool plain = event.reached == TlsReached::kPlain;
  if (!failure && plain) failure = PlainFailure(verdict);
  const bool encrypted =
      event.reached == TlsReached::kEncrypted || event.reached == TlsReached::kAuthenticated;
  if (!failure && !plain && !encrypted) return std::nullopt;
  if (!failure && encrypted && IsTlsaInvalid(*host, verdict)) {
    failure = Failure{ResultType::kTlsaInvalid, "all-TLSA-records-unusable", false};
  }
  if (failure) {
    event.outcome = TlsEvent::Outcome::kFailure;
    event.details.push_back(DetailOf(*failure, session.tls.mx_hostname, session.tls.mx_address));
    return event;
  }
  if (plain) event.outcome = TlsEvent::Outcome::kUncounted;
  if (!WasApplied(session, verdict)) event.policy = NoPolicyFound(event.domain);
  return event;
}

}  // namespace tlswarden
