#include "report/notify_mail.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "policy/ascii.h"
#include "policy/remembered_tls.h"

namespace tlswarden {
namespace {

constexpr std::size_t kWidth = 72;
constexpr std::size_t kMaxQuoted = 400;  // octets of what others said
constexpr std::chrono::hours kDay{24};

// A value of strangers as part of a line.
std::string OneLine(std::string_view text) { return PrintableAscii(text.substr(0, kMaxQuoted)); }

// Lines of at most kWidth, but for words that are longer; `indent` in front of all but the first.
std::string Wrapped(std::string_view first, std::string_view indent, std::string_view text) {
  std::string out, line(first);
  bool fresh = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.empty()) continue;
    if (!fresh && line.size() + 1 + word.size() > kWidth) {
      out.append(line).append("\n");
      line = indent;
      fresh = true;
    }
    if (!fresh) line += ' ';
    line += word;
    fresh = false;
  }
  return out.append(line).append("\n");
}

std::string Paragraph(const std::string& text) { return Wrapped("", "", text) + "\n"; }

std::string Field(std::string_view name, const std::string& value) {
  constexpr std::string_view kIndent = "                ";
  std::string first = "  " + std::string(name) + ':';
  first.resize(kIndent.size(), ' ');
  return Wrapped(first, kIndent, value);
}

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
  if (!alarm.IsMiddlebox()) text += Field("domain", alarm.domain.ascii);
  if (!alarm.recipient.empty()) text += Field("recipient", OneLine(alarm.recipient));
  text += Field("since", ToString(alarm.since));
  text += Field("result-type", std::string(ToString(alarm.failure.type)));
  text += Field("reason", OneLine(alarm.failure.reason));
  if (alarm.rule == "default") text += Field("demanded by", "the policy that the domain publishes");
  const bool is_memory = alarm.rule == kRememberedRule || alarm.rule == kRememberedAlarm;
  if (is_memory) text += Field("demanded by", "[outbound] remember-tls: it had TLS so far");
  if (!alarm.rule.empty() && alarm.rule != "default" && !is_memory) {
    text += Field("demanded by", "your rule [rule." + OneLine(alarm.rule) + "]");
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
    text += AdviceForDomain(alarm) + ToString(context.now + 7 * kDay).substr(0, 10) + "\n\n";
  }
  text += Paragraph(
      "The log says when it is over (alarm=end). There is at most one such mail a "
      "day for each domain.");
  text.pop_back();
  return text + "-- \ntlswarden on " + OneLine(context.host) + "\n";
}

std::string MailDate(Time time) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::string iso = ToString(time);  // 2026-11-24T07:00:00Z
  return std::string(kDays[std::chrono::weekday(day).c_encoding()]) + ", " +
         std::to_string(static_cast<unsigned>(date.day())) + ' ' +
         kMonths[static_cast<unsigned>(date.month()) - 1] + ' ' +
         std::to_string(static_cast<int>(date.year())) + ' ' + iso.substr(iso.find('T') + 1, 8) +
         " +0000";
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
