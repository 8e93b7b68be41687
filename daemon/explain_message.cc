#include "daemon/explain_message.h"

#include <algorithm>
#include <utility>

#include "daemon/config_line.h"
#include "policy/ascii.h"

namespace tlswarden {
namespace {

bool TellsOfEnvelope(const MessageOptions& options) {
  return options.from || !options.client.empty() || !options.client_name.empty() ||
         !options.user.empty() || !options.headers.empty() || !options.listener.empty() ||
         !options.tls_version.empty() || !options.cipher.empty() || options.bits > 0 ||
         !options.subject.empty() || !options.issuer.empty() || options.direction == "inbound";
}

bool IsNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

Result<Header> ParseHeader(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || Trim(text.substr(0, colon)).empty()) {
    return Error{"--header " + text + ": not of the form NAME: VALUE"};
  }
  const std::string_view whole = text;
  return Header{std::string(Trim(whole.substr(0, colon))),
                std::string(Trim(whole.substr(colon + 1)))};
}

std::optional<std::string> FillClient(const MessageOptions& options, Client& client) {
  if (!options.client.empty()) {
    client.address = ParseIpAddress(options.client);
    client.address_text = options.client;
    if (!client.address) return "--client " + options.client + ": not an IP address";
  }
  client.name = LowerAscii(options.client_name);
  client.authenticated = options.user;
  (IsNumber(options.listener) ? client.listener_port : client.listener) = options.listener;
  return std::nullopt;
}

// A subject is shown by an MTA that trusts the certificate.
std::optional<std::string> FillTls(const MessageOptions& options, InboundTls& tls) {
  if (!options.tls_version.empty() && options.tls_version != "none") {
    const std::optional<TlsVersion> version = ParseTlsVersion(options.tls_version);
    if (!version) return "--tls-version " + options.tls_version + ": none or 1.0 to 1.3";
    tls.version = *version;
  }
  tls.cipher = options.cipher;
  tls.bits = options.bits;
  tls.certificate_subject = options.subject;
  tls.certificate_issuer = options.issuer;
  tls.has_certificate = tls.certificate_trusted = !options.subject.empty();
  return std::nullopt;
}

std::string OrNone(const std::string& text) { return text.empty() ? "none" : text; }

std::string HostNames(const MxEvidence& mx) {
  constexpr std::size_t kMost = 3;
  std::string names;
  for (std::size_t i = 0; i < mx.hosts.size() && i < kMost; ++i) {
    names.append(i > 0 ? ", " : "").append(mx.hosts[i].name.ascii);
  }
  return names.append(mx.hosts.size() > kMost ? ", ..." : "");
}

std::string ClientFact(std::string_view key, const Client& client) {
  if (key == "client-address") return OrNone(client.address_text);
  if (key == "client-name") return OrNone(client.name);
  if (key == "authenticated") return client.authenticated.empty() ? "no" : client.authenticated;
  return OrNone(client.listener + client.listener_port);
}

// What is known of the message where the rule's key says something else.
std::string FactOf(std::string_view key, const Facts& facts) {
  if (key == "recipient-domain") return facts.recipient_domain->ascii;
  if (key == "recipient") return facts.recipient->text;
  if (key == "next-hop") return ToString(*facts.next_hop);
  if (key == "transport") return std::string(facts.transport);
  if (key == "mx-host") return HostNames(*facts.mx);
  if (key == "sender-domain") return OrNone(facts.envelope->sender.domain.ascii);
  if (key == "sender") {
    return facts.envelope->sender.text.empty() ? "<>" : facts.envelope->sender.text;
  }
  return ClientFact(key, facts.envelope->client);
}

std::string WhyNot(const Rule& rule, const Facts& facts, Fit fit, Time now) {
  const std::string key(FirstMisfit(rule, facts, now));
  if (fit == Fit::kUnknown) return "not by what is known: no " + key;
  if (!rule.match.never.empty()) return "no, the list of " + key + " is empty";
  if (key == "until") return "no, it ended at " + ToString(*rule.until);
  if (key == "header") return "no, no header matches";
  if (key == "mx-host" && rule.outbound.require == Requirement::kNone &&
      facts.mx->security != Security::kSecure) {
    return "no, mx-host is " + HostNames(*facts.mx) + ", but that isn't signed";
  }
  return "no, " + key + " is " + FactOf(key, facts);
}

}  // namespace

Result<Message> MakeMessage(const MessageOptions& options) {
  Message message;
  if (options.direction != "outbound" && options.direction != "inbound") {
    return Error{"--direction " + options.direction + ": must be outbound or inbound"};
  }
  const bool is_inbound = options.direction == "inbound";
  message.direction = is_inbound ? Direction::kInbound : Direction::kOutbound;
  message.transport = options.transport;
  if (!options.to.empty()) {
    message.recipient = ParseMailAddress(options.to);
    if (message.recipient->domain.ascii.empty()) {
      return Error{"--to " + options.to + ": not an address of the form USER@DOMAIN"};
    }
  }
  if (!TellsOfEnvelope(options)) return message;
  Envelope& envelope = message.envelope.emplace();
  if (options.from) envelope.sender = ParseMailAddress(*options.from);
  if (auto why = FillClient(options, envelope.client)) return Error{std::move(*why)};
  if (auto why = FillTls(options, envelope.tls)) return Error{std::move(*why)};
  envelope.headers.emplace();
  for (const std::string& text : options.headers) {
    const Result<Header> header = ParseHeader(text);
    if (!header) return Error{header.error()};
    envelope.tls_required_no |=
        EqualsIgnoringCase(header->name, "TLS-Required") && EqualsIgnoringCase(header->value, "No");
    envelope.headers->push_back(*header);
  }
  return message;
}

std::vector<std::string> ExplainRules(const Rules& rules, const Facts& facts, Time now) {
  std::vector<std::string> lines;
  std::size_t passed = 0;
  const auto more = [&] {
    if (passed <= kMaxExplainedRules) return;
    lines.push_back("and " + std::to_string(passed - kMaxExplainedRules) + " more, no");
  };
  for (const RulePtr& rule : rules.all()) {
    const std::string head = "rule " + rule->name + ": ";
    const Fit fit = FitOf(*rule, facts, now);
    if (fit == Fit::kYes && rule->mode != Mode::kObserve) {
      more();
      lines.push_back(head + "yes");
      return lines;
    }
    if (fit == Fit::kYes) {
      lines.push_back(head + "yes, but mode = observe, so the next one counts");
    } else if (++passed <= kMaxExplainedRules) {
      lines.push_back(head + WhyNot(*rule, facts, fit, now));
    }
  }
  more();
  lines.push_back("no rule: as the section says");
  return lines;
}

std::string ExplainTag(const std::string& tag, PerMessage per_message) {
  if (tag.empty()) return "none: what the policy map answers for the next hop is enough";
  switch (per_message) {
    case PerMessage::kPostfix:
      return tag + ", by the transport tlswarden-" + tag;
    case PerMessage::kSendmail:
      return tag + ", kept under the queue id until tls_rcpt asks";
    case PerMessage::kOff:
      break;
  }
  return tag + ", but [milter] per-message = off: the delivery doesn't learn of it";
}

}  // namespace tlswarden
