// Envelopes of messages that RFC 8689 is about.
#ifndef TLSWARDEN_TESTS_UNIT_POLICY_ENVELOPES_H_
#define TLSWARDEN_TESTS_UNIT_POLICY_ENVELOPES_H_

#include "policy/envelope.h"

namespace tlswarden {

inline const Envelope& RequireTls() {
  static const Envelope envelope = [] {
    Envelope made;
    made.requiretls = true;
    made.sender = ParseMailAddress("<s@from.test>");
    return made;
  }();
  return envelope;
}

inline const Envelope& TlsNotRequired() {
  static const Envelope envelope = [] {
    Envelope made;
    made.tls_required_no = true;
    return made;
  }();
  return envelope;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_POLICY_ENVELOPES_H_
