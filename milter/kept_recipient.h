// kept_recipient: an accepted recipient until the end of its message, and what its delivery needs.
//
// Pure. Here stands what follows where a message's own demand can't reach the delivery.
#ifndef TLSWARDEN_MILTER_KEPT_RECIPIENT_H_
#define TLSWARDEN_MILTER_KEPT_RECIPIENT_H_

#include <string>

#include "milter/end_of_message.h"
#include "milter/recipient.h"
#include "policy/domain_set.h"
#include "policy/record.h"
#include "policy/verdict.h"
#include "resolver/resolver.h"

namespace tlswarden {

struct SessionOptions {
  PerMessage per_message = PerMessage::kOff;
  // Domains whose mail stays here. Only for mail from pickup or sendmail(1), of which Postfix
  // doesn't say where it goes; empty: nobody knows.
  DomainSet local_domains;
  bool received_tls_header = false;  // for the reader: which hops used TLS
};

struct KeptRecipient {
  RecipientQuestion recipient;
  EvidencePtr evidence;
  Verdict verdict;
  bool waits = false;  // the verdict was put off until the headers are known
};

// True for a demand that a policy map, which knows a next hop only, never makes.
bool OnlyForTheMessage(const Verdict& verdict);

// Whether its verdict refuses the message at the end. What should be deferred of mail from pickup
// isn't: see Session::OnVerdict.
bool RefusesMessage(const KeptRecipient& kept);

// Points to the recipient and to the rule of its verdict.
TaggedRecipient WhatItNeeds(const KeptRecipient& kept, const Outbound& outbound, Time now);

bool CanCarry(const KeptRecipient& kept, const SessionOptions& options);

// Whether the message must not go on without what it needs: the map would demand less.
bool MustBeCarried(const KeptRecipient& kept, PerMessage how, const Outbound& outbound, Time now);

// The verdict when it must be carried and can't: better a bounce or a held message than one that
// goes out as if nothing had been demanded.
Verdict Uncarried(const KeptRecipient& kept, const SessionOptions& options,
                  const Outbound& outbound);

// What the log says of it at the end of the message.
VerdictGiven RecordOf(const KeptRecipient& kept, const std::string& tag);

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_KEPT_RECIPIENT_H_
