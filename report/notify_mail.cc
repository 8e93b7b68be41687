#include "report/notify_mail.h"

#include <algorithm>
#include <chrono>

#include "policy/remembered_tls.h"
#include "report/mail_text.h"

namespace tlswarden {
namespace {

constexpr std::chrono::hours kDay{24};

std::string Subject(const Alarm& alarm) {
  if (alarm.IsMiddlebox()) return "tlswarden: STARTTLS is missing at many destinations at once";
  return "tlswarden: mail to " + alarm.domain.ascii + " is held back";
}

std::string Header(const Alarm& alarm, const NotifyContext& context) {
  const std::string host = OneLine(context.host);
  const std::string from = context.sender.empty() ? "tlswarden@" + host : OneLine(context.sender);
  return "Date: " + MailDate(context.now) + "\nFrom: tlswarden <" + from + ">\nTo: <" +
         OneLine(context.to) + ">\nSubject: " + Subject(alarm) + "\nMessage-ID: <" +
         OneLine(context.unique) + '@' + host +
         ">\nAuto-Submitted: auto-generated\nTLS-Required: No\nMIME-Version: 1.0\n"
         "Content-Type: text/plain; charset=us-ascii\n\n";
}

std::string Facts(const Alarm& alarm) {
  std::string text;
  if (!alarm.IsMiddlebox()) text += NamedLines("domain", alarm.domain.ascii);
  if (!alarm.recipient.empty()) text += NamedLines("recipient", OneLine(alarm.recipient));
  text += NamedLines("since", ToString(alarm.since));
  text += NamedLines("result-type", std::string(ToString(alarm.failure.type)));
  text += NamedLines("reason", OneLine(alarm.failure.reason));
  if (alarm.rule == "default")
    text += NamedLines("demanded by", "the policy that the domain publishes");
  const bool is_memory = alarm.rule == kRememberedRule || alarm.rule == kRememberedAlarm;
  if (is_memory) text += NamedLines("demanded by", "[outbound] remember-tls: it had TLS so far");
  if (!alarm.rule.empty() && alarm.rule != "default" && !is_memory) {
    text += NamedLines("demanded by", "your rule [rule." + OneLine(alarm.rule) + "]");
  }
  return text + "\n";
}

std::string AdviceForDomain(const Alarm& alarm) {
  const std::string& domain = alarm.domain.ascii;
  std::string text = "What you can do:\n\n";
  text += Wrapped("- ", "  ", "Look at it: tlswarden explain " + domain);
  text += Wrapped("- ", "  ",
                  "Tell the postmaster of " + domain +
                      ", by another way than this mail. The lines above say what "
                      "is wrong.");
  if (alarm.rule == kRememberedRule || alarm.rule == kRememberedAlarm) {
    text += Wrapped("- ", "  ", "If it has given TLS up for good, let it go:");
    text += "\n    " + CommandThatLetsGo(alarm.domain) + "\n\n";
  }
  text += Wrapped("- ", "  ",
                  "If the mail must go out regardless, make an exception that ends by "
                  "itself, above your other rules in /etc/tlswarden/tlswarden.conf:");
  text += "\n    [rule.exception]\n    recipient-domain = " + domain +
          "\n    require = none\n    until = ";
  return text;
}

}  // namespace

std::string ComposeNotifyMail(const Alarm& alarm, const NotifyContext& context) {
  std::string text = Header(alarm, context);
  if (alarm.IsMiddlebox()) {
    text += Paragraph("STARTTLS has vanished at " + std::to_string(alarm.destinations) +
                      " unrelated destinations within minutes. That isn't their doing: something "
                      "between this server and the Internet takes it out of the sessions. Mail "
                      "that must be encrypted is held back until it is gone.");
    text += Facts(alarm);
    text += Paragraph("What you can do: " + WhatToDo(alarm) +
                      ". If nobody of yours has put it there, somebody may be listening.");
  } else {
    text += Paragraph("Mail to " + alarm.domain.ascii +
                      " can't be delivered as safely as it has to be, so it isn't delivered.");
    text += Facts(alarm);
    text += AdviceForDomain(alarm) + DayText(context.now + 7 * kDay) + "\n\n";
  }
  text += Paragraph(
      "The log says when it is over (alarm=end). There is at most one such mail a "
      "day for each domain.");
  text.pop_back();
  return text + "-- \ntlswarden on " + OneLine(context.host) + "\n";
}

bool WouldLoop(const Alarm& alarm, std::string_view address) {
  const auto domain_of = [](std::string_view text) {
    if (text.ends_with('>')) text.remove_suffix(1);
    const Result<Domain> domain =
        ParseDomain(text.substr(std::min(text.size(), text.rfind('@') + 1)));
    return domain ? *domain : Domain();
  };
  const Domain own = domain_of(address);
  if (own.ascii.empty()) return true;  // nowhere to send it
  return own == alarm.domain || own == domain_of(alarm.recipient);
}

NotifyLimit::Answer NotifyLimit::Ask(const Domain& domain, Time now) {
  std::erase_if(sent_, [&](const auto& each) { return now - each.second >= kDay; });
  if (sent_.contains(domain.ascii)) return Answer::kNotAgain;
  if (sent_.size() >= kMostMailsADay) return Answer::kTooMany;
  sent_.emplace(domain.ascii, now);
  return Answer::kSend;
}

}  // namespace tlswarden
