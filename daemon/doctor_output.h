// doctor_output: what `tlswarden doctor` has found, for people and programs.
//
// Pure. What comes from outside, such as a relay's reply, is made safe for a terminal here.
#ifndef TLSWARDEN_DAEMON_DOCTOR_OUTPUT_H_
#define TLSWARDEN_DAEMON_DOCTOR_OUTPUT_H_

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/settings.h"
#include "report/self_report.h"
#include "report/smtp_submit.h"
#include "resolver/dns.h"
#include "resolver/trust_ad.h"

namespace tlswarden {

struct Finding {
  enum class Result {
    kOk,
    kBad,
    kUnknown,  // for now
    kSkipped,  // the settings turn it off
  };
  Result result = Result::kOk;
  std::string check;   // "resolver"
  std::string object;  // which one: "127.0.0.1:53"; empty: there is one only
  std::string text;    // what was seen
  std::string to_do;   // kBad and kUnknown: how to mend it or find out
  // Of report mail that has come back.
  std::optional<std::vector<DkimSignature>> signatures = {};
  bool operator==(const Finding&) const = default;
};

// A line, and what to do in the lines below it.
std::string FindingText(const Finding& finding);

// {"findings": [{"check": …, "object": …, "result": "ok|bad|unknown|skipped", "text": …,
// "to-do": …, "signatures": [{"domain": …, "selector": …}]}]}; what is empty is left out.
boost::json::value FindingsJson(const std::vector<Finding>& findings);

// Bad news goes before what isn't known.
int ExitCodeOf(const std::vector<Finding>& findings);

// Signed, and known to every resolver that asks the root.
inline constexpr const char* kSignedName = "arpa";

// What a resolver says of kSignedName, its AD bit believed. `trusts_ad`: what [resolver] trust-ad
// comes to with all resolvers.
Finding ResolverFinding(const std::string& server, const DnsReply& reply, TrustAd trust_ad,
                        bool trusts_ad);

// What a report to ourselves has shown. `seen`: what `report read` has noted of it; nothing where
// it was refused.
Finding ReportMailFinding(const Settings::Tlsrpt& tlsrpt, const SmtpOutcome& outcome,
                          const std::optional<SelfReport>& seen);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_DOCTOR_OUTPUT_H_
