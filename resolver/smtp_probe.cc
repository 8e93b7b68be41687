#include "resolver/smtp_probe.h"

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "resolver/address_guard.h"
#include "resolver/smtp_session.h"
#include "resolver/tls_client.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Answer = SmtpSession::Answer;

constexpr std::uint16_t kSubmissionsPort = 465;
constexpr std::chrono::seconds kFarewell{1};  // nothing that QUIT is answered with matters

// RFC 8460 has no term for a host that can't be spoken to.
Failure NoSession(const std::string& step, const std::string& why) {
  return {ResultType::kValidationFailure, step + ": " + why, true};
}

Failure NoSession(const std::string& step, const Answer& answer) {
  return NoSession(step, answer.ok() ? ToString(answer.reply) : answer.problem);
}

// RFC 5321 section 4.2.4: the server knows no EHLO, so it has no extension.
bool KnowsNoEhlo(const SmtpReply& reply) { return reply.code == 500 || reply.code == 502; }

// Why there is no STARTTLS after this answer to EHLO, or nothing.
std::optional<Failure> CheckEhlo(const Answer& answer) {
  if (!answer.ok()) return NoSession("EHLO", answer);
  if (KnowsNoEhlo(answer.reply)) {
    return Failure{ResultType::kStarttlsNotSupported, "EHLO: " + ToString(answer.reply), false};
  }
  if (!IsPositive(answer.reply)) return NoSession("EHLO", answer);
  if (HasKeyword(answer.reply, "STARTTLS")) return std::nullopt;
  return Failure{ResultType::kStarttlsNotSupported, "STARTTLS isn't offered", false};
}

std::optional<Failure> CheckStarttls(const Answer& answer, bool nothing_pending) {
  if (!answer.ok()) return NoSession("STARTTLS", answer);
  if (answer.reply.code != 220) {
    return Failure{ResultType::kStarttlsNotSupported, "STARTTLS: " + ToString(answer.reply),
                   IsTransient(answer.reply)};
  }
  if (nothing_pending) return std::nullopt;
  return Failure{ResultType::kValidationFailure, "plaintext after the reply to STARTTLS", false};
}

// What the TLS library refuses won't be better next time; a lost connection may be.
Failure BadHandshake(const error_code& error) {
  const bool network = error.category() != asio::error::get_ssl_category();
  return {ResultType::kValidationFailure, "TLS handshake: " + ConnectionText(error), network};
}

// Greeting, EHLO and STARTTLS.
awaitable<std::optional<Failure>> UpToStarttls(SmtpSession& session, std::string ehlo) {
  auto reading = session.ReadReply();
  const Answer greeting = co_await std::move(reading);
  std::optional<Failure> failure;
  if (!greeting.ok() || greeting.reply.code != 220) {
    failure = NoSession("greeting", greeting);
    co_return failure;
  }
  auto greeted = session.Command(ehlo);
  const Answer extensions = co_await std::move(greeted);
  failure = CheckEhlo(extensions);
  if (failure) co_return failure;
  auto starting = session.Command("STARTTLS");
  const Answer ready = co_await std::move(starting);
  failure = CheckStarttls(ready, session.NothingPending());
  co_return failure;
}

// Within TLS. What goes wrong here changes nothing: the session is encrypted already.
awaitable<bool> OffersRequiretls(SmtpSession& session, std::string ehlo, bool greeting_is_due) {
  if (greeting_is_due) {
    auto reading = session.ReadReply();
    const Answer greeting = co_await std::move(reading);
    if (!greeting.ok()) co_return false;
  }
  auto greeted = session.Command(ehlo);
  const Answer extensions = co_await std::move(greeted);
  co_return extensions.ok() && IsPositive(extensions.reply) &&
      HasKeyword(extensions.reply, "REQUIRETLS");
}

awaitable<void> Quit(TlsClient& client, SmtpSession& session, Clock::time_point until) {
  client.ExpiresAt(std::min(until, Clock::now() + kFarewell));
  auto quitting = session.Command("QUIT");
  [[maybe_unused]] const Answer ignored = co_await std::move(quitting);
}

// A TLS session says most; then an address without one, since what can't be spoken to now says
// nothing. `told` has no session.
void Remember(ProbeFacts seen, ProbeFacts& told) {
  if (!seen.no_tls || told.no_tls->transient) told = std::move(seen);
}

}  // namespace

Result<std::unique_ptr<SmtpProber>> SmtpProber::Create(Dns& dns, const SmtpProbeOptions& options) {
  Result<SslContextPtr> context = MakeProbeContext(options.ca_file);
  if (!context) return Error{context.error()};
  std::unique_ptr<SmtpProber> prober(new SmtpProber(dns, options, std::move(context).value()));
  for (const std::string& text : options.source_addresses) {
    error_code error;
    prober->sources_.push_back(asio::ip::make_address(text, error));
    if (error) return Error{text + " isn't an IP address"};
  }
  return prober;
}

SmtpProber::SmtpProber(Dns& dns, SmtpProbeOptions options, SslContextPtr context)
    : dns_(dns), options_(std::move(options)), context_(std::move(context)) {}

SmtpProber::Address SmtpProber::SourceFor(const Address& address) const {
  for (const Address& source : sources_) {
    if (source.is_v4() == address.is_v4()) return source;
  }
  return {};
}

awaitable<std::vector<std::string>> SmtpProber::FindAddresses(ProbeFacts& facts) {
  const std::string& host = facts.target.host.ascii;
  auto asking = QueryAddresses(dns_, host);
  const AddressReplies replies = co_await std::move(asking);
  const std::vector<std::string> found = AllAddresses(replies);
  std::vector<std::string> refused;
  std::vector<std::string> allowed = KeepPublic(found, options_.allow_private_addresses, &refused);
  if (!found.empty() && allowed.empty()) {
    facts.visited = false;
    facts.no_tls = NoSession(host, "no public address: " + boost::algorithm::join(refused, ", "));
  } else {
    facts.no_tls = NoSession(host, "no address");  // until one is spoken to
  }
  if (allowed.size() > kMaxProbeAddresses) allowed.resize(kMaxProbeAddresses);
  co_return allowed;
}

awaitable<void> SmtpProber::Visit(Address address, Clock::time_point until, ProbeFacts& facts) {
  const auto executor = co_await asio::this_coro::executor;
  const auto client = std::make_shared<TlsClient>(executor, context_.get());
  client->ExpiresAt(until);
  const TlsClient::Endpoint endpoint(address, facts.target.port);
  auto connecting = client->Connect(endpoint, SourceFor(address));
  error_code error = co_await std::move(connecting);
  if (error) {
    facts.no_tls = NoSession("connect", ConnectionText(error));
    co_return;
  }
  SmtpSession session(client);
  const std::string ehlo = "EHLO " + options_.helo_name;
  const bool implicit_tls = facts.target.port == kSubmissionsPort;
  if (!implicit_tls) {
    auto starting = UpToStarttls(session, ehlo);
    facts.no_tls = co_await std::move(starting);
    if (facts.no_tls) {
      auto quitting = Quit(*client, session, until);
      co_await std::move(quitting);
      co_return;
    }
  }
  const bool prepared = PrepareHandshake(client->session(), facts.target);
  auto shaking = client->Handshake();
  if (prepared) error = co_await std::move(shaking);
  if (!prepared || error) {
    facts.no_tls = prepared ? BadHandshake(error) : NoSession("TLS", "OpenSSL refuses the records");
    co_return;
  }
  session.Encrypted();
  ReadSession(client->session(), facts);
  auto asking = OffersRequiretls(session, ehlo, implicit_tls);
  facts.requiretls = co_await std::move(asking);
  auto quitting = Quit(*client, session, until);
  co_await std::move(quitting);
}

awaitable<ProbeFacts> SmtpProber::Probe(ProbeTarget target) {
  const Clock::time_point began = Clock::now();
  ProbeFacts facts;
  facts.target = std::move(target);
  auto finding = FindAddresses(facts);
  const std::vector<std::string> addresses = co_await std::move(finding);
  const Clock::time_point start = Clock::now();
  const Clock::time_point deadline = start + options_.timeout;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    // An equal share for each address that is left, as for a policy fetch.
    const Clock::time_point now = Clock::now();
    const auto left = static_cast<int>(addresses.size() - i);
    const Clock::time_point until = now + (deadline - now) / left;
    ProbeFacts seen;
    seen.target = facts.target;
    seen.address = addresses[i];
    error_code error;
    const Address address = asio::ip::make_address(seen.address, error);
    if (error) continue;
    auto visiting = Visit(address, until, seen);
    co_await std::move(visiting);
    const bool done = !seen.no_tls;
    Remember(std::move(seen), facts);
    if (done) break;
  }
  facts.took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
  co_return facts;
}

}  // namespace tlswarden
