// EventOf: what an SMTP session of the mail log adds to a TLS report.
//
// Pure. Result types and reasons are those that Postfix 3.12 itself reports for the same failure
// (RFC 8460 section 4.3): an unknown issuer is validation-failure with OpenSSL's words, only a
// certificate that no TLSA record matches is certificate-not-trusted.
#ifndef TLSWARDEN_REPORT_SESSION_EVENT_H_
#define TLSWARDEN_REPORT_SESSION_EVENT_H_

#include <optional>

#include "policy/evidence.h"
#include "policy/verdict.h"
#include "report/logged_session.h"
#include "report/tls_event.h"

namespace tlswarden {

// `verdict` is what is answered for the session's domain, or for its tag; `evidence` what it was
// made of.
// - A session that failed for its TLS, in the MTA's own words, is a failure whoever demanded it.
// - One that the MTA authenticated is a success under the published policy. One that it only
//   encrypted is a success of no-policy-found: no policy was applied, or it would have been
//   stopped. That includes policies in testing mode, since nobody looked at the certificate, and
//   observe mode. Sendmail's verify=OK with names demanded counts as authenticated for the policy.
// - In the clear: starttls-not-supported where the domain's policy wants TLS, enforced or in
//   testing mode; else it is kUncounted.
// - With a host whose TLSA records are all unusable (RFC 7672 section 2.2): tlsa-invalid, though
//   the mail was delivered.
// Nothing for a session with a host that isn't among the domain's MX hosts: a smart host, or a
// transport of the operator's; nor where TLS plays no part (no connection, a lookup that failed).
std::optional<TlsEvent> EventOf(const LoggedSession& session, const Verdict& verdict,
                                const Evidence& evidence);

// Why the session's TLS failed; nothing when it didn't. reason is failure-reason-code, without
// blanks as Postfix writes it, and may be empty.
std::optional<Failure> TlsFailureOf(const LoggedSession& session);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_SESSION_EVENT_H_
