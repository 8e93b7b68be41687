// TlsEvent: what one SMTP session, or a policy failure without a session, adds to the counts of
// its domain and day.
//
// Plain values: datagrams, the MTA's log, probes and verdicts all end as these, and nothing else is
// counted.
#ifndef TLSWARDEN_REPORT_TLS_EVENT_H_
#define TLSWARDEN_REPORT_TLS_EVENT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "policy/time.h"
#include "report/tls_report.h"

namespace tlswarden {

enum class EventSource { kDatagram, kMailLog, kProbe, kPolicy };

// How far a session's TLS came, whatever was demanded of it. For the memory of domains that
// publish nothing.
enum class TlsReached {
  kUnknown,
  kPlain,          // mail went in the clear
  kEncrypted,      // with a certificate that nobody looked at, or a bad one
  kAuthenticated,  // with one that is valid for the MX host's name, by PKIX or DANE
};

struct TlsEvent {
  enum class Outcome {
    kSuccess,     // a session with TLS as the policy wants it
    kFailure,     // a session that failed, or mail that was stopped before it had one
    kDetailOnly,  // a policy failure that stopped no mail: its details count, but no session
    kUncounted,   // nothing that RFC 8460 counts: a session in the clear without a policy
  };
  Time at{};
  std::string domain;  // next-hop domain as A-labels; the report goes to it
  ReportedPolicy policy;
  Outcome outcome = Outcome::kSuccess;
  std::vector<FailureDetail> details;
  std::string tlsrpt_record;  // as the source has it; empty: not known
  EventSource source = EventSource::kMailLog;
  TlsReached reached = TlsReached::kUnknown;
  bool operator==(const TlsEvent&) const = default;
};

// Of a domain that publishes nothing: no mail went, since TLS was demanded and STARTTLS wasn't
// offered.
bool StarttlsWasMissing(const TlsEvent& event);

// Thread-safe; doesn't wait for the disk or the network.
using EventSink = std::function<void(TlsEvent)>;

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_TLS_EVENT_H_
