#include "policy/verdict.h"

namespace tlswarden {

std::string_view ToString(PolicyType type) {
  switch (type) {
    case PolicyType::kTlsa:
      return "tlsa";
    case PolicyType::kSts:
      return "sts";
    case PolicyType::kNoPolicyFound:
      return "no-policy-found";
  }
  return "no-policy-found";
}

std::string_view ToString(Action action) {
  switch (action) {
    case Action::kAccept:
      return "accept";
    case Action::kDefer:
      return "defer";
    case Action::kReject:
      return "reject";
    case Action::kQuarantine:
      return "quarantine";
    case Action::kRoute:
      return "route";
  }
  return "accept";
}

bool IsHeldToMemory(const Verdict& verdict) {
  return verdict.remembered && verdict.level == TlsLevel::kEncrypt;
}

bool MayHeal(const Verdict& verdict) {
  return verdict.lookup_failed || verdict.failure->transient || IsHeldToMemory(verdict);
}

Action ActionTaken(const Verdict& verdict) {
  return verdict.observed ? Action::kAccept : verdict.action;
}

TlsLevel LevelDemanded(const Verdict& verdict) {
  return verdict.observed ? TlsLevel::kMay : verdict.level;
}

}  // namespace tlswarden
