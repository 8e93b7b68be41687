// The mail log, in which strangers write: server replies, addresses, host names. Whatever it holds,
// sessions name a domain, texts are one bounded line of UTF-8, and memory stays bounded. A line
// that begins with P, T, S or W and a digit is given to Postfix's smtp, its tlsproxy, Sendmail or
// tlswarden with that pid; others are taken as they are.
#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/ascii.h"
#include "policy/domain.h"
#include "policy/utf8.h"
#include "report/message_proof.h"
#include "report/session_event.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;

const Time kNow = ParseTime("2026-11-24T04:00:00Z").value();

void CheckOneLine(std::string_view text) {
  Check(IsUtf8(text), "texts are UTF-8", text);
  Check(text.size() <= 3 * kMaxKeptRecipientOctets, "texts are bounded", text);
  const bool whole = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  Check(whole, "texts are one line", text);
}

void CheckTls(const LoggedTls& tls) {
  for (const std::string* text : {&tls.mx_hostname, &tls.mx_address, &tls.word, &tls.tls_version,
                                  &tls.cipher, &tls.certificate_failure, &tls.refusal}) {
    CheckOneLine(*text);
  }
  Check(tls.port != 0, "a port is one");
}

void CheckSession(const LoggedSession& session) {
  CheckTls(session.tls);
  const Result<Domain> domain = ParseDomain(session.domain);
  Check(domain && domain->ascii == session.domain, "a session has a domain", session.domain);
  Check(!session.recipients.empty() && session.recipients.size() <= kMostLoggedRecipients,
        "a session has some recipients");
  for (const std::string& recipient : session.recipients) CheckOneLine(recipient);
  for (const std::string* text :
       {&session.queue_id, &session.text, &session.dsn, &session.status, &session.tag}) {
    CheckOneLine(*text);
  }
  const auto failure = TlsFailureOf(session);
  if (failure) {
    Check(failure->reason.find(' ') == std::string::npos, "a reason is one word", failure->reason);
    CheckOneLine(failure->reason);
  }
}

std::string WithProgram(std::string_view line) {
  std::string_view program;
  if (line.size() >= 2 && IsDigit(line[1])) {
    if (line[0] == 'P') program = "postfix/tlswarden-encrypt/smtp";
    if (line[0] == 'T') program = "postfix/tlsproxy";
    if (line[0] == 'S') program = "sm-mta";
    if (line[0] == 'W') program = "tlswarden";
  }
  if (program.empty()) return std::string(line);
  std::string whole = "Nov 24 03:00:00 out ";
  whole.append(program).append("[").append(line.substr(1, 1)).append("]: ");
  return whole.append(line.substr(2));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  LogLimits limits;
  limits.processes = 3;
  limits.open_sessions = 3;
  limits.proxied = 2;
  limits.instances = 2;
  LogJoiner joiner(limits);
  ProofReader reader("4A5B6C");
  const auto check = [](const Joined& joined) {
    for (const LoggedSession& session : joined.sessions) CheckSession(session);
    for (const LoggedDelivery& delivery : joined.deliveries) {
      CheckTls(delivery.tls);
      CheckOneLine(delivery.recipient);
      CheckOneLine(delivery.text);
    }
  };
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    const std::string whole = WithProgram(line);
    const auto split = SplitLogLine(whole, kNow, std::chrono::minutes(60));
    if (!split) continue;
    Check(split->at <= kNow + std::chrono::days(1) || whole[3] != ' ', "no classic stamp is ahead");
    check(joiner.Take(*split));
    reader.Take(*split);
  }
  check(joiner.Finish());
  Check(joiner.Finish().sessions.empty(), "a session is told once");
  const std::string text = ToText(reader.proof());
  Check(IsUtf8(text), "the proof is UTF-8", text);
  boost::json::error_code wrong;
  boost::json::parse(ToJson(reader.proof()), wrong);
  Check(!wrong, "the proof is JSON", ToJson(reader.proof()));
  return 0;
}
