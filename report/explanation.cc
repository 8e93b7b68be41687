#include "report/explanation.h"

#include <optional>

#include "policy/failure.h"

namespace tlswarden {
namespace {

constexpr Explanation kStarttls = {
    "The MX host didn't offer STARTTLS, or refused it.",
    "When unrelated domains begin with this on one day, look for a firewall or virus scanner of "
    "your own that takes STARTTLS out of SMTP (\"SMTP inspection\", \"fixup\"). When it is one "
    "domain, ask its postmaster to offer STARTTLS at every MX host.",
    "Offer STARTTLS at every MX host, also at the backup. Where it is on, look for a firewall in "
    "front of the host that takes it out; when only one organization reports it, the trouble may "
    "be "
    "on its side, or an attacker's doing."};

constexpr Explanation kMismatch = {
    "The certificate isn't for the MX host: none of its names is the one that the MX record or the "
    "MTA-STS policy has.",
    "Ask the postmaster for a certificate with the MX host's name. Don't go around it by a rule "
    "before you have an answer: another server that stands in for theirs looks just like this.",
    "Each MX host needs a certificate with its own name as subjectAltName, the name that the MX "
    "record has. After new MX records, new certificates; with MTA-STS, also a policy that lists "
    "them and a new id."};

constexpr Explanation kNotTrusted = {
    "The certificate doesn't lead to an authority that the sender trusts.",
    "Ask the postmaster to serve a certificate of a public authority, with its whole chain. When "
    "many domains have this, your own list of authorities may be old.",
    "Mostly the intermediate certificate is missing, or the certificate is self-signed. Serve the "
    "whole chain (fullchain.pem). With MTA-STS it must lead to a public authority; with DANE, to "
    "what the TLSA record says."};

constexpr Explanation kExpired = {
    "The certificate of the MX host has expired.",
    "Ask the postmaster to renew it. Mail that waits goes out by itself afterwards.",
    "Renew the certificate, and make the mail server read the new one: a renewed file that was "
    "never reloaded is the usual cause. Look at each MX host and each of its addresses."};

constexpr Explanation kValidation = {
    "TLS failed in a way that has no word of its own; the reason says more. Where no MX host fits "
    "the MTA-STS policy, it is counted here, too.",
    "Run tlswarden explain DOMAIN: it shows which step fails. Ask the postmaster whether the MX "
    "hosts and what the domain publishes fit together.",
    "Compare the MX records with the MTA-STS policy and the TLSA records: every MX host must be in "
    "them. Then look at the server's log for the time of the report: protocol version, ciphers, a "
    "handshake that was cut off."};

constexpr Explanation kTlsa = {
    "None of the MX host's TLSA records fits its certificate, or none can be used.",
    "Ask the postmaster to publish TLSA records that fit the certificate; mostly it was renewed, "
    "and "
    "the records weren't. DANE doesn't let mail through meanwhile.",
    "The certificate or its key was changed, and the TLSA records weren't. Publish the record of "
    "the next key before its certificate is used and wait for twice the TTL, or keep the key at "
    "renewal (records 3 1 1)."};

constexpr Explanation kDnssec = {
    "The answers of DNS didn't validate, or there were none: DNSSEC is broken on the way.",
    "When it is one domain, ask its postmaster to mend DNSSEC. When there are many, look at your "
    "own resolver: does it validate, is its clock right, does it get large answers?",
    "Signatures may have run out, or the DS record at the registry doesn't fit the zone's key. "
    "Look "
    "at the zones of the domain, of each MX host and of _25._tcp below it, from outside."};

constexpr Explanation kDaneRequired = {
    "DANE was demanded by the sender, but the MX host has no TLSA record that DNSSEC vouches for.",
    "A rule here demands DANE of this domain. Ask its postmaster for it, or demand less: a "
    "certificate of a public authority.",
    "A sender has agreed on DANE with you, or thinks so. Publish TLSA records for every MX host, "
    "in "
    "signed zones."};

constexpr Explanation kFetch = {
    "The MTA-STS policy couldn't be fetched from https://mta-sts.DOMAIN/.well-known/mta-sts.txt.",
    "Tell the postmaster that the policy's web server doesn't answer. A policy that was learned "
    "before stays in force until it expires.",
    "Fetch the policy from outside. It needs an answer with status 200, without redirect, as "
    "text/plain, within a minute. Not every fetch is repeated: one bad hour can show for days."};

constexpr Explanation kInvalid = {
    "The MTA-STS policy was fetched, but isn't one: a field is missing or wrong.",
    "Tell the postmaster; tlswarden explain DOMAIN shows the line that is wrong.",
    "The policy needs version: STSv1, a mode, max_age, and with enforce and testing at least one "
    "mx line, each on a line of its own."};

constexpr Explanation kWebpki = {
    "The web server of the MTA-STS policy showed a certificate that isn't valid for "
    "mta-sts.DOMAIN.",
    "Tell the postmaster. A policy that was learned before stays in force until it expires.",
    "The web server of mta-sts.DOMAIN needs a certificate of a public authority with that name, "
    "renewed in time: often the mail server's is looked after, and this one is forgotten."};

Explanation Of(ResultType type) {
  switch (type) {
    case ResultType::kStarttlsNotSupported:
      return kStarttls;
    case ResultType::kCertificateHostMismatch:
      return kMismatch;
    case ResultType::kCertificateNotTrusted:
      return kNotTrusted;
    case ResultType::kCertificateExpired:
      return kExpired;
    case ResultType::kTlsaInvalid:
      return kTlsa;
    case ResultType::kDnssecInvalid:
      return kDnssec;
    case ResultType::kDaneRequired:
      return kDaneRequired;
    case ResultType::kStsPolicyFetchError:
      return kFetch;
    case ResultType::kStsPolicyInvalid:
      return kInvalid;
    case ResultType::kStsWebpkiInvalid:
      return kWebpki;
    case ResultType::kValidationFailure:
      break;
  }
  return kValidation;
}

}  // namespace

Explanation Explain(std::string_view result_type) {
  const std::optional<ResultType> type = ParseResultType(result_type);
  if (type) return Of(*type);
  Explanation unknown = kValidation;
  unknown.meaning = "This word isn't one of RFC 8460's; the reason may say more.";
  return unknown;
}

}  // namespace tlswarden
