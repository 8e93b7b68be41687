#include "socketmap/sendmail_reply.h"

#include <algorithm>

#include "socketmap/postfix_reply.h"

namespace tlswarden {
namespace {

using Kind = MessageTag::Kind;

// In rising order.
enum class Demand { kNone, kEncrypt, kSecure, kWait };

struct Demanded {
  Demand demand = Demand::kNone;
  std::string temp;  // kWait: the answer
};

bool IsDane(TlsLevel level) { return level == TlsLevel::kDane || level == TlsLevel::kDaneOnly; }

// DANE that Sendmail doesn't do still makes TLS mandatory (RFC 7672 section 2.2).
Demanded OfDane(const Verdict& verdict) {
  if (verdict.lookup_failed) return {Demand::kWait, TempReply(verdict)};
  return {verdict.sts ? Demand::kSecure : Demand::kEncrypt, {}};
}

Demanded OfDomain(const Verdict& verdict) {
  switch (LevelDemanded(verdict)) {
    case TlsLevel::kMay:
      return {};
    case TlsLevel::kEncrypt:
      return {Demand::kEncrypt, {}};
    case TlsLevel::kDane:
    case TlsLevel::kDaneOnly:
      return OfDane(verdict);
    case TlsLevel::kSecure:
      return {Demand::kSecure, {}};
    case TlsLevel::kUndecided:
      break;
  }
  return {Demand::kWait, TempReply(verdict)};
}

// Who demands that the other side is authenticated isn't served by less. The only names that
// Sendmail can check are those of an MTA-STS policy.
Demanded Authenticated(const Demanded& of_domain, const MessageTag& tag) {
  if (of_domain.demand >= Demand::kSecure) return of_domain;
  return {Demand::kWait, "TEMP the message requires TLS at level " + ToString(tag) +
                             ", and no MTA-STS policy says whom to trust"};
}

// The tag is a floor. A rule's own demand isn't judged here: it is taken for the highest that
// Sendmail can meet.
Demanded RaisedTo(const MessageTag& tag, const Demanded& of_domain) {
  switch (tag.kind) {
    case Kind::kNone:
      return of_domain;
    case Kind::kEncrypt:
      return of_domain.demand >= Demand::kEncrypt ? of_domain : Demanded{Demand::kEncrypt, {}};
    case Kind::kAuthenticated:
    case Kind::kDane:
    case Kind::kRule:
      break;
  }
  return Authenticated(of_domain, tag);
}

}  // namespace

std::string SendmailReply(const Verdict& verdict) {
  if (!IsDane(LevelDemanded(verdict))) return PostfixReply(verdict, false);
  if (verdict.lookup_failed) return TempReply(verdict);
  if (!verdict.sts) return PostfixReply(verdict, false);
  Verdict without_dane = verdict;
  without_dane.level = TlsLevel::kSecure;
  return PostfixReply(without_dane, false);
}

std::string SendmailMessageReply(const Verdict& verdict, const std::optional<MessageTag>& tag) {
  Demanded demanded = OfDomain(verdict);
  if (tag && !verdict.observed) demanded = RaisedTo(*tag, demanded);
  switch (demanded.demand) {
    case Demand::kNone:
      return "OK none";
    case Demand::kEncrypt:
      return "OK encrypt";
    case Demand::kSecure:
      return "OK secure";
    case Demand::kWait:
      break;
  }
  return demanded.temp;
}

}  // namespace tlswarden
