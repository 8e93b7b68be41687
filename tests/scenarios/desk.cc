#include "tests/scenarios/desk.h"

#include <chrono>
#include <optional>
#include <utility>

#include "milter/reply.h"
#include "policy/judge.h"
#include "socketmap/netstring.h"

namespace tlswarden {
namespace {

constexpr Time kBegin = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
constexpr std::size_t kTableSize = 1000;
constexpr int kRounds = 10;  // of Engine::Maintain, to see all
// Only real time that is lost, for scenarios that hang.
constexpr std::chrono::seconds kHang{10};
// Scripted answers need no time, so nobody loses patience unless a scenario says so.
constexpr std::chrono::milliseconds kPatience{60000};

std::string InWords(const Reply& reply) {
  return reply.code.empty() ? "accept" : CodesOf(reply) + ' ' + reply.text;
}

// "user@example.com" for example.com, [example.com]:587; "user@[192.0.2.1]" for an address.
std::string UserAt(const std::string& next_hop) {
  const Result<NextHop> parsed = ParseNextHop(next_hop);
  const bool named = parsed && !parsed->address_literal;
  return "user@" + (named ? parsed->domain.ascii : next_hop);
}

std::optional<RecipientQuestion> AskSession(const Asking& asking, const std::string& recipient) {
  if (asking.local) return ReadRcpt({recipient, "", "", ""});
  return ReadRcpt({'<' + recipient + '>', recipient, asking.next_hop, "smtp"});
}

}  // namespace

Desk::Desk() : now(kBegin) {
  options.patience = kPatience;
  options.clock = [this] { return now; };
  Restart();
}

void Desk::Restart() {
  table_ = std::make_unique<MemoryTable>(kTableSize);
  Rewire();
}

void Desk::Rewire() {
  engine_ =
      std::make_unique<Engine>(io_, EngineParts{dns, https, *table_, &store_, records}, options);
  orders_ = std::make_unique<CurrentOrders>(Orders{outbound, {}});
  answers_ = std::make_unique<Answers>(*engine_, *orders_, records);
}

void Desk::Forget() {
  records.Clear();
  dns.asked.clear();
  dns.answered.clear();
  https.BeginQuestion();
}

void Desk::Maintain() {
  Forget();
  for (int share = 0; share < kRounds; ++share) engine_->Maintain();
  https.EndQuestion();
  io_.restart();
  io_.run_for(kHang);
}

void Desk::Ask(const Asking& asking) {
  answer = Answer();
  Forget();
  const std::string to = asking.recipient.empty() ? UserAt(asking.next_hop) : asking.recipient;
  const std::optional<RecipientQuestion> recipient = AskSession(asking, to);
  answer.milter = answer.end_of_message = "accept";
  answer.at = now;
  plain_ = BeginMapTalk("postfix", asking.next_hop);
  tlsrpt_ = BeginMapTalk("postfix-TLSRPT", asking.next_hop);
  if (!recipient) return EndMapTalks(nullptr);
  for (int i = 0; i < asking.times; ++i) {
    engine_->AskAsync(recipient->question.next_hop,
                      [&](const EvidencePtr& evidence) { Answered(*recipient, evidence); });
  }
  io_.restart();
  io_.run_for(kHang);
  if (answer.answered != asking.times) faults.emplace_back("somebody got no answer");
}

void Desk::Answered(const RecipientQuestion& recipient, const EvidencePtr& evidence) {
  if (++answer.answered > 1) {
    if (evidence != answer.evidence) faults.emplace_back("two askers got different evidence");
    return;
  }
  https.EndQuestion();
  answer.evidence = evidence;
  Judged(recipient, evidence);
  EndMapTalks(evidence);
}

// As the milter's door does it.
void Desk::Judged(const RecipientQuestion& recipient, const EvidencePtr& evidence) {
  answer.judged = true;
  answer.verdict = JudgeAnswer(recipient.question, evidence.get(), outbound, now);
  const SessionOptions session_options;
  Session session(session_options);
  MailEvent mail;
  mail.argument = "<sender@desk.test>";
  session.OnMail(mail, orders_->Get(), now);
  const Decision decision = session.OnVerdict(recipient, evidence, answer.verdict);
  answer.milter = InWords(decision.now);
  answer.end_of_message = InWords(session.OnEndOfMessage(now).reply);
  VerdictGiven record;
  record.recipient = recipient.recipient;
  record.verdict = answer.verdict;
  record.action = decision.action;
  record.reply = CodesOf(decision.final);
  records.Write(std::move(record));
}

// As the map's server does it: an answer at hand goes out at once.
MapTalk Desk::BeginMapTalk(std::string_view map, const std::string& key) {
  MapTalk talk;
  talk.request = std::string(map) + ' ' + key;
  answers_->AppendReady(talk.request, now, talk.framed, talk.missing);
  return talk;
}

void Desk::EndMapTalks(const EvidencePtr& evidence) {
  answer.map = EndMapTalk(plain_, evidence);
  answer.tlsrpt = EndMapTalk(tlsrpt_, evidence);
  answer.map_framed = plain_.framed;
  answer.tlsrpt_framed = tlsrpt_.framed;
}

std::string Desk::EndMapTalk(MapTalk& talk, const EvidencePtr& evidence) {
  if (talk.missing) {
    // What is missing points into the request, which may have moved since.
    const std::optional<MapRequest> request = ParseMapRequest(talk.request);
    answers_->AppendJudged(talk.request, *request, evidence, false, std::chrono::microseconds(0),
                           talk.framed);
  }
  // Policies may be longer than a request, so the framing is taken off by hand.
  std::string text = talk.framed.substr(talk.framed.find(':') + 1);
  text.pop_back();
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace tlswarden
