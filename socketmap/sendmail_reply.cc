#include "socketmap/sendmail_reply.h"

#include "socketmap/postfix_reply.h"

namespace tlswarden {

std::string SendmailReply(const Verdict& verdict) {
  const TlsLevel level = LevelDemanded(verdict);
  const bool dane = level == TlsLevel::kDane || level == TlsLevel::kDaneOnly;
  if (dane && verdict.lookup_failed) return TempReply(verdict);
  return PostfixReply(verdict, false);
}

}  // namespace tlswarden
