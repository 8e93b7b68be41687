#include "report/ledger_batch.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "policy/failure.h"
#include "policy/utf8.h"

namespace tlswarden {
namespace {

// What a value takes beside its texts, about; measured with a few texts each.
constexpr std::size_t kPlaceOctets = 250;
constexpr std::size_t kTallyOctets = 150;
constexpr std::size_t kDetailOctets = 250;

void Bound(std::string& text) {
  if (text.size() <= kMaxLedgerText && IsUtf8(text)) return;
  text = MappedUtf8(text, kMaxLedgerText, [](const auto& character, std::string_view octets) {
    return character ? octets : std::string_view("?");
  });
}

void Bound(std::vector<std::string>& texts, std::size_t& room) {
  std::size_t kept = 0;
  for (std::string& text : texts) {
    Bound(text);
    const std::size_t octets = text.size() + sizeof(std::string);
    if (octets > room) break;
    room -= octets;
    ++kept;
  }
  texts.resize(kept);
}

auto Kind(const FailureDetail& detail) {
  return std::tie(detail.result_type, detail.sending_mta_ip, detail.receiving_mx_hostname,
                  detail.receiving_mx_helo, detail.receiving_ip, detail.additional_information,
                  detail.failure_reason_code);
}

std::size_t Octets(const ReportedPolicy& policy) {
  std::size_t octets = kTallyOctets + policy.type.size() + policy.domain.size();
  for (const auto* texts : {&policy.strings, &policy.mx_hosts}) {
    for (const std::string& text : *texts) octets += sizeof text + text.size();
  }
  return octets;
}

std::size_t Octets(const FailureDetail& detail) {
  return std::apply([](const auto&... text) { return (kDetailOctets + ... + text.size()); },
                    Kind(detail));
}

template <typename Tallies>
auto Find(Tallies& tallies, const ReportedPolicy& policy) {
  return std::find_if(tallies.begin(), tallies.end(),
                      [&](const PolicyTally& tally) { return tally.policy == policy; });
}

template <typename Details>
auto Find(Details& details, const FailureDetail& wanted) {
  return std::find_if(details.begin(), details.end(),
                      [&](const FailureDetail& detail) { return Kind(detail) == Kind(wanted); });
}

void Count(TlsCounts& counts, const TlsEvent& event) {
  const bool missing = StarttlsWasMissing(event);
  if (event.reached == TlsReached::kUnknown && !missing) return;
  if (event.reached == TlsReached::kPlain) ++counts.plain;
  if (event.reached == TlsReached::kEncrypted) ++counts.encrypted;
  if (event.reached == TlsReached::kAuthenticated) ++counts.authenticated;
  if (missing) ++counts.missing;
  counts.last = std::max(counts.last, event.at);
}

}  // namespace

void Bound(TlsEvent& event) {
  ReportedPolicy& policy = event.policy;
  for (std::string* text : {&event.domain, &event.tlsrpt_record, &policy.type, &policy.domain}) {
    Bound(*text);
  }
  std::size_t room = kMaxLedgerPolicy;
  Bound(policy.strings, room);
  Bound(policy.mx_hosts, room);
  for (FailureDetail& detail : event.details) {
    for (std::string* text :
         {&detail.result_type, &detail.sending_mta_ip, &detail.receiving_mx_hostname,
          &detail.receiving_mx_helo, &detail.receiving_ip, &detail.additional_information,
          &detail.failure_reason_code}) {
      Bound(*text);
    }
    detail.sessions = std::clamp<std::int64_t>(detail.sessions, 1, kMaxLedgerSessions);
  }
}

ReportedPolicy RestOf(const ReportedPolicy& policy, const std::string& domain) {
  constexpr std::array<std::string_view, 2> kTypes = {"tlsa", "sts"};
  const bool known = std::find(kTypes.begin(), kTypes.end(), policy.type) != kTypes.end();
  ReportedPolicy rest;
  rest.type = known ? policy.type : "no-policy-found";
  rest.domain = domain;
  return rest;
}

FailureDetail RestOf(const FailureDetail& detail) {
  FailureDetail rest;
  rest.result_type =
      ToString(ParseResultType(detail.result_type).value_or(ResultType::kValidationFailure));
  rest.sessions = detail.sessions;
  return rest;
}

std::size_t LedgerBatch::Hash::operator()(const Place& place) const {
  const auto day = static_cast<std::size_t>(DayNumber(place.day));
  return std::hash<std::string>()(place.domain) ^ (day * 0x9e3779b97f4a7c15u);
}

bool LedgerBatch::Add(TlsEvent&& event, const LedgerLimits& limits) {
  Place place{DayOf(event.at), std::move(event.domain)};
  if (octets_ >= limits.waiting_octets && !Knows(place, event)) return false;
  auto& [at, gathered] = At(std::move(place));
  ++gathered.events;
  using Outcome = TlsEvent::Outcome;
  if (event.outcome != Outcome::kDetailOnly) Count(gathered.tls, event);
  if (event.outcome == Outcome::kUncounted) return true;
  if (!event.tlsrpt_record.empty()) gathered.tlsrpt_record = std::move(event.tlsrpt_record);
  PolicyTally& tally = Tally(gathered, at.domain, std::move(event.policy), limits);
  if (event.outcome == Outcome::kSuccess) ++tally.successes;
  if (event.outcome == Outcome::kFailure) ++tally.failures;
  for (FailureDetail& detail : event.details) {
    AddDetail(gathered, tally, std::move(detail), limits);
  }
  return true;
}

std::uint64_t LedgerBatch::Add(LedgerBatch later, const LedgerLimits& limits) {
  std::uint64_t lost = 0;
  for (auto& [place, from] : later.places_) {
    if (octets_ >= limits.waiting_octets && !places_.contains(place)) {
      lost += from.events;
      continue;
    }
    Gathered& to = At(place).second;
    to.events += from.events;
    to.tls.plain += from.tls.plain;
    to.tls.encrypted += from.tls.encrypted;
    to.tls.authenticated += from.tls.authenticated;
    to.tls.missing += from.tls.missing;
    to.tls.last = std::max(to.tls.last, from.tls.last);
    if (!from.tlsrpt_record.empty()) to.tlsrpt_record = std::move(from.tlsrpt_record);
    for (PolicyTally& tally : from.tallies) {
      PolicyTally& sum = Tally(to, place.domain, std::move(tally.policy), limits);
      sum.successes += tally.successes;
      sum.failures += tally.failures;
      for (FailureDetail& detail : tally.details) AddDetail(to, sum, std::move(detail), limits);
    }
  }
  return lost;
}

// Nothing of the event would take more room.
bool LedgerBatch::Knows(const Place& place, const TlsEvent& event) const {
  const auto found = places_.find(place);
  if (found == places_.end()) return false;
  if (event.outcome == TlsEvent::Outcome::kUncounted) return true;
  const std::vector<PolicyTally>& tallies = found->second.tallies;
  const auto tally = Find(tallies, event.policy);
  return tally != tallies.end() &&
         std::all_of(event.details.begin(), event.details.end(), [&](const FailureDetail& detail) {
           return Find(tally->details, detail) != tally->details.end();
         });
}

LedgerBatch::Places::value_type& LedgerBatch::At(Place place) {
  const std::size_t octets = kPlaceOctets + place.domain.size();
  const auto [at, made] = places_.try_emplace(std::move(place));
  if (made) octets_ += octets;
  return *at;
}

PolicyTally& LedgerBatch::Tally(Gathered& gathered, const std::string& domain,
                                ReportedPolicy policy, const LedgerLimits& limits) {
  std::vector<PolicyTally>& tallies = gathered.tallies;
  auto found = Find(tallies, policy);
  const auto most = static_cast<std::size_t>(limits.policies_a_domain_and_day);
  if (found == tallies.end() && tallies.size() >= most) {
    policy = RestOf(policy, domain);
    found = Find(tallies, policy);
  }
  if (found != tallies.end()) return *found;
  octets_ += Octets(policy);
  tallies.emplace_back().policy = std::move(policy);
  return tallies.back();
}

void LedgerBatch::AddDetail(Gathered& gathered, PolicyTally& tally, FailureDetail detail,
                            const LedgerLimits& limits) {
  auto found = Find(tally.details, detail);
  const auto most = static_cast<std::size_t>(limits.rows_a_domain_and_day);
  if (found == tally.details.end() && gathered.rows >= most) {
    detail = RestOf(detail);
    found = Find(tally.details, detail);
  }
  if (found != tally.details.end()) {
    found->sessions += detail.sessions;
    return;
  }
  octets_ += Octets(detail);
  ++gathered.rows;
  tally.details.push_back(std::move(detail));
}

}  // namespace tlswarden
