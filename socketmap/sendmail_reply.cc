#include "socketmap/sendmail_reply.h"

#include "socketmap/postfix_reply.h"

namespace tlswarden {
namespace {

bool IsDane(TlsLevel level) { return level == TlsLevel::kDane || level == TlsLevel::kDaneOnly; }

std::string Wait(std::string_view why) { return "TEMP " + std::string(why); }

// Who demands that the other side is authenticated isn't served by less, and nobody at Sendmail
// compares a certificate with a TLSA record.
bool MustBeAuthenticated(Requirement require) {
  return require == Requirement::kAuthenticated || require == Requirement::kDane;
}

std::string Secure(const Verdict& verdict, const Verdict& by_map) {
  if (SendmailReply(verdict) == SendmailReply(by_map)) return "OK secure";
  return Wait("Sendmail compares the names that are demanded for a domain, not for one message");
}

// DANE that Sendmail doesn't do still makes TLS mandatory (RFC 7672 section 2.2).
std::string OfDane(const Verdict& verdict, const Verdict& by_map) {
  if (verdict.lookup_failed) return TempReply(verdict);
  if (verdict.sts) return Secure(verdict, by_map);
  if (!MustBeAuthenticated(verdict.requirement)) return "OK encrypt";
  return Wait("authenticated TLS is required, and Sendmail doesn't do DANE");
}

}  // namespace

std::string SendmailReply(const Verdict& verdict) {
  const TlsLevel level = LevelDemanded(verdict);
  if (level == TlsLevel::kFingerprint) return Wait("Sendmail can't compare fingerprints");
  if (IsDane(level) && verdict.lookup_failed) return TempReply(verdict);
  // The plain form: what stands behind the names spoils them.
  return PlainReply(verdict, IsDane(level) && verdict.sts ? TlsLevel::kSecure : level);
}

std::string SendmailMessageReply(const Verdict& verdict, const Verdict& by_map) {
  switch (LevelDemanded(verdict)) {
    case TlsLevel::kMay:
      return "OK none";
    case TlsLevel::kEncrypt:
      return "OK encrypt";
    case TlsLevel::kDane:
    case TlsLevel::kDaneOnly:
      return OfDane(verdict, by_map);
    case TlsLevel::kSecure:
      return Secure(verdict, by_map);
    case TlsLevel::kFingerprint:
      return Wait("Sendmail can't compare fingerprints");
    case TlsLevel::kUndecided:
      break;
  }
  return TempReply(verdict);
}

std::string SendmailReplyWithoutDomain(const std::optional<std::string>& tag) {
  const bool lax = !tag || *tag == kDefaultTag || *tag == "none" || *tag == "published";
  if (lax) return "OK none";
  if (*tag == "encrypt") return "OK encrypt";
  return Wait("the message demands " + *tag + ", which an address without a domain can't offer");
}

}  // namespace tlswarden
