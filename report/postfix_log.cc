#include "report/postfix_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "policy/ascii.h"
#include "policy/mail_address.h"
#include "report/log_line.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMaxAddressOctets = 45;  // of an IPv6 address
constexpr std::size_t kMaxWordOctets = 64;     // of a cipher, a dsn, a status
constexpr double kMostSeconds = 1e6;           // of a delay
constexpr int kMostFields = 16;                // of a delivery's line

bool IsHostCharacter(char c) { return IsAlnum(c) || c == '-' || c == '.' || c == '_'; }

bool IsAddressCharacter(char c) { return HexValue(c) >= 0 || c == '.' || c == ':'; }

// Up to `end`, which goes too; empty when it isn't there, too far away, or before a blank.
std::string_view TakeWord(std::string_view& text, std::string_view end) {
  const std::size_t length = text.substr(0, kMaxWordOctets + end.size()).find(end);
  if (length == std::string_view::npos) return {};
  const std::string_view word = text.substr(0, length);
  if (std::any_of(word.begin(), word.end(), [](char c) { return c <= ' ' || c > '~'; })) return {};
  text.remove_prefix(length + end.size());
  return word;
}

// Short ids are upper-case hexadecimal, long ones have digits and consonants: no word of a log
// line's own ("warning", "fatal") can pass for one.
std::string_view TakeQueueId(std::string_view& text) {
  constexpr std::size_t kMaxOctets = 32;
  const std::size_t length = text.substr(0, kMaxOctets + 2).find(": ");
  if (length == std::string_view::npos || length < 5) return {};
  const std::string_view id = text.substr(0, length);
  const bool good = std::all_of(id.begin(), id.end(), [](char c) {
    return IsAlnum(c) && std::string_view("aeiou").find(c) == std::string_view::npos;
  });
  if (!good) return {};
  text.remove_prefix(length + 2);
  return id;
}

// Behind "<": up to the ">" outside of quotes, which goes too.
std::optional<std::string_view> TakeAddress(std::string_view& text) {
  bool quoted = false;
  const std::size_t most = std::min(text.size(), kMaxKeptRecipientOctets);
  for (std::size_t i = 0; i < most; ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted && c == '\\') {
      ++i;
    } else if (!quoted && c == '>') {
      const std::string_view address = text.substr(0, i);
      text.remove_prefix(i + 1);
      return address;
    } else if (!quoted && (c == ' ' || c == '<')) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<PostfixFact> ParseEstablished(std::string_view text) {
  constexpr std::array<std::string_view, 4> kWords = {"Verified", "Trusted", "Untrusted",
                                                      "Anonymous"};
  TlsEstablished fact;
  for (const std::string_view word : kWords) {
    if (text.starts_with(word)) fact.word = word;
  }
  if (fact.word.empty()) return std::nullopt;
  text.remove_prefix(fact.word.size());
  if (!TakePrefix(text, " TLS connection ")) return std::nullopt;
  fact.reused = TakePrefix(text, "reused to ");
  if (!fact.reused && !TakePrefix(text, "established to ")) return std::nullopt;
  const std::optional<LogRelay> relay = TakeRelay(text);
  if (!relay) return std::nullopt;
  fact.relay = *relay;
  if (TakePrefix(text, " to ")) {  // another name was sent as SNI
    const std::size_t length = text.substr(0, kMaxDomainOctets + 2).find(": ");
    if (length == std::string_view::npos) return std::nullopt;
    text.remove_prefix(length);
  }
  if (!TakePrefix(text, ": ")) return std::nullopt;
  fact.version = TakeWord(text, " with cipher ");
  fact.cipher = TakeWord(text, " (");
  if (fact.version.empty() || fact.cipher.empty()) return std::nullopt;
  return fact;
}

template <typename Fact>
std::optional<PostfixFact> ParseReason(std::string_view text) {
  Fact fact;
  const std::optional<LogRelay> relay = TakeRelay(text);
  if (!relay || !TakePrefix(text, ": ")) return std::nullopt;
  fact.relay = *relay;
  fact.reason = text;
  return fact;
}

// One ", key=value" of a delivery's line. False: this is no such line.
bool TakeField(std::string_view& text, PostfixDelivery& fact) {
  if (TakePrefix(text, ", orig_to=<")) {
    const std::optional<std::string_view> original = TakeAddress(text);
    if (original) fact.original = *original;
    return original.has_value();
  }
  if (TakePrefix(text, ", relay=")) {
    if (const auto relay = TakeRelay(text)) fact.relay = *relay;
    // "none", or a socket's path: no SMTP session over the network.
    const std::size_t end = text.find_first_of(", ");
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end);
    return true;
  }
  const std::size_t equals = text.substr(0, kMaxWordOctets).find('=');
  if (!TakePrefix(text, ", ") || equals == std::string_view::npos || equals < 2) return false;
  const std::string_view key = text.substr(0, equals - 2);
  text.remove_prefix(equals - 1);
  const std::size_t end = text.substr(0, kMaxWordOctets).find(", ");
  if (end == std::string_view::npos) return false;
  const std::string_view value = text.substr(0, end);
  text.remove_prefix(end);
  if (key == "dsn") fact.dsn = value;
  if (key == "tls") fact.tls = value;
  if (key == "delays") fact.delays = value;
  if (key == "conn_use") {
    fact.connection_use = 2;  // it stands there only from the second use on
  }
  return true;
}

std::optional<PostfixFact> ParseDelivery(std::string_view queue_id, std::string_view text) {
  PostfixDelivery fact;
  fact.queue_id = queue_id;
  const std::optional<std::string_view> recipient = TakeAddress(text);
  if (!recipient) return std::nullopt;
  fact.recipient = *recipient;
  for (int i = 0; i < kMostFields && !text.starts_with(", status="); ++i) {
    if (!TakeField(text, fact)) return std::nullopt;
  }
  if (!TakePrefix(text, ", status=")) return std::nullopt;
  fact.status = TakeWord(text, " (");
  if (fact.status.empty()) return std::nullopt;
  if (text.ends_with(')')) text.remove_suffix(1);
  fact.text = text;
  return fact;
}

}  // namespace

std::optional<LogRelay> TakeRelay(std::string_view& text) {
  LogRelay relay;
  std::string_view rest = text;
  const std::size_t host = rest.substr(0, kMaxDomainOctets + 1).find('[');
  if (host == std::string_view::npos || host == 0) return std::nullopt;
  relay.host = rest.substr(0, host);
  if (!std::all_of(relay.host.begin(), relay.host.end(), IsHostCharacter)) return std::nullopt;
  rest.remove_prefix(host + 1);
  const std::size_t address = rest.substr(0, kMaxAddressOctets + 1).find(']');
  if (address == std::string_view::npos || address == 0) return std::nullopt;
  relay.address = rest.substr(0, address);
  if (!std::all_of(relay.address.begin(), relay.address.end(), IsAddressCharacter)) {
    return std::nullopt;
  }
  rest.remove_prefix(address + 1);
  const std::size_t digits = rest.starts_with(':') ? rest.find_first_not_of("0123456789", 1) : 0;
  const std::string_view number = rest.substr(0, std::min(digits, rest.size()));
  if (number.size() > 1) {
    const std::optional<std::uint16_t> port = ParsePort(number.substr(1));
    if (!port) return std::nullopt;
    relay.port = *port;
    rest.remove_prefix(number.size());
  }
  text = rest;
  return relay;
}

std::optional<std::chrono::seconds> TimeTaken(const PostfixDelivery& delivery) {
  std::string_view rest = delivery.delays;
  double delays[4] = {};
  for (double& delay : delays) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), delay);
    if (error != std::errc() || !(delay >= 0 && delay <= kMostSeconds)) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (&delay != &delays[3] && !TakePrefix(rest, "/")) return std::nullopt;
  }
  return std::chrono::seconds(static_cast<int>(std::ceil(delays[2] + delays[3])));
}

bool SpeaksOfTls(std::string_view text) {
  constexpr std::array<std::string_view, 4> kBeginnings = {
      "TLS is required, but ", "Server certificate not ",
      "Cannot start TLS: ", "Sender requested REQUIRETLS, but "};
  return std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

std::optional<PostfixFact> ParsePostfixLog(std::string_view text) {
  if (TakePrefix(text, "SSL_connect error to ")) return ParseReason<HandshakeFailed>(text);
  const bool server = TakePrefix(text, "server certificate verification failed for ");
  if (server || TakePrefix(text, "certificate verification failed for ")) {
    return ParseReason<VerificationFailed>(text);
  }
  if (const auto fact = ParseEstablished(text)) return fact;
  const std::string_view queue_id = TakeQueueId(text);
  if (queue_id.empty()) return std::nullopt;
  if (TakePrefix(text, "to=<")) return ParseDelivery(queue_id, text);
  if (SpeaksOfTls(text)) return HostGivenUp{queue_id, text};
  return std::nullopt;
}

}  // namespace tlswarden
