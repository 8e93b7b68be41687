#include "tests/scenarios/world.h"

#include "cache/evidence_codec.h"
#include "daemon/record_lines.h"

namespace tlswarden {

boost::asio::awaitable<DnsReply> ScriptedDns::Query(std::string name, RrType type) {
  const std::string type_name(ToString(type));
  asked.push_back(type_name + ' ' + name);
  const auto it = replies.find({type_name, name});
  if (it != replies.end()) co_return it->second;
  DnsReply denial;
  denial.rcode = Rcode::kNoError;
  denial.security = Security::kInsecure;
  denial.ttl = std::chrono::seconds(300);
  denial.canonical_name = name;
  co_return denial;
}

boost::asio::awaitable<Result<std::string, Failure>> ScriptedHttps::GetPolicy(
    std::string host, std::vector<std::string>) {
  ++fetches;
  const auto it = replies.find(host);
  if (it == replies.end()) {
    co_return Error{Failure{ResultType::kStsPolicyFetchError, "connection refused", true}};
  }
  if (const auto* failure = std::get_if<Failure>(&it->second)) co_return Error{*failure};
  co_return std::get<std::string>(it->second);
}

EvidencePtr TextStore::Load(const std::string& key) {
  const auto it = rows_.find(key);
  if (it == rows_.end()) return nullptr;
  Result<Evidence> evidence = DecodeEvidence(it->second);
  if (!evidence) return nullptr;
  return std::make_shared<const Evidence>(std::move(evidence).value());
}

void TextStore::Save(EvidencePtr evidence) {
  rows_[ToString(evidence->next_hop)] = EncodeEvidence(*evidence);
}

void KeptRecords::Write(Record record) {
  std::visit(
      [this](const auto& typed) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(typed)>, Notice>) {
          lines.push_back(Format(ToLogLine(typed), LogFormat::kText));
        }
      },
      record);
}

}  // namespace tlswarden
