#include "report/sendmail_log.h"

#include <algorithm>
#include <charconv>

#include "policy/ascii.h"
#include "policy/domain.h"
#include "policy/mail_address.h"
#include "report/log_line.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMaxWordOctets = 256;
constexpr int kMostFields = 16;
constexpr int kMostDays = 100;

std::string_view TakeQueueId(std::string_view& text) {
  constexpr std::size_t kMaxOctets = 32;
  const std::size_t length = text.substr(0, kMaxOctets + 2).find(": ");
  if (length == std::string_view::npos || length < 8) return {};
  const std::string_view id = text.substr(0, length);
  const bool good =
      std::all_of(id.begin(), id.end(), IsAlnum) && std::any_of(id.begin(), id.end(), IsDigit);
  if (!good) return {};
  text.remove_prefix(length + 2);
  return id;
}

// The value up to the next ", " or the end; nothing when it is too long to be one.
std::optional<std::string_view> TakeValue(std::string_view& text) {
  std::size_t length = text.substr(0, kMaxWordOctets + 2).find(", ");
  if (length == std::string_view::npos) {
    if (text.size() > kMaxWordOctets) return std::nullopt;
    length = text.size();
  }
  const std::string_view value = text.substr(0, length);
  text.remove_prefix(std::min(text.size(), length + 2));
  return value;
}

// "key=" off the text.
std::string_view TakeKey(std::string_view& text) {
  constexpr std::size_t kMaxKeyOctets = 16;
  const std::size_t length = text.substr(0, kMaxKeyOctets).find('=');
  if (length == std::string_view::npos) return {};
  const std::string_view key = text.substr(0, length);
  text.remove_prefix(length + 1);
  return key;
}

// "mx.example.com. [192.0.2.1]"
void SplitRelay(std::string_view value, std::string_view& host, std::string_view& address) {
  host = value.substr(0, value.find(' '));
  value.remove_prefix(host.size());
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() > kMaxDomainOctets) host = {};
  if (!value.starts_with(" [") || !value.ends_with(']')) return;
  value = value.substr(2, value.size() - 3);
  TakePrefix(value, "IPv6:");
  const bool good = std::all_of(value.begin(), value.end(),
                                [](char c) { return HexValue(c) >= 0 || c == '.' || c == ':'; });
  if (good) address = value;
}

std::optional<SendmailFact> ParseTls(std::string_view text) {
  if (TakePrefix(text, "error: connect failed=")) {
    SendmailTlsFailed fact;
    const std::size_t reason = text.substr(0, kMaxWordOctets).find("reason=");
    if (reason != std::string_view::npos) {
      text.remove_prefix(reason + 7);
      fact.reason = text.substr(0, std::min(text.find(", "), kMaxWordOctets));
    }
    return fact;
  }
  SendmailTls fact;
  for (int i = 0; i < kMostFields && !text.empty(); ++i) {
    const std::string_view key = TakeKey(text);
    const std::optional<std::string_view> value = TakeValue(text);
    if (key.empty() || !value) return std::nullopt;
    std::string_view nobody;
    if (key == "relay") SplitRelay(*value, fact.host, nobody);
    if (key == "version") fact.version = *value;
    if (key == "verify") fact.verify = *value;
    if (key == "cipher") fact.cipher = *value;
  }
  if (fact.host.empty() || fact.version.empty() || fact.verify.empty()) return std::nullopt;
  return fact;
}

// Off the text, up to ", " outside of quotes and angle brackets.
std::optional<std::string_view> TakeRecipients(std::string_view& text) {
  bool quoted = false;
  bool bracketed = false;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted && c == '\\') {
      ++i;
    } else if (!quoted && c == '<') {
      bracketed = true;
    } else if (!quoted && c == '>') {
      bracketed = false;
    } else if (!quoted && !bracketed && c == ',' && text[i + 1] == ' ') {
      const std::string_view recipients = text.substr(0, i);
      text.remove_prefix(i + 2);
      return recipients;
    }
  }
  return std::nullopt;
}

std::optional<SendmailFact> ParseRefused(std::string_view queue_id, std::string_view text) {
  SendmailRefused fact;
  fact.queue_id = queue_id;
  if (text.starts_with("tls_server, ")) fact.ruleset = "tls_server";
  if (text.starts_with("tls_rcpt, ")) fact.ruleset = "tls_rcpt";
  if (fact.ruleset.empty()) return std::nullopt;
  text.remove_prefix(fact.ruleset.size() + 2);
  // arg1 is an address at tls_rcpt, and may hold what looks like the fields behind it.
  if (!TakePrefix(text, "arg1=") || !TakeRecipients(text) || !TakePrefix(text, "relay="))
    return std::nullopt;
  std::string_view nobody;
  const std::optional<std::string_view> host = TakeValue(text);
  if (!host) return std::nullopt;
  SplitRelay(*host, fact.host, nobody);
  if (fact.host.empty() || !TakePrefix(text, "reject=")) return std::nullopt;
  fact.text = text;
  return fact;
}

std::optional<SendmailFact> ParseDelivery(std::string_view queue_id, std::string_view text) {
  SendmailDelivery fact;
  fact.queue_id = queue_id;
  const std::optional<std::string_view> recipients = TakeRecipients(text);
  if (!recipients) return std::nullopt;
  fact.recipients = *recipients;
  for (int i = 0; i < kMostFields; ++i) {
    const std::string_view key = TakeKey(text);
    if (key == "stat") {
      fact.text = text;
      return fact;
    }
    if (key == "ctladdr") {  // an address, and who owns it
      if (!TakeRecipients(text)) return std::nullopt;
      continue;
    }
    const std::optional<std::string_view> value = TakeValue(text);
    if (key.empty() || !value) return std::nullopt;
    if (key == "xdelay") fact.xdelay = *value;
    if (key == "mailer") fact.mailer = *value;
    if (key == "relay") SplitRelay(*value, fact.host, fact.address);
    if (key == "dsn") fact.dsn = *value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<SendmailFact> ParseSendmailLog(std::string_view text) {
  if (TakePrefix(text, "STARTTLS=client, ")) return ParseTls(text);
  if (TakePrefix(text, "ruleset=")) return ParseRefused({}, text);
  const std::string_view queue_id = TakeQueueId(text);
  if (queue_id.empty()) return std::nullopt;
  if (TakePrefix(text, "to=")) return ParseDelivery(queue_id, text);
  if (TakePrefix(text, "ruleset=")) return ParseRefused(queue_id, text);
  if (TakePrefix(text, "STARTTLS=client, ")) return ParseTls(text);
  return std::nullopt;
}

std::optional<std::chrono::seconds> TimeTaken(const SendmailDelivery& delivery) {
  std::string_view rest = delivery.xdelay;
  int days = 0;
  const std::size_t plus = rest.find('+');
  if (plus != std::string_view::npos) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + plus, days);
    if (error != std::errc() || days < 0 || days > kMostDays) return std::nullopt;
    rest.remove_prefix(plus + 1);
  }
  const std::optional<std::chrono::seconds> clock = ParseClock(rest);
  if (!clock || rest.find(' ') != std::string_view::npos) return std::nullopt;
  return std::chrono::days(days) + *clock + std::chrono::seconds(1);
}

std::optional<std::string_view> NextSendmailRecipient(std::string_view& recipients) {
  bool quoted = false;
  bool bracketed = false;
  std::size_t end = 0;
  for (; end < recipients.size(); ++end) {
    const char c = recipients[end];
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted && c == '\\') {
      ++end;
    } else if (!quoted && (c == '<' || c == '>')) {
      bracketed = c == '<';
    } else if (!quoted && !bracketed && c == ',') {
      break;
    }
  }
  if (recipients.empty()) return std::nullopt;
  std::string_view recipient = recipients.substr(0, end);
  recipients.remove_prefix(std::min(recipients.size(), end + 1));
  if (recipient.starts_with('<')) recipient.remove_prefix(1);
  if (recipient.ends_with('>')) recipient.remove_suffix(1);
  return recipient.substr(0, kMaxKeptRecipientOctets);
}

std::string_view StatusOf(const SendmailDelivery& delivery) {
  if (delivery.text.starts_with("Sent")) return "sent";
  if (delivery.text.starts_with("queued")) return {};
  if (delivery.dsn.starts_with('4')) return "deferred";
  if (delivery.dsn.starts_with('5')) return "bounced";
  return {};
}

}  // namespace tlswarden
