// Envelope: what an MTA told us of a message and of who brings it.
//
// The same for all recipients. A plain value: the milter's session fills it, rules read it.
#ifndef TLSWARDEN_POLICY_ENVELOPE_H_
#define TLSWARDEN_POLICY_ENVELOPE_H_

#include <optional>
#include <string>
#include <vector>

#include "policy/address_ranges.h"
#include "policy/mail_address.h"
#include "policy/tls_version.h"

namespace tlswarden {

struct Client {
  std::optional<IpAddress> address;
  std::string address_text;      // as the MTA said it
  std::string name;              // verified by the MTA's DNS look-ups, in lower case; else empty
  bool on_this_machine = false;  // pickup, sendmail(1)
  std::string authenticated;     // the login name; empty: not authenticated
  std::string listener;          // {daemon_name}
  std::string listener_port;     // {daemon_port}
  bool operator==(const Client&) const = default;
};

// The session by which the message comes in (not the one by which it will leave).
struct InboundTls {
  TlsVersion version = TlsVersion::kNone;
  std::string cipher;  // OpenSSL's name
  int bits = 0;
  // What the client's certificate names, as the MTA writes it: Postfix a bare common name, Sendmail
  // a distinguished name with +XX escapes.
  std::string certificate_subject;
  std::string certificate_issuer;
  bool has_certificate = false;
  bool certificate_trusted = false;  // the MTA verified its chain
  bool operator==(const InboundTls&) const = default;
};

struct Header {
  std::string name;
  std::string value;  // unfolded, encoded words decoded (RFC 2047)
  bool operator==(const Header&) const = default;
};

struct Envelope {
  Client client;
  InboundTls tls;
  MailAddress sender;
  bool requiretls = false;       // the MAIL parameter (RFC 8689 section 2)
  bool tls_required_no = false;  // the header `TLS-Required: No` (RFC 8689 section 3)
  // Those that rules ask for. Empty until the end of the headers: nobody knows them before.
  std::optional<std::vector<Header>> headers;
  bool operator==(const Envelope&) const = default;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_ENVELOPE_H_
