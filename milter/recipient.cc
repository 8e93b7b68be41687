#include "milter/recipient.h"

#include "policy/ascii.h"

namespace tlswarden {
namespace {

constexpr std::string_view kTagMark = "==tlswarden-";

// Local submission comes without the angle brackets that SMTP has.
std::string Bracketed(std::string_view address) {
  if (address.starts_with('<')) return std::string(address);
  return '<' + std::string(address) + '>';
}

}  // namespace

bool IsSmtpTransport(std::string_view mailer) {
  return mailer.starts_with("smtp") || mailer == "relay" || mailer == "esmtp" || mailer == "dsmtp";
}

std::optional<RecipientQuestion> ReadRcpt(const RcptEvent& event) {
  // Only smtpd names a transport; without one the mail comes from this machine.
  const bool local_submission = event.rcpt_mailer.empty();
  if (!local_submission && !IsSmtpTransport(event.rcpt_mailer)) return std::nullopt;
  const MailAddress address =
      ParseMailAddress(event.rcpt_addr.empty() ? event.argument : event.rcpt_addr);
  const std::size_t at = address.text.rfind('@');
  const std::string_view host = !event.rcpt_host.empty() ? event.rcpt_host
                                : at == std::string_view::npos
                                    ? std::string_view()
                                    : std::string_view(address.text).substr(at + 1);
  const Result<NextHop> next_hop = ParseNextHop(host);
  if (!next_hop) return std::nullopt;  // no name that could have a policy
  RecipientQuestion recipient;
  recipient.recipient = Bracketed(event.argument);
  recipient.local_submission = local_submission;
  recipient.dsn_parameters = event.dsn_parameters;
  Question& question = recipient.question;
  question.next_hop = *next_hop;
  question.recipient_domain = address.domain.ascii.empty() ? next_hop->domain : address.domain;
  question.recipient = address;
  question.transport = event.rcpt_mailer;
  return recipient;
}

bool IsTagged(const MailAddress& address) {
  return LowerAscii(address.local).find(kTagMark) != std::string::npos;
}

std::string TaggedAddress(const MailAddress& address, std::string_view tag) {
  const std::size_t at = address.text.rfind('@');
  std::string local = address.local;
  // The tag belongs inside the quotes of a quoted local part.
  const bool quoted = local.size() >= 2 && local.front() == '"' && local.back() == '"';
  if (quoted) local.pop_back();
  local.append(kTagMark).append(tag);
  if (quoted) local += '"';
  return local + address.text.substr(at == std::string::npos ? address.text.size() : at);
}

}  // namespace tlswarden
