#include "tests/scenarios/expectations.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "milter/reply.h"
#include "policy/explain.h"
#include "tests/scenarios/scenario_parser.h"

namespace tlswarden {
namespace {

std::string Level(const Desk& desk) {
  if (!desk.answer.judged) return "not judged";
  return std::string(ToString(desk.answer.verdict.level));
}

std::string Type(const Desk& desk) {
  return std::string(ToString(desk.answer.verdict.policy_type));
}

std::string MatchedRule(const Desk& desk) { return desk.answer.verdict.rule; }

std::string FailureInWords(const Desk& desk) {
  const std::optional<Failure>& failure = desk.answer.verdict.failure;
  return failure ? std::string(ToString(failure->type)) + ": " + failure->reason : "none";
}

// "1 enforce", and "expired" behind it when it is no longer in force.
std::string Policy(const Desk& desk) {
  if (desk.answer.evidence == nullptr || !desk.answer.evidence->sts.learned) return "none";
  const LearnedStsPolicy& learned = *desk.answer.evidence->sts.learned;
  const std::string text = learned.id + ' ' + std::string(ToString(learned.policy->mode));
  return desk.answer.at < learned.ExpiresAt() ? text : text + " expired";
}

std::string PolicyFailure(const Desk& desk) {
  if (desk.answer.evidence == nullptr || !desk.answer.evidence->sts.failure) return "none";
  const Failure& failure = *desk.answer.evidence->sts.failure;
  return std::string(ToString(failure.type)) + ": " + failure.reason;
}

// "mx1.example usable, mx2.example none".
std::string Hosts(const Desk& desk) {
  if (desk.answer.evidence == nullptr) return "none";
  std::string text;
  for (const MxHost& host : desk.answer.evidence->mx.hosts) {
    text += (text.empty() ? "" : ", ") + host.name.ascii + ' ' + std::string(ToString(host.dane));
  }
  return text.empty() ? "none" : text;
}

// "mx.example: 2 1 1, 3 1 1": where the TLSA records were found, and which are left to match.
std::string Tlsa(const Desk& desk) {
  if (desk.answer.evidence == nullptr) return "none";
  std::string text;
  for (const MxHost& host : desk.answer.evidence->mx.hosts) {
    if (host.tlsa_base.ascii.empty()) continue;
    text += (text.empty() ? "" : "; ") + host.tlsa_base.ascii + ':';
    for (const TlsaRecord& record : host.usable) {
      text += &record == &host.usable.front() ? " " : ", ";
      text += std::to_string(record.usage) + ' ' + std::to_string(record.selector) + ' ' +
              std::to_string(record.matching_type);
    }
    if (host.usable.empty()) text += " none usable";
  }
  return text.empty() ? "none" : text;
}

std::string Mx(const Desk& desk) {
  if (desk.answer.evidence == nullptr) return "none";
  return std::string(ToString(desk.answer.evidence->mx.security));
}

std::string Milter(const Desk& desk) { return desk.answer.milter; }
std::string EndOfMessage(const Desk& desk) { return desk.answer.end_of_message; }
std::string Map(const Desk& desk) { return desk.answer.map; }
std::string Tlsrpt(const Desk& desk) { return desk.answer.tlsrpt; }
std::string Questions(const Desk& desk) { return std::to_string(desk.dns.asked.size()); }
std::string Fetches(const Desk& desk) { return std::to_string(desk.https.fetched.size()); }

constexpr std::array<std::pair<std::string_view, std::string (*)(const Desk&)>, 15> kTexts = {{
    {"level", Level},
    {"type", Type},
    {"rule", MatchedRule},
    {"failure", FailureInWords},
    {"policy", Policy},
    {"policy-failure", PolicyFailure},
    {"mx", Mx},
    {"hosts", Hosts},
    {"tlsa", Tlsa},
    {"milter", Milter},
    {"end-of-message", EndOfMessage},
    {"map", Map},
    {"tlsrpt", Tlsrpt},
    {"questions", Questions},
    {"fetches", Fetches},
}};

std::vector<std::string> Explained(const Desk& desk) {
  if (desk.answer.evidence == nullptr) return {};
  const Evidence& evidence = *desk.answer.evidence;
  std::vector<std::string> lines = ExplainMx(evidence.mx);
  for (std::string& line : ExplainSts(evidence.sts, desk.answer.at)) lines.push_back(line);
  lines.push_back(ExplainVerdict(desk.answer.verdict, evidence));
  return lines;
}

std::vector<std::string> Records(const Desk& desk) { return desk.records.lines; }
std::vector<std::string> Asked(const Desk& desk) { return desk.dns.asked; }
std::vector<std::string> Fetched(const Desk& desk) { return desk.https.fetched; }

constexpr std::array<std::pair<std::string_view, std::vector<std::string> (*)(const Desk&)>, 4>
    kLists = {{
        {"record", Records},
        {"asked", Asked},
        {"fetched", Fetched},
        {"explain", Explained},
    }};

std::string Complaint(std::string_view what, std::string_view wanted, std::string_view got) {
  std::string text(what);
  text += "\n    wanted: ";
  text += wanted;
  text += "\n    got:    ";
  text += got;
  return text;
}

std::string Join(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : "\n            ") + item;
  return text.empty() ? "nothing" : text;
}

// Replies may be given by their first words: codes and result type are what matters most.
bool Meets(std::string_view what, std::string_view wanted, std::string_view got) {
  if (MatchesPattern(wanted, got)) return true;
  const bool reply = what == "milter" || what == "end-of-message";
  return reply && wanted != "accept" && MatchesPattern(std::string(wanted) + "...", got);
}

std::optional<std::string> CheckList(std::string_view what, bool present, std::string_view wanted,
                                     const std::vector<std::string>& items) {
  // Records are long: what is wanted may stand anywhere in one.
  const std::string pattern =
      what == "record" ? "..." + std::string(wanted) + "..." : std::string(wanted);
  const bool found = std::any_of(items.begin(), items.end(), [&](const std::string& item) {
    return MatchesPattern(pattern, item);
  });
  if (found == present) return std::nullopt;
  return Complaint((present ? "" : "not-") + std::string(what), wanted, Join(items));
}

}  // namespace

std::optional<std::string> WhyUnmet(std::string_view expectation, const Desk& desk) {
  std::string_view wanted = expectation;
  const std::string what = TakeWord(wanted);
  if (wanted.empty()) return "expect: nothing is wanted of " + what;
  for (const auto& [word, text_of] : kTexts) {
    if (word != what) continue;
    const std::string got = text_of(desk);
    if (Meets(what, wanted, got)) return std::nullopt;
    return Complaint(what, wanted, got);
  }
  const bool present = !what.starts_with("not-");
  const std::string_view list = present ? what : std::string_view(what).substr(4);
  for (const auto& [word, items_of] : kLists) {
    if (word == list) return CheckList(list, present, wanted, items_of(desk));
  }
  return "unknown expectation: " + what;
}

}  // namespace tlswarden
