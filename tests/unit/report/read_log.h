// Reads logs for the tests of what is made of them, and says in one line what was made.
#ifndef TLSWARDEN_TESTS_UNIT_REPORT_READ_LOG_H_
#define TLSWARDEN_TESTS_UNIT_REPORT_READ_LOG_H_

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "policy/time.h"
#include "report/log_joiner.h"
#include "report/log_line.h"

namespace tlswarden {

inline const Time kLogNow = ParseTime("2026-11-24T04:00:00Z").value();

inline std::string LogFile(std::string_view name) {
  std::ifstream file(std::string(TLSWARDEN_SOURCE_DIR) + "/tests/data/" + std::string(name));
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void Append(Joined part, Joined& all) {
  std::move(part.sessions.begin(), part.sessions.end(), std::back_inserter(all.sessions));
  std::move(part.deliveries.begin(), part.deliveries.end(), std::back_inserter(all.deliveries));
}

// All lines of a log with classic stamps, UTC.
inline Joined ReadLog(std::string_view text, LogJoiner& joiner, Time now = kLogNow) {
  Joined all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto line = SplitLogLine(text.substr(0, end), now, std::chrono::minutes(0));
    if (line) Append(joiner.Take(*line), all);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return all;
}

inline Joined ReadWholeLog(std::string_view text, LogJoiner& joiner, Time now = kLogNow) {
  Joined all = ReadLog(text, joiner, now);
  Append(joiner.Finish(), all);
  return all;
}

inline std::string_view Word(TlsReached reached) {
  switch (reached) {
    case TlsReached::kUnknown:
      return "unknown";
    case TlsReached::kPlain:
      return "plain";
    case TlsReached::kEncrypted:
      return "encrypted";
    case TlsReached::kAuthenticated:
      return "authenticated";
  }
  return "";
}

// "dane.test mx.dane.test[127.0.0.11]:25 authenticated Verified sent u@dane.test"; "-" for what is
// empty, faults at the end.
inline std::string Said(const LoggedSession& session) {
  const LoggedTls& tls = session.tls;
  std::ostringstream out;
  out << session.domain << ' ' << tls.mx_hostname << '[' << tls.mx_address << "]:" << tls.port
      << ' ' << Word(tls.reached) << ' ' << (tls.word.empty() ? "-" : tls.word) << ' '
      << (session.status.empty() ? "-" : session.status);
  for (const std::string& recipient : session.recipients) out << ' ' << recipient;
  if (!session.tag.empty()) out << " tag=" << session.tag;
  if (!tls.certificate_failure.empty()) out << " | " << tls.certificate_failure;
  if (!tls.refusal.empty()) out << " | " << tls.refusal;
  if (tls.handshake_failed) out << " | handshake";
  return out.str();
}

inline std::string Said(const std::vector<LoggedSession>& sessions) {
  std::string text;
  for (const LoggedSession& session : sessions) text += Said(session) + '\n';
  return text;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_REPORT_READ_LOG_H_
