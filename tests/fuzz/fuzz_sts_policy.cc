// The policy file: what is accepted parses from its own lines to the same value, and the answer to
// an MTA that it leads to has no braces but our own.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "policy/sts_policy.h"
#include "socketmap/postfix_reply.h"

namespace {

using namespace tlswarden;

void Check(bool holds) {
  if (!holds) std::abort();
}

bool IsNameOctet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

void CheckReply(const StsPolicy& policy) {
  Verdict verdict;
  verdict.level = TlsLevel::kSecure;
  verdict.policy_domain = Domain{"a.example"};
  verdict.sts = policy;
  const std::string reply = PostfixReply(verdict, true);
  bool open = false;
  for (std::size_t i = 0; i < reply.size(); ++i) {
    Check(reply[i] >= 0x20 && reply[i] <= 0x7e);
    if (reply[i] == '{') {
      Check(!open && reply.compare(i, 18, "{ policy_string = ") == 0);
      open = true;
    }
    if (reply[i] == '}') {
      Check(open);
      open = false;
    }
  }
  Check(!open);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const Result<StsPolicy> policy = ParseStsPolicy(body);
  if (!policy) {
    Check(!policy.error().empty());
    return 0;
  }
  Check(policy->max_age >= std::chrono::seconds(0) && policy->max_age <= kMaxMaxAge);
  Check(!policy->mx.empty() || policy->mode == StsMode::kNone);
  Check(policy->mx.size() <= kMaxMxPatterns);
  for (const MxPattern& pattern : policy->mx) {
    for (char c : pattern.domain.ascii) Check(IsNameOctet(c));
    Check(ParseMxPattern(ToString(pattern)).value() == pattern);
    Check(pattern.wildcard || AllowsMx(*policy, pattern.domain));
    if (pattern.wildcard && pattern.domain.ascii.size() + 2 <= kMaxDomainOctets) {
      Check(AllowsMx(*policy, Domain{"a." + pattern.domain.ascii}));
    }
  }
  if (!policy->mx.empty()) CheckReply(*policy);
  std::string again;
  for (const std::string& line : policy->lines) {
    Check(!line.empty() && line.find_first_of("\r\n") == std::string::npos);
    Check(line.find('\0') == std::string::npos);
    again += line + '\n';
  }
  Check(ParseStsPolicy(again).value() == *policy);
  return 0;
}
