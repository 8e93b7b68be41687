#include "policy/remembered_watch.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tlswarden {
namespace {

Sighting About(const WatchedSession& session) {
  Sighting sighting;
  sighting.domain = session.domain;
  sighting.rule = kRememberedAlarm;
  sighting.mx_hostname = session.mx_hostname;
  return sighting;
}

Failure WhatIsMissing(const WatchedSession& session, const RememberedTls* known) {
  std::string text = "the domain had ";
  text += known == nullptr ? std::string("TLS so far") : Describe(*known);
  text += session.tls == WatchedSession::Tls::kPlain ? "; now mail goes to it in the clear"
                                                     : "; now STARTTLS is missing, and mail waits";
  return {ResultType::kStarttlsNotSupported, std::move(text), true};
}

}  // namespace

bool PlainCounts(const NextHop& next_hop, const Outbound& outbound, Time now) {
  Facts facts;
  facts.recipient_domain = &next_hop.domain;
  facts.next_hop = &next_hop;
  const RulePtr rule = outbound.rules.Match(facts, now).rule;
  const Mode mode = rule == nullptr ? outbound.mode : rule->mode.value_or(outbound.mode);
  if (mode != Mode::kEnforce) return true;
  const Requirement require = rule == nullptr ? Requirement::kPublished : rule->outbound.require;
  if (require == Requirement::kNone) return false;
  const bool is_held = outbound.remember_tls == RememberTls::kRequire &&
                       outbound.remembered != nullptr &&
                       outbound.remembered->Find(next_hop, now) != nullptr;
  return !is_held;
}

std::optional<Sighting> RememberedWatch::Observe(const WatchedSession& session,
                                                 const RememberedTls* known) {
  if (session.domain.ascii.empty()) return std::nullopt;
  if (session.tls == WatchedSession::Tls::kThere) {
    if (!entries_.Erase(session.domain.ascii)) return std::nullopt;
    return About(session);  // without a failure: the all-clear
  }
  const bool is_new = entries_.Find(session.domain.ascii) == nullptr;
  if (is_new && known == nullptr) return std::nullopt;
  Entry& entry = entries_.Touch(session.domain.ascii);
  GoneDomain& gone = entry.gone;
  if (is_new) gone = {session.domain, session.at, session.at, 0, false};
  const bool is_held = session.tls == WatchedSession::Tls::kMissing;
  if (is_new) {
    entry.told_before = known->gone_since && *known->gone_since < DayOf(session.at);
  } else if (session.at - gone.last >= kAlarmForgotten) {
    entry.told_before = true;
  }
  // What only went in the clear so far, and now waits, is worth another word.
  if (is_held && !gone.held) entry.told_before = false;
  gone.last = std::max(gone.last, session.at);
  gone.held |= is_held;
  ++gone.sessions;
  if (entry.told_before) return std::nullopt;
  Sighting sighting = About(session);
  sighting.failure = WhatIsMissing(session, known);
  sighting.may_heal = true;
  sighting.blocked = is_held;
  return sighting;
}

void RememberedWatch::LetGo(const Domain& domain) { entries_.Erase(domain.ascii); }

std::vector<GoneDomain> RememberedWatch::Gone(Time now) const {
  std::vector<GoneDomain> gone;
  for (const auto& [domain, each] : entries_) {
    if (now - each.gone.last < kRememberedFor) gone.push_back(each.gone);
  }
  std::sort(gone.begin(), gone.end(),
            [](const GoneDomain& a, const GoneDomain& b) { return a.domain < b.domain; });
  return gone;
}

}  // namespace tlswarden
