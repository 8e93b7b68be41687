// mail: what comes with MAIL, and the envelope that it begins.
//
// Pure. Knows what Postfix and Sendmail say there of the client and its TLS session.
#ifndef TLSWARDEN_MILTER_MAIL_H_
#define TLSWARDEN_MILTER_MAIL_H_

#include <string_view>
#include <vector>

#include "policy/envelope.h"

namespace tlswarden {

// Macros that the MTA didn't send are empty.
struct MailEvent {
  std::string_view argument;                 // "<a@b.example>"
  std::vector<std::string_view> parameters;  // "SIZE=1000", "REQUIRETLS"
  std::string_view version;                  // v: "Postfix 3.7.11", "8.17.1.9"
  std::string_view mail_mailer;              // {mail_mailer}; absent for mail from pickup
  std::string_view client_addr, client_name, client_resolve;
  std::string_view daemon_name, daemon_port;
  std::string_view auth_authen;
  std::string_view tls_version, cipher, cipher_bits, cert_subject, cert_issuer, verify;
};

Envelope ReadMail(const MailEvent& event);

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_MAIL_H_
