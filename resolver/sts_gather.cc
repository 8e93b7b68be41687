#include "resolver/sts_gather.h"

#include <boost/algorithm/string/join.hpp>
#include <utility>
#include <vector>

#include "cache/freshness.h"
#include "policy/sts_policy.h"
#include "policy/sts_record.h"
#include "resolver/address_guard.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

// What survives from before: an unexpired policy, and the memory of failures.
StsEvidence CarryOver(StsEvidence known, Time now) {
  StsEvidence sts = std::move(known);
  if (sts.learned && now >= sts.learned->ExpiresAt()) sts.learned.reset();
  return sts;
}

void Fail(Failure failure, Time now, StsEvidence& sts) {
  if (!sts.failure) sts.failing_since = now;
  sts.failure = std::move(failure);
}

void ForgetFailure(StsEvidence& sts) {
  sts.failure.reset();
  sts.failing_since = {};
  sts.warned_at = {};
}

// The addresses of the policy host that may be visited.
awaitable<Result<std::vector<std::string>, Failure>> FindPolicyHost(Dns& dns, std::string host,
                                                                    bool allow_private) {
  const AddressReplies replies = co_await QueryAddresses(dns, host);
  const std::vector<std::string> found = AllAddresses(replies);
  if (found.empty()) {
    const bool a_failed = replies.a.rcode == Rcode::kFailure;
    const DnsReply& reply = a_failed ? replies.a : replies.aaaa;
    const std::string why = reply.rcode == Rcode::kFailure ? ": " + reply.failure : "";
    co_return Error{
        Failure{ResultType::kStsPolicyFetchError, host + " has no address" + why, true}};
  }
  std::vector<std::string> refused;
  std::vector<std::string> allowed = KeepPublic(found, allow_private, &refused);
  if (allowed.empty()) {
    co_return Error{
        Failure{ResultType::kStsPolicyFetchError,
                host + " has no public address: " + boost::algorithm::join(refused, ", "), true}};
  }
  co_return allowed;
}

awaitable<Result<StsPolicy, Failure>> FetchPolicy(Dns& dns, Https& https, Domain domain,
                                                  bool allow_private) {
  const std::string host = "mta-sts." + domain.ascii;
  const Result<std::vector<std::string>, Failure> addresses =
      co_await FindPolicyHost(dns, host, allow_private);
  if (!addresses) co_return Error{addresses.error()};
  std::vector<std::string> to_try = *addresses;
  const Result<std::string, Failure> body = co_await https.GetPolicy(host, std::move(to_try));
  if (!body) co_return Error{body.error()};
  const Result<StsPolicy> policy = ParseStsPolicy(*body);
  if (!policy) co_return Error{Failure{ResultType::kStsPolicyInvalid, policy.error(), false}};
  co_return *policy;
}

bool NeedsFetch(const StsEvidence& sts, const StsRecord& record, Time now) {
  if (record.id == sts.failed_id && now < sts.no_fetch_before) return false;
  if (!sts.learned || sts.learned->id != record.id) return true;
  return now >= sts.refresh_at;
}

void Learn(StsPolicy policy, const StsRecord& record, const StsTerms& terms, StsEvidence& sts) {
  sts.learned = LearnedStsPolicy{std::move(policy), record.id, terms.now};
  sts.refresh_at = RefreshAt(*sts.learned, terms.jitter);
  ForgetFailure(sts);
  sts.failed_id.clear();
  sts.failed_fetches = 0;
  sts.no_fetch_before = {};
  // A policy with a short life is looked at again when that life is over.
  const Time expires = terms.now + std::max(sts.learned->policy->max_age, kLeastTtl);
  sts.look_again_at = std::min(sts.look_again_at, expires);
}

void RememberFailure(Failure failure, const StsRecord& record, const StsTerms& terms,
                     StsEvidence& sts) {
  Fail(std::move(failure), terms.now, sts);
  sts.failed_fetches = sts.failed_id == record.id ? sts.failed_fetches + 1 : 1;
  sts.failed_id = record.id;
  sts.no_fetch_before = terms.now + FetchBackOff(sts.failed_fetches, terms.jitter);
  sts.look_again_at = std::min(sts.look_again_at, sts.no_fetch_before);
}

awaitable<void> Fetch(Dns& dns, Https& https, Domain domain, StsRecord announced, StsTerms terms,
                      StsEvidence& sts) {
  const Result<StsPolicy, Failure> policy =
      co_await FetchPolicy(dns, https, domain, terms.allow_private);
  if (policy) {
    Learn(*policy, announced, terms, sts);
  } else {
    RememberFailure(policy.error(), announced, terms, sts);
  }
}

// RFC 8461 section 10.2: a policy is renewed whatever the state of the TXT record, so that nobody
// who blocks that record can wait for the policy's end.
awaitable<void> FetchWithoutRecord(Dns& dns, Https& https, Domain domain, StsTerms terms,
                                   StsEvidence& sts) {
  if (!sts.learned || sts.learned->policy->mode == StsMode::kNone) co_return;
  const StsRecord known{sts.learned->id};
  if (!NeedsFetch(sts, known, terms.now)) co_return;
  co_await Fetch(dns, https, domain, known, terms, sts);
}

// There is no answer to the question for the record: the same again, but not at once.
void RememberLookupFailure(const std::string& name, const DnsReply& reply, const StsTerms& terms,
                           StsEvidence& sts) {
  ++sts.failed_lookups;
  sts.look_again_at = terms.now + LookupBackOff(sts.failed_lookups, terms.jitter);
  Fail({ResultType::kStsPolicyFetchError, "TXT " + name + ": " + reply.failure, true}, terms.now,
       sts);
}

}  // namespace

awaitable<StsEvidence> GatherSts(Dns& dns, Https& https, Domain domain, StsEvidence known,
                                 StsTerms terms) {
  StsEvidence sts = CarryOver(std::move(known), terms.now);
  const std::string name = "_mta-sts." + domain.ascii;
  if (name.size() > kMaxDomainOctets) {
    sts.look_again_at = terms.now + kMostTtl;
    co_return sts;
  }
  const DnsReply reply = co_await dns.Query(name, RrType::kTxt);
  if (reply.rcode == Rcode::kFailure) {
    RememberLookupFailure(name, reply, terms, sts);
    co_await FetchWithoutRecord(dns, https, domain, terms, sts);
    co_return sts;
  }
  sts.failed_lookups = 0;
  sts.look_again_at = terms.now + BoundedTtl(reply.ttl);
  const Result<std::optional<StsRecord>> record = SelectStsRecord(reply.txt);
  if (!record) {
    Fail({ResultType::kStsPolicyInvalid, "TXT " + name + ": " + record.error(), false}, terms.now,
         sts);
    co_await FetchWithoutRecord(dns, https, domain, terms, sts);
    co_return sts;
  }
  if (!record->has_value()) {
    // No announcement. A learned policy lives until max_age is over, and failing to renew it still
    // matters.
    if (!sts.learned || sts.failed_id.empty()) ForgetFailure(sts);
    co_await FetchWithoutRecord(dns, https, domain, terms, sts);
    co_return sts;
  }
  const StsRecord announced = **record;
  if (!NeedsFetch(sts, announced, terms.now)) {
    if (sts.failed_id != announced.id) ForgetFailure(sts);
    co_return sts;
  }
  co_await Fetch(dns, https, domain, announced, terms, sts);
  co_return sts;
}

}  // namespace tlswarden
