// A whole message through a session, told in a few words.
#ifndef TLSWARDEN_TESTS_UNIT_MILTER_MESSAGE_H_
#define TLSWARDEN_TESTS_UNIT_MILTER_MESSAGE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "milter/session.h"
#include "policy/judge.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {

// What DNS says, by the first label: "dane" has DANE, "sts" an enforced MTA-STS policy that fits,
// "unfit" one that doesn't, "lost" an MX lookup that failed, others nothing.
inline EvidencePtr EvidenceOf(const NextHop& next_hop) {
  const std::string& name = next_hop.domain.ascii;
  if (name.empty()) return std::make_shared<const Evidence>(Seen("[192.0.2.1]", MxEvidence()));
  const bool dane = name.starts_with("dane.");
  const std::string host = "mx." + name;
  MxEvidence mx = name.starts_with("lost.")
                      ? Mx(Security::kIndeterminate, {})
                      : Mx(dane ? Security::kSecure : Security::kInsecure,
                           {Host(host, dane ? HostDane::kUsable : HostDane::kNone)});
  Evidence evidence = Seen(ToString(next_hop), mx);
  if (name.starts_with("sts.")) evidence.sts.learned = Learned("enforce", {host});
  if (name.starts_with("unfit.")) evidence.sts.learned = Learned("enforce", {"mx.other.test"});
  return std::make_shared<const Evidence>(evidence);
}

inline Rule OutboundRule(std::string name, Requirement require,
                         std::optional<OnFailure> on_failure = std::nullopt) {
  Rule rule;
  rule.name = std::move(name);
  rule.outbound.require = require;
  rule.on_failure = on_failure;
  return rule;
}

inline Rule ForSender(Rule rule, std::string_view sender) {
  rule.match.sender.Add(sender).value();
  return rule;
}

inline Rule ForDomain(Rule rule, std::string_view pattern) {
  rule.match.recipient_domain.Add(ParseDomainPattern(pattern).value());
  return rule;
}

inline Rule ForHeader(Rule rule, std::string name, std::string glob) {
  rule.match.header.push_back({std::move(name), std::move(glob)});
  return rule;
}

class Message {
 public:
  explicit Message(PerMessage how = PerMessage::kPostfix, std::vector<Rule> rules = {},
                   OnFailure on_failure = OnFailure::kDefer) {
    options.per_message = how;
    orders.outbound.on_failure = on_failure;
    orders.outbound.rules = Rules(std::move(rules));
    orders.inbound.mode = Mode::kOff;
  }

  // "530 5.7.0", or empty.
  std::string Mail(const MailEvent& event) {
    return CodesOf(MakeReply(session.OnMail(event, std::make_shared<const Orders>(orders), kNow)));
  }
  std::string Mail(std::string_view sender = "<s@from.test>",
                   std::vector<std::string_view> parameters = {}) {
    MailEvent event;
    event.argument = sender;
    event.parameters = std::move(parameters);
    event.version = "Postfix 3.7.11";
    event.mail_mailer = sender.starts_with('<') ? "smtp" : "";
    return Mail(event);
  }

  // What RCPT is answered with. No transport: mail from pickup.
  Reply Rcpt(const RcptEvent& event) {
    if (const auto reply = session.RefuseForm(event)) return *reply;
    if (const auto inbound = session.InboundAtRcpt(event, kNow)) {
      const Reply reply = MakeReply(*inbound);
      if (!reply.code.empty()) return reply;
    }
    auto recipient = session.OnRcpt(event);
    if (!recipient) return {};
    EvidencePtr evidence = EvidenceOf(recipient->question.next_hop);
    const Verdict verdict =
        JudgeAnswer(recipient->question, evidence.get(), session.orders()->outbound, kNow);
    decision = session.OnVerdict(std::move(*recipient), std::move(evidence), verdict);
    return decision.now;
  }
  std::string Rcpt(std::string_view address, std::string_view transport = "smtp") {
    return CodesOf(Rcpt(RcptEvent{address, {}, {}, transport}));
  }
  std::string Local(std::string_view address) { return Rcpt(address, ""); }

  // Each thing that happens a line.
  std::string End() {
    Reply inbound;
    if (const auto verdict = session.InboundAtEnd(kNow)) inbound = MakeReply(*verdict);
    last = session.OnEndOfMessage(kNow);
    last.reply = Graver(last.reply, inbound);
    std::string told = Told();
    session.BeginMessage();
    return told;
  }

  SessionOptions options;
  Orders orders;
  Session session{options};
  Decision decision;
  EndOfMessage last;

 private:
  std::string Told() const {
    if (!last.reply.code.empty()) return CodesOf(last.reply);
    std::string text;
    const auto line = [&text](const std::string& words) {
      text += (text.empty() ? "" : "\n") + words;
    };
    for (const HeaderRemoval& removal : last.remove) {
      line("remove " + removal.name + " x" + std::to_string(removal.count));
    }
    for (const Header& header : last.add) line("add " + header.name + ": " + header.value);
    for (const RecipientChange& change : last.change) {
      line(change.from + " -> " + change.to + ' ' + change.parameters);
    }
    for (const RecipientTag& tag : last.note) line("note " + tag.recipient + ' ' + tag.tag);
    if (!last.quarantine.empty()) line("hold");
    return text;
  }
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_MILTER_MESSAGE_H_
