#include "milter/libmilter_events.h"

#include "policy/ascii.h"

namespace tlswarden {

void AskForMacros(SMFICTX* context) {
  // All that is known of the client comes with MAIL, so that no callback for connect and HELO is
  // needed.
  std::string mail =
      "i v {mail_mailer} {client_addr} {client_name} {client_resolve} {daemon_name} {daemon_port} "
      "{auth_authen} {tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer} {verify}";
  std::string rcpt = "i {rcpt_addr} {rcpt_host} {rcpt_mailer}";
  std::string end_of_message = "i";
  smfi_setsymlist(context, SMFIM_ENVFROM, mail.data());
  smfi_setsymlist(context, SMFIM_ENVRCPT, rcpt.data());
  smfi_setsymlist(context, SMFIM_EOM, end_of_message.data());
}

std::string_view Macro(SMFICTX* context, const char* name) {
  std::string writable(name);  // libmilter's prototype isn't const
  const char* value = smfi_getsymval(context, writable.data());
  return value == nullptr ? std::string_view() : std::string_view(value);
}

MailEvent MailEventOf(SMFICTX* context, char** arguments) {
  MailEvent event;
  event.argument = arguments[0];
  for (char** parameter = arguments + 1; *parameter != nullptr; ++parameter) {
    event.parameters.emplace_back(*parameter);
  }
  event.version = Macro(context, "v");
  event.mail_mailer = Macro(context, "{mail_mailer}");
  event.client_addr = Macro(context, "{client_addr}");
  event.client_name = Macro(context, "{client_name}");
  event.client_resolve = Macro(context, "{client_resolve}");
  event.daemon_name = Macro(context, "{daemon_name}");
  event.daemon_port = Macro(context, "{daemon_port}");
  event.auth_authen = Macro(context, "{auth_authen}");
  event.tls_version = Macro(context, "{tls_version}");
  event.cipher = Macro(context, "{cipher}");
  event.cipher_bits = Macro(context, "{cipher_bits}");
  event.cert_subject = Macro(context, "{cert_subject}");
  event.cert_issuer = Macro(context, "{cert_issuer}");
  event.verify = Macro(context, "{verify}");
  return event;
}

RcptEvent RcptEventOf(SMFICTX* context, char** arguments, const std::string& dsn_parameters) {
  return {arguments[0], Macro(context, "{rcpt_addr}"), Macro(context, "{rcpt_host}"),
          Macro(context, "{rcpt_mailer}"), dsn_parameters};
}

std::string DsnParameters(char** arguments) {
  std::string text;
  for (char** parameter = arguments + 1; *parameter != nullptr; ++parameter) {
    const std::string_view word(*parameter);
    if (EqualsIgnoringCase(word.substr(0, 7), "NOTIFY=") ||
        EqualsIgnoringCase(word.substr(0, 6), "ORCPT=")) {
      text.append(text.empty() ? "" : " ").append(word);
    }
  }
  return text;
}

}  // namespace tlswarden
