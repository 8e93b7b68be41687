// TLSRPT datagrams: whatever comes, an event fits the ledger, the log and a report: bounded, UTF-8,
// one line, names as A-labels, RFC 8460's words.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/domain.h"
#include "policy/failure.h"
#include "policy/utf8.h"
#include "report/datagram.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;

constexpr Time kNow{std::chrono::seconds(1800000000)};

void CheckText(std::string_view text, std::size_t most = kMaxEventTextOctets) {
  Check(text.size() <= most, "a text is bounded", text);
  Check(IsUtf8(text), "a text is UTF-8", text);
  const bool is_line = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  Check(is_line, "a text is one line", text);
}

void CheckName(const std::string& name) {
  const Result<Domain> domain = ParseDomain(name);
  Check(domain.ok() && domain->ascii == name, "a name of A-labels", name);
}

void CheckPolicy(const ReportedPolicy& policy) {
  const std::vector<std::string_view> types{"", "tlsa", "sts", "no-policy-found"};
  Check(std::find(types.begin(), types.end(), policy.type) != types.end(), "a known policy type",
        policy.type);
  if (!policy.domain.empty()) CheckName(policy.domain);
  Check(policy.strings.size() <= kMaxPolicyStrings, "few policy strings");
  Check(policy.mx_hosts.size() <= kMaxPolicyMxHosts, "few patterns");
  for (const std::string& text : policy.strings) CheckText(text, kMaxPolicyStringOctets);
  for (const std::string& text : policy.mx_hosts) CheckText(text);
}

void CheckDetail(const FailureDetail& detail) {
  Check(ParseResultType(detail.result_type).has_value(), "RFC 8460's terms", detail.result_type);
  for (const std::string* text :
       {&detail.sending_mta_ip, &detail.receiving_mx_hostname, &detail.receiving_mx_helo,
        &detail.receiving_ip, &detail.additional_information, &detail.failure_reason_code}) {
    CheckText(*text);
  }
  Check(detail.receiving_mx_helo.find_first_of(" \t") == std::string::npos, "one word",
        detail.receiving_mx_helo);
  Check(detail.sessions == 1, "one session");
}

void CheckEvent(const TlsEvent& event) {
  CheckName(event.domain);
  CheckPolicy(event.policy);
  CheckText(event.tlsrpt_record);
  Check(event.details.size() <= kMaxFailureDetails, "few details");
  std::for_each(event.details.begin(), event.details.end(), CheckDetail);
  Check(event.outcome == TlsEvent::Outcome::kSuccess || event.reached == TlsReached::kUnknown,
        "only a success says how far TLS came");
  Check(event.at == kNow && event.source == EventSource::kDatagram, "when and whence");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const Result<std::vector<TlsEvent>> events = ParseDatagram(octets, kNow);
  if (!events) {
    Check(!events.error().empty() && events.error().size() < 3 * kMaxEventTextOctets,
          "an error says why, and is short");
    return 0;
  }
  Check(!events->empty() && events->size() <= kMaxDatagramPolicies, "some events, but few");
  std::for_each(events->begin(), events->end(), CheckEvent);
  return 0;
}
