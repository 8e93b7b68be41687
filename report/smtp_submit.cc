#include "report/smtp_submit.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "policy/smtp_reply.h"
#include "report/smtp_socket.h"

namespace tlswarden {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Status = SmtpOutcome::Status;

constexpr std::size_t kMaxAddressOctets = 254;  // RFC 5321 section 4.5.3.1.3, less the brackets

constexpr std::chrono::seconds kGoodbye{2};

// One session, step by step. A step that fails leaves its reason in `outcome`.
class Dialog {
 public:
  Dialog(SmtpSocket socket, const SmtpOptions& options, SteadyClock::time_point end)
      : socket_(std::move(socket)), options_(options), end_(end) {}

  SmtpOutcome Run(const SmtpMail& mail) {
    if (Greet() && Envelope(mail) && Data(mail.text)) outcome_.status = Status::kSent;
    if (usable_) Quit();
    return std::move(outcome_);
  }

 private:
  SteadyClock::time_point StepEnd() const {
    return std::min(end_, SteadyClock::now() + options_.step);
  }

  bool Broken(const std::string& why) {
    usable_ = false;
    outcome_.status = Status::kTemporary;
    outcome_.why = why;
    return false;
  }

  bool Refused(const std::string& step, const SmtpReply& reply) {
    outcome_.status = IsPermanent(reply) ? Status::kPermanent : Status::kTemporary;
    outcome_.why = step + ": " + ToString(reply);
    return false;
  }

  // Nothing: Broken has said why.
  std::optional<SmtpReply> Read(const std::string& step) {
    const SteadyClock::time_point until = StepEnd();
    SmtpReplyParser parser;
    while (true) {
      received_.erase(0, parser.Take(received_));
      if (parser.state() == SmtpReplyParser::State::kDone) return parser.reply();
      if (parser.state() == SmtpReplyParser::State::kBad) {
        Broken(step + ": " + parser.problem());
        return std::nullopt;
      }
      if (const auto why = socket_.ReadMore(received_, until)) {
        Broken(step + ": " + *why);
        return std::nullopt;
      }
    }
  }

  std::optional<SmtpReply> Say(const std::string& command, const std::string& step) {
    if (const auto why = socket_.Write(command + "\r\n", StepEnd())) {
      Broken(step + ": " + *why);
      return std::nullopt;
    }
    return Read(step);
  }

  bool Greet() {
    const auto greeting = Read("greeting");
    if (!greeting) return false;
    if (greeting->code != 220) return Refused("greeting", *greeting);
    const std::string name = options_.helo_name.empty() ? socket_.OwnLiteral() : options_.helo_name;
    auto hello = Say("EHLO " + name, "EHLO");
    if (hello && IsPermanent(*hello)) hello = Say("HELO " + name, "HELO");  // section 3.2
    if (!hello) return false;
    return IsPositive(*hello) || Refused("EHLO", *hello);
  }

  // One recipient that is taken is enough; why the others aren't is kept.
  bool Envelope(const SmtpMail& mail) {
    const auto from = Say("MAIL FROM:<" + mail.sender + ">", "MAIL");
    if (!from) return false;
    if (!IsPositive(*from)) return Refused("MAIL", *from);
    bool taken = false, may_heal = false;
    for (const std::string& recipient : mail.recipients) {
      const auto reply = Say("RCPT TO:<" + recipient + ">", "RCPT");
      if (!reply) return false;
      if (IsPositive(*reply)) {
        taken = true;
      } else {
        may_heal |= !IsPermanent(*reply);
        outcome_.refused.push_back(recipient + ": " + ToString(*reply));
      }
    }
    if (taken) return true;
    outcome_.status = may_heal ? Status::kTemporary : Status::kPermanent;
    outcome_.why = "RCPT: " + outcome_.refused.front();
    return false;
  }

  bool Data(const std::string& text) {
    const auto begin = Say("DATA", "DATA");
    if (!begin) return false;
    if (begin->code != 354) return Refused("DATA", *begin);
    if (const auto why = socket_.Write(DotStuffed(text), StepEnd())) {
      return Broken("message: " + *why);
    }
    const auto end = Read("end of message");
    if (!end) return false;
    return IsPositive(*end) || Refused("end of message", *end);
  }

  // Whoever doesn't hear it, or says nothing, has the mail all the same.
  void Quit() {
    const SteadyClock::time_point until = SteadyClock::now() + kGoodbye;
    if (!socket_.Write("QUIT\r\n", until)) socket_.ReadMore(received_, until);
  }

  SmtpSocket socket_;
  const SmtpOptions& options_;
  const SteadyClock::time_point end_;
  std::string received_;
  bool usable_ = true;
  SmtpOutcome outcome_;
};

}  // namespace

std::string ToString(const SmtpRelay& relay) {
  if (relay.address.empty()) return "unix:" + relay.path;
  const bool v6 = relay.address.find(':') != std::string::npos;
  const std::string host = v6 ? '[' + relay.address + ']' : relay.address;
  return "inet:" + host + ':' + std::to_string(relay.port);
}

SmtpOutcome Submit(const SmtpRelay& relay, const SmtpMail& mail, const SmtpOptions& options) {
  const bool good = !mail.recipients.empty() &&
                    (mail.sender.empty() || IsPlainAddress(mail.sender)) &&
                    std::all_of(mail.recipients.begin(), mail.recipients.end(), IsPlainAddress);
  if (!good) return {Status::kPermanent, "an address can't be written in an envelope", {}};
  const SteadyClock::time_point now = SteadyClock::now();
  const SteadyClock::time_point end = now + options.whole;
  Result<SmtpSocket> socket = SmtpSocket::Connect(relay, std::min(end, now + options.step));
  if (!socket) return {Status::kTemporary, "no connection: " + socket.error(), {}};
  return Dialog(std::move(socket).value(), options, end).Run(mail);
}

std::string DotStuffed(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32 + 8);
  bool at_start = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (c == '\n') {
      out += "\r\n";
      at_start = true;
      continue;
    }
    if (at_start && c == '.') out += '.';
    out += c == '\r' || c == '\0' ? ' ' : c;
    at_start = false;
  }
  if (!at_start) out += "\r\n";
  return out += ".\r\n";
}

bool IsPlainAddress(std::string_view address) {
  const std::size_t at = address.find('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == address.size()) return false;
  if (address.find('@', at + 1) != std::string_view::npos) return false;
  if (address.size() > kMaxAddressOctets) return false;
  return std::all_of(address.begin(), address.end(), [](char c) {
    return c > 0x20 && c <= 0x7e &&
           std::string_view("<>()[]\\\",;:").find(c) == std::string_view::npos;
  });
}

}  // namespace tlswarden
