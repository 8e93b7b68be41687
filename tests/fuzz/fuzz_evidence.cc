// A row of a store: decoding doesn't crash, what is accepted can be encoded and decoded to the
// same value, and the judge and explain can live with it.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cache/evidence_codec.h"
#include "cache/freshness.h"
#include "policy/explain.h"
#include "policy/judge.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlswarden;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Evidence> evidence = DecodeEvidence(text);
  if (!evidence) return 0;
  Check(DecodeEvidence(EncodeEvidence(*evidence)).value() == *evidence);
  for (const Time now : {evidence->obtained_at, KeepUntil(*evidence)}) {
    const Question question{evidence->next_hop, evidence->next_hop.domain};
    const Verdict verdict = Judge(question, *evidence, Outbound(), now);
    Check(verdict.level != TlsLevel::kSecure || verdict.sts.has_value());
    ExplainMx(evidence->mx);
    ExplainSts(evidence->sts, now);
    ExplainVerdict(verdict, *evidence);
  }
  return 0;
}
