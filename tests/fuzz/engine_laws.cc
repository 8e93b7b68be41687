#include "tests/fuzz/engine_laws.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <variant>

#include "cache/freshness.h"
#include "milter/reply.h"
#include "policy/explain.h"
#include "socketmap/netstring.h"
#include "socketmap/postfix_reply.h"
#include "tests/fuzz/check.h"
#include "tests/unit/socketmap/postfix_grammar.h"

namespace tlswarden {
namespace {

// Answers may be longer than what the reader of requests takes.
std::string_view Unframed(std::string_view framed) {
  std::size_t length = 0;
  const auto [end, ec] = std::from_chars(framed.data(), framed.data() + framed.size(), length);
  const auto digits = static_cast<std::size_t>(end - framed.data());
  Check(ec == std::errc() && framed.size() == digits + 1 + length + 1 && framed[digits] == ':' &&
            framed.ends_with(',') && std::to_string(length).size() == digits,
        "an answer is one netstring", framed);
  const std::string_view text = framed.substr(digits + 1, length);
  if (length <= kMaxRequestOctets) {
    const NetstringScan scan = ScanNetstring(framed);
    Check(scan.state == NetstringScan::State::kComplete && scan.data == text,
          "the reader of netstrings reads an answer", framed);
  }
  return text;
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

// The values of an attribute, in order.
std::vector<std::string> ValuesOf(const PostfixPolicy& policy, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [attribute, value] : policy.attributes) {
    if (attribute == name) values.push_back(value);
  }
  return values;
}

// `answer` is without its framing.
void CheckMapText(std::string_view answer, bool with_tlsrpt) {
  Check(answer.size() <= 100000 && IsPrintable(answer), "Postfix can read an answer", answer);
  if (answer == "NOTFOUND ") return;
  if (answer.starts_with("TEMP ") || answer.starts_with("PERM ")) {
    Check(answer.size() > 5, "a refusal has a reason", answer);
    return;
  }
  Check(answer.starts_with("OK "), "an answer is of a known kind", answer);
  const std::optional<PostfixPolicy> policy = ReadPostfixPolicy(answer.substr(3));
  Check(policy.has_value(), "Postfix's grammar", answer);
  if (policy->level != "secure") return;
  Check(ValuesOf(*policy, "match").size() == 1, "secure names its hosts", answer);
  const bool reported = !ValuesOf(*policy, "policy_type").empty();
  Check(reported == with_tlsrpt, "attributes for reports come when asked for", answer);
  if (!reported) return;
  Check(ValuesOf(*policy, "policy_domain").size() == 1, "policy_domain is there", answer);
  Check(!ValuesOf(*policy, "policy_string").empty(), "policy_string is there", answer);
  Check(!ValuesOf(*policy, "mx_host_pattern").empty(), "mx_host_pattern is there", answer);
}

// `OK secure match=LIST …`: the list that the policy leads to.
std::string SecureAnswer(const StsPolicy& policy) {
  std::string list;
  for (const MxPattern& pattern : policy.mx) {
    if (!list.empty()) list += ':';
    list += (pattern.wildcard ? "." : "") + pattern.domain.ascii;
  }
  return "OK secure match=" + list + " servername=hostname";
}

bool HasMapRecord(const Desk& desk, std::string_view map, std::string_view framed) {
  const std::string_view text = Unframed(framed);
  return std::any_of(desk.records.values.begin(), desk.records.values.end(),
                     [&](const Record& any) {
                       const auto* record = std::get_if<MapAnswered>(&any);
                       return record != nullptr && record->map == map && record->answer == text;
                     });
}

// RFC 6890: a stranger must not have us visit these. Written down anew, by how they begin.
bool IsPrivate(std::string_view address) {
  for (const std::string_view begin : {"127.", "10.", "169.254.", "192.168.", "192.0.2.",
                                       "fe80:", "fd", "fc", "::", "64:ff9b::a00:"}) {
    if (address.starts_with(begin)) return true;
  }
  return false;
}

}  // namespace

int Strictness(std::string_view map_answer) {
  if (map_answer.starts_with("NOTFOUND")) return 0;
  if (map_answer == "OK encrypt") return 1;
  if (map_answer == "OK dane") return 2;
  return 3;  // secure and dane-only, which don't compare, and all that makes mail wait
}

void CheckForm(const Answer& answer) {
  CheckMapText(Unframed(answer.map_framed), false);
  CheckMapText(Unframed(answer.tlsrpt_framed), true);
  Check(Strictness(answer.map) == Strictness(answer.tlsrpt), "both maps demand the same",
        answer.map + " / " + answer.tlsrpt);
}

void CheckMilter(const Answer& answer) {
  if (!answer.judged) return Check(answer.milter == "accept", "what isn't judged is accepted");
  const Verdict& verdict = answer.verdict;
  for (const std::string& text : {answer.milter, answer.end_of_message}) {
    Check(text == "accept" || text.starts_with("451 4.") || text.starts_with("550 5."),
          "a reply is one of ours", text);
    Check(IsPrintable(text) && text.size() <= 10 + kMaxReplyText, "a reply is one line", text);
  }
  const Action taken = ActionTaken(verdict);
  const Reply reply = MakeReply(verdict);
  Check(reply.action == taken, "reply and verdict agree", answer.milter);
  const std::string_view code = taken == Action::kAccept  ? ""
                                : taken == Action::kDefer ? "451"
                                                          : "550";
  Check(reply.code == code, "code and action agree", answer.milter);
  if (verdict.action == Action::kAccept) return;
  Check(verdict.failure && !verdict.failure->reason.empty(), "who must wait is told why");
  Check(verdict.action != Action::kReject || !MayHeal(verdict), "what may heal isn't rejected");
}

void CheckRecords(const Desk& desk) {
  for (const std::string& line : desk.records.lines) {
    // What is UTF-8 stays as it is.
    const bool whole = std::none_of(line.begin(), line.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    Check(whole, "a record is one line", line);
  }
  const Answer& answer = desk.answer;
  if (!answer.judged || desk.dns.asked.empty() || desk.outbound.mode == Mode::kOff) return;
  Check(HasMapRecord(desk, "postfix", answer.map_framed), "an answer has a record", answer.map);
  Check(HasMapRecord(desk, "postfix-TLSRPT", answer.tlsrpt_framed), "an answer has a record",
        answer.tlsrpt);
}

void CheckEvidence(const NextHop& next_hop, const Desk& desk, const Ledger& ledger) {
  constexpr std::size_t kMostQuestions = 4 + 32 * 5;
  Check(desk.dns.asked.size() <= kMostQuestions, "the questions for one next hop are bounded");
  for (const std::string& visit : desk.https.fetched) {
    for (std::size_t at = visit.find(' '); at != std::string::npos; at = visit.find(' ', at + 1)) {
      Check(desk.options.allow_private_addresses || !IsPrivate(visit.substr(at + 1)),
            "no visit to private addresses", visit);
    }
  }
  // An exception in an inquiry ends with no evidence; here nothing else does.
  Check(desk.answer.evidence != nullptr, "each inquiry ends with evidence");
  const Evidence& evidence = *desk.answer.evidence;
  Check(evidence.next_hop == next_hop || next_hop.address_literal, "evidence is of what was asked");
  ExplainMx(evidence.mx);
  ExplainSts(evidence.sts, desk.now);
  ExplainVerdict(desk.answer.verdict, evidence);
  if (!desk.dns.asked.empty() && !evidence.sts.interim) {
    Check(evidence.UsableUntil() > desk.now && evidence.UsableUntil() <= desk.now + kMostTtl,
          "evidence ends, but not at once");
  }
  if (!evidence.sts.learned) return;
  const LearnedStsPolicy& learned = *evidence.sts.learned;
  const bool served = ledger.Any(next_hop.domain.ascii, [&](const Taken& taken) {
    return taken.policy == *learned.policy && taken.at == learned.fetched_at;
  });
  Check(served, "what is learned was served, and lives from its fetch on");
}

void CheckDane(const NextHop& next_hop, const Desk& desk) {
  bool signed_mx = next_hop.bracketed;
  bool counts = false;
  for (std::size_t i = 0; i < desk.dns.asked.size(); ++i) {
    const DnsReply& reply = desk.dns.answered[i];
    const bool secure = reply.security == Security::kSecure;
    if (desk.dns.asked[i].starts_with("MX ")) signed_mx = secure;
    if (!desk.dns.asked[i].starts_with("TLSA ")) continue;
    counts = counts || reply.rcode == Rcode::kFailure || (secure && !reply.tlsa.empty());
  }
  if (!signed_mx || !counts || desk.outbound.mode != Mode::kEnforce) return;
  Check(Strictness(desk.answer.map) >= 2, "TLSA behind a signed MX is held", desk.answer.map);
}

void CheckPolicyChange(const std::optional<Taken>& known, const Taken& taken, const Desk& desk,
                       const Ledger& ledger) {
  if (known && known->policy.lines == taken.policy.lines) return;
  // One that had ended may still be remembered for another port: nothing new then.
  const bool seen_before = ledger.Any(taken.domain, [&](const Taken& other) {
    return &other != &taken && other.policy.lines == taken.policy.lines;
  });
  if (!known && seen_before) return;
  const bool told =
      std::any_of(desk.records.values.begin(), desk.records.values.end(), [&](const Record& any) {
        const auto* record = std::get_if<PolicyChanged>(&any);
        return record != nullptr && *record->now.policy == taken.policy;
      });
  Check(told, "a policy learned or changed has a record");
}

void CheckLevel(const NextHop& next_hop, const std::optional<Taken>& known, const Taken* taken,
                const Desk& desk, const Ledger& ledger) {
  const Answer& answer = desk.answer;
  if (next_hop.address_literal || desk.outbound.mode != Mode::kEnforce) {
    return Check(answer.map == "NOTFOUND", "nothing is demanded", answer.map);
  }
  const bool mx_failed = IsLookupFailure(answer.evidence->mx.security);
  Check(mx_failed || !answer.map.starts_with("TEMP"), "only a failed MX look-up holds mail up",
        answer.map);
  if (answer.map.starts_with("OK secure")) {
    const bool in_force = ledger.Any(next_hop.domain.ascii, [&](const Taken& any) {
      return any.Enforces(desk.now) && answer.map == SecureAnswer(any.policy);
    });
    Check(in_force, "only a policy in force says secure", answer.map);
  }
  // An answer that didn't wait for the fetch goes by what was known before.
  const bool waited = !answer.evidence->sts.interim;
  // And what was found out for a port or a bracketed host stands as long as its TTLs.
  const bool from_cache = desk.dns.asked.empty() && desk.https.fetched.empty();
  if (from_cache && ToString(next_hop) != next_hop.domain.ascii) return;
  const Taken* counts = taken != nullptr && waited ? taken : known ? &*known : nullptr;
  if (counts == nullptr) return;
  // The map keeps its answers for a minute, whatever another port's inquiry has learned since.
  const bool just_learned = counts->at + std::chrono::minutes(1) > desk.now;
  if (from_cache && just_learned) return;
  if (!counts->Enforces(desk.now)) {
    Check(!answer.map.starts_with("OK secure"), "no policy in force, no secure", answer.map);
    return;
  }
  Check(Strictness(answer.map) == 3, "an enforced policy is held", answer.map);
  Check(!answer.map.starts_with("OK secure") || answer.map == SecureAnswer(counts->policy),
        "an enforced policy is the one that is held", answer.map);
}

}  // namespace tlswarden
