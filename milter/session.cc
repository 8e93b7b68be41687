#include "milter/session.h"

namespace tlswarden {
namespace {

// The part after the last '@'; a quoted local part may hold others.
std::string_view DomainOf(std::string_view address) {
  if (address.starts_with('<')) address.remove_prefix(1);
  if (address.ends_with('>')) address.remove_suffix(1);
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

// Local submission comes without the angle brackets that SMTP has.
std::string Bracketed(std::string_view address) {
  if (address.starts_with('<')) return std::string(address);
  return '<' + std::string(address) + '>';
}

}  // namespace

bool IsSmtpTransport(std::string_view mailer) {
  return mailer.starts_with("smtp") || mailer == "relay" || mailer == "esmtp" || mailer == "dsmtp";
}

void Session::BeginMessage() { end_of_message_ = {}; }

std::optional<RecipientQuestion> Session::OnRcpt(const RcptEvent& event) {
  // Only smtpd names a transport; without one the mail comes from this machine.
  const bool local_submission = event.rcpt_mailer.empty();
  if (!local_submission && !IsSmtpTransport(event.rcpt_mailer)) return std::nullopt;
  const std::string_view address = event.rcpt_addr.empty() ? event.argument : event.rcpt_addr;
  const std::string_view domain = DomainOf(address);
  const std::string_view host = event.rcpt_host.empty() ? domain : event.rcpt_host;
  const Result<NextHop> next_hop = ParseNextHop(host);
  if (!next_hop) return std::nullopt;  // no name that could have a policy
  RecipientQuestion recipient;
  recipient.recipient = Bracketed(event.argument);
  recipient.local_submission = local_submission;
  recipient.question.next_hop = *next_hop;
  const Result<Domain> recipient_domain = ParseDomain(domain);
  recipient.question.recipient_domain = recipient_domain ? *recipient_domain : next_hop->domain;
  return recipient;
}

Decision Session::OnVerdict(const RecipientQuestion& recipient, const Verdict& verdict) {
  const Reply reply = MakeReply(verdict);
  if (!recipient.local_submission) return {reply, reply};
  if (reply.action != Action::kReject) return {};
  end_of_message_ = reply;
  return {{}, reply};
}

}  // namespace tlswarden
