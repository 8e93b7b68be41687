#include "milter/mail.h"

#include <algorithm>
#include <charconv>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

int ParseBits(std::string_view text) {
  int bits = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), bits);
  return failure == std::errc() && end == text.data() + text.size() && bits > 0 ? bits : 0;
}

// A name counts only if its address leads back to it: whoever owns an address writes any name.
std::string VerifiedName(const MailEvent& event) {
  if (event.client_resolve != "OK") return {};
  const Result<Domain> name = ParseDomain(event.client_name);
  return name ? name->ascii : std::string();
}

// Postfix shows a certificate's names only when it trusts the chain, and has no {verify}. Sendmail
// shows them always; there, {verify} alone says what they are worth.
bool IsTrusted(const MailEvent& event) {
  if (!event.verify.empty()) return event.verify == "OK";
  return event.version.starts_with("Postfix") && !event.cert_subject.empty();
}

// Postfix's smtpd always names a transport for the sender; cleanup, for pickup, never does, and
// then says that the client is 127.0.0.1.
bool IsOnThisMachine(const MailEvent& event, const std::optional<IpAddress>& address) {
  const bool elsewhere = address ? !IsLoopback(*address) : !event.client_addr.empty();
  return !elsewhere && event.mail_mailer.empty() && event.version.starts_with("Postfix");
}

InboundTls ReadTls(const MailEvent& event) {
  InboundTls tls;
  tls.version = ParseMtaTlsVersion(event.tls_version);
  if (tls.version == TlsVersion::kNone) return tls;
  tls.cipher = event.cipher;
  tls.bits = ParseBits(event.cipher_bits);
  tls.certificate_subject = event.cert_subject;
  tls.certificate_issuer = event.cert_issuer;
  tls.has_certificate =
      !event.cert_subject.empty() || event.verify == "OK" || event.verify == "FAIL";
  tls.certificate_trusted = IsTrusted(event);
  return tls;
}

}  // namespace

Envelope ReadMail(const MailEvent& event) {
  Envelope envelope;
  Client& client = envelope.client;
  client.address = ParseIpAddress(event.client_addr);
  client.address_text = event.client_addr;
  client.name = VerifiedName(event);
  client.on_this_machine = IsOnThisMachine(event, client.address);
  client.authenticated = event.auth_authen;
  client.listener = event.daemon_name;
  client.listener_port = event.daemon_port;
  envelope.tls = ReadTls(event);
  envelope.sender = ParseMailAddress(event.argument);
  envelope.requiretls = std::any_of(
      event.parameters.begin(), event.parameters.end(),
      [](std::string_view parameter) { return EqualsIgnoringCase(parameter, "REQUIRETLS"); });
  return envelope;
}

}  // namespace tlswarden
