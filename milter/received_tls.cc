#include "milter/received_tls.h"

#include <algorithm>
#include <array>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string Shown(std::string_view text) {
  std::string shown(text.substr(0, kMaxHopName));
  for (char& c : shown) {
    if (c <= 0x20 || c > 0x7e || c == ';' || c == '(' || c == ')') c = '?';
  }
  return shown;
}

// Words one after the other. A ';' outside of comments and quotes ends them: the date follows.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  // Empty at the end.
  std::string_view Next() {
    SkipBlanksAndComments();
    std::size_t end = 0;
    bool quoted = false;
    for (; end < rest_.size(); ++end) {
      const char c = rest_[end];
      if (c == '\\' && quoted) {
        ++end;
        continue;
      }
      if (c == '"') quoted = !quoted;
      if (!quoted && (IsBlank(c) || c == ';' || c == '(')) break;
    }
    end = std::min(end, rest_.size());
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return word;
  }

 private:
  void SkipBlanksAndComments() {
    std::size_t place = 0;
    std::size_t depth = 0;  // comments nest (RFC 5322 section 3.2.2)
    for (; place < rest_.size(); ++place) {
      const char c = rest_[place];
      if (c == '(') ++depth;
      if (depth == 0 && !IsBlank(c)) break;
      if (c == '\\') ++place;
      if (c == ')') --depth;
    }
    rest_.remove_prefix(std::min(place, rest_.size()));
  }

  std::string_view rest_;
};

std::string_view ToString(HopTls tls) {
  switch (tls) {
    case HopTls::kNo:
      return "no";
    case HopTls::kYes:
      return "yes";
    case HopTls::kUnknown:
      break;
  }
  return "unknown";
}

void Add(std::string_view key, std::string_view value, std::string& line) {
  if (!value.empty()) line.append(" ").append(key).append("=").append(Shown(value));
}

std::string OwnHop(const Envelope& envelope) {
  const Client& client = envelope.client;
  if (client.on_this_machine) return "tls=none, written on this machine";
  const InboundTls& tls = envelope.tls;
  std::string line = tls.version == TlsVersion::kNone ? "tls=no" : "tls=yes";
  if (tls.version != TlsVersion::kNone) {
    Add("version", ToString(tls.version), line);
    Add("cipher", tls.cipher, line);
  }
  Add("from", client.name.empty() ? client.address_text : client.name, line);
  return line + "; seen by this mail server";
}

}  // namespace

HopTls TlsOfProtocol(std::string_view with) {
  constexpr std::array<std::string_view, 9> kTls = {"ESMTPS",    "ESMTPSA",    "LMTPS",
                                                    "LMTPSA",    "UTF8SMTPS",  "UTF8SMTPSA",
                                                    "UTF8LMTPS", "UTF8LMTPSA", "SMTPS"};
  constexpr std::array<std::string_view, 9> kNoTls = {
      "SMTP", "ESMTP", "ESMTPA", "LMTP", "LMTPA", "UTF8SMTP", "UTF8SMTPA", "UTF8LMTP", "UTF8LMTPA"};
  const auto is_it = [with](std::string_view name) { return EqualsIgnoringCase(name, with); };
  if (std::any_of(kTls.begin(), kTls.end(), is_it)) return HopTls::kYes;
  if (std::any_of(kNoTls.begin(), kNoTls.end(), is_it)) return HopTls::kNo;
  return HopTls::kUnknown;
}

ReceivedHop ParseReceived(std::string_view value) {
  ReceivedHop hop;
  Words words(value.substr(0, kMaxReceivedOctets));
  for (std::string_view word = words.Next(); !word.empty(); word = words.Next()) {
    std::string* text = EqualsIgnoringCase(word, "from")   ? &hop.from
                        : EqualsIgnoringCase(word, "by")   ? &hop.by
                        : EqualsIgnoringCase(word, "with") ? &hop.with
                                                           : nullptr;
    // Each once: what comes second may be anything, such as an id.
    if (text == nullptr || !text->empty()) continue;
    const std::string_view what = words.Next();
    *text = Shown(what);
    if (text == &hop.with) hop.tls = TlsOfProtocol(what);
  }
  return hop;
}

std::string ReceivedTlsValue(const Envelope& envelope, const std::vector<ReceivedHop>& before) {
  std::string value = OwnHop(envelope);
  for (const ReceivedHop& hop : before) {
    std::string line = "tls=" + std::string(ToString(hop.tls));
    Add("with", hop.with, line);
    Add("from", hop.from, line);
    Add("by", hop.by, line);
    value.append("\n\t").append(line).append("; unproven");
  }
  return value;
}

}  // namespace tlswarden
