#include "tests/scenarios/fake_world.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <type_traits>
#include <utility>

#include "cache/evidence_codec.h"
#include "daemon/log_format.h"
#include "daemon/record_lines.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr int kMaxCnameLinks = 16;  // as the daemon's resolver
constexpr std::string_view kPublicAddress = "93.184.215.14";
constexpr std::chrono::seconds kTtl{300};

DnsReply Denial(const std::string& name, Security security) {
  DnsReply reply;
  reply.rcode = Rcode::kNoError;
  reply.security = security;
  reply.ttl = kTtl;
  reply.canonical_name = name;
  return reply;
}

// What the asker sees of the last reply at the end of a chain of CNAMEs.
DnsReply AtEndOf(const DnsReply& chain, DnsReply last) {
  if (!chain.aliased) return last;
  if (!last.aliased) last.canonical_name = chain.canonical_name;
  last.aliased = true;
  last.ttl = std::min(last.ttl, chain.ttl);
  last.security = Weakest(last.security, chain.security);
  return last;
}

}  // namespace

awaitable<DnsReply> FakeDns::Query(std::string name, RrType type) {
  // Not at once, so that questions overlap as they do on a network.
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
  asked.push_back(std::string(ToString(type)) + ' ' + name);
  DnsReply reply = Answer(name, type);
  answered.push_back(reply);
  co_return reply;
}

const DnsReply* FakeDns::Find(const std::string& name, std::optional<RrType> type) const {
  const auto it = replies_.find({type, name});
  return it == replies_.end() ? nullptr : &it->second;
}

// A name with an address of one kind has none of the other, unless the script tells.
std::optional<DnsReply> FakeDns::AddressOf(const std::string& name, RrType type) const {
  if (type != RrType::kA && type != RrType::kAaaa) return std::nullopt;
  const DnsReply* other = Find(name, type == RrType::kA ? RrType::kAaaa : RrType::kA);
  if (other != nullptr && !other->addresses.empty()) return Denial(name, other->security);
  if (!policy_hosts_.contains(name)) return std::nullopt;
  DnsReply reply = Denial(name, Security::kInsecure);
  if (type == RrType::kA) reply.addresses.emplace_back(kPublicAddress);
  return reply;
}

DnsReply FakeDns::AnswerAt(const std::string& name, RrType type) {
  if (const DnsReply* reply = Find(name, std::nullopt)) return *reply;
  if (std::optional<DnsReply> reply = AddressOf(name, type)) return *reply;
  if (deny_all_else_) return Denial(name, Security::kInsecure);
  faults_.push_back("the engine asked what no line answers: dns " + std::string(ToString(type)) +
                    ' ' + name);
  DnsReply reply;
  reply.failure = "not in the scenario";
  return reply;
}

DnsReply FakeDns::Answer(const std::string& name, RrType type) {
  DnsReply chain = Denial(name, Security::kSecure);
  for (int links = 0; links <= kMaxCnameLinks; ++links) {
    const std::string at = chain.canonical_name;
    if (const DnsReply* found = Find(at, type)) return AtEndOf(chain, *found);
    const DnsReply* alias = Find(at, RrType::kCname);
    if (alias != nullptr && alias->rcode == Rcode::kFailure) return *alias;
    if (alias == nullptr || !alias->aliased) return AtEndOf(chain, AnswerAt(at, type));
    chain = AtEndOf(chain, *alias);
  }
  DnsReply loop;
  loop.failure = "CNAME loop, or a chain of more than 16";
  return loop;
}

awaitable<Result<std::string, Failure>> FakeHttps::GetPolicy(std::string host,
                                                             std::vector<std::string> addresses) {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
  std::string visit = host;
  for (const std::string& address : addresses) visit += ' ' + address;
  fetched.push_back(visit);
  const auto it = answers_.find(host);
  if (it == answers_.end()) {
    faults_.push_back("the engine fetched what no line answers: https " + host);
    Result<std::string, Failure> none = Error{Failure{ResultType::kStsPolicyFetchError, "?", true}};
    co_return none;
  }
  const Answer answer = it->second;
  boost::system::error_code cancelled;
  if (answer.late && !open_) {
    co_await answered_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  if (const Failure* failure = std::get_if<Failure>(&answer.what)) {
    Result<std::string, Failure> failed = Error{*failure};
    co_return failed;
  }
  Result<std::string, Failure> body = std::get<std::string>(answer.what);
  co_return body;
}

void FakeHttps::BeginQuestion() {
  fetched.clear();
  open_ = false;
  answered_.expires_at(asio::steady_timer::time_point::max());
}

void FakeHttps::EndQuestion() {
  open_ = true;
  answered_.cancel();
}

EvidencePtr FakeStore::Load(const std::string& key) {
  const auto it = rows_.find(key);
  if (it == rows_.end()) return nullptr;
  Result<Evidence> evidence = DecodeEvidence(it->second);
  if (evidence) return std::make_shared<const Evidence>(std::move(evidence).value());
  faults_.push_back("what was stored of " + key + " can't be read: " + evidence.error());
  return nullptr;
}

void FakeStore::Save(EvidencePtr evidence) {
  const std::string key = ToString(evidence->next_hop);
  rows_[key] = EncodeEvidence(*evidence);
  const Result<Evidence> back = DecodeEvidence(rows_[key]);
  if (!back) {
    faults_.push_back("what is stored of " + key + " can't be read back: " + back.error());
  } else if (*back != *evidence) {
    faults_.push_back("what is stored of " + key + " isn't what was learned");
  }
}

void RecordList::Write(Record record) {
  std::visit(
      [this](const auto& typed) {
        if constexpr (std::is_same_v<std::decay_t<decltype(typed)>, Notice>) {
          lines.push_back(typed.text);
        } else {
          const LogLine line = ToLogLine(typed);
          const std::string text = Format(line, LogFormat::kText);
          const std::string mark = line.level == LogLevel::kError     ? "error: "
                                   : line.level == LogLevel::kWarning ? "warning: "
                                                                      : "";
          lines.push_back(mark + text.substr(text.find(' ') + 1));
        }
      },
      record);
  values.push_back(std::move(record));
}

void RecordList::Clear() {
  lines.clear();
  values.clear();
}

}  // namespace tlswarden
