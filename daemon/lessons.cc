#include "daemon/lessons.h"

#include <optional>
#include <utility>

#include "daemon/let_go.h"
#include "daemon/remembered_wiring.h"

namespace tlswarden {
namespace {

constexpr std::chrono::minutes kReadAgain{5};

bool IsSession(const TlsEvent& event) { return event.source != EventSource::kPolicy; }

const RememberedTls* KnownOf(const Domain& domain, const Outbound& outbound, Time at) {
  return outbound.remembered == nullptr ? nullptr : outbound.remembered->Find(domain, at);
}

}  // namespace

Result<RememberedTablePtr> ReadRemembered(const std::string& ledger, Time now) {
  Result<std::optional<LedgerReader>> opened = LedgerReader::OpenIfThere(ledger);
  if (!opened) return Error{opened.error()};
  std::optional<LedgerReader> reader = std::move(opened).value();
  if (!reader) return RememberedTablePtr(std::make_shared<const RememberedTable>());
  const Day from = DayOf(now) - kRememberedDays;
  const Result<std::vector<TlsDay>> days = reader->TlsDays(from);
  if (!days) return Error{days.error()};
  const Result<LetGoTimes> let_go = ReadLetGo(LetGoPath(ledger));
  if (!let_go) return Error{let_go.error()};
  return MakeRememberedTable(*days, now, [&](std::string_view domain) -> std::optional<Time> {
    const auto found = let_go->find(std::string(domain));
    if (found == let_go->end()) return std::nullopt;
    return found->second;
  });
}

Lessons::Lessons(std::string ledger, CurrentOrders& orders, AlarmSink& alarms,
                 std::function<Time()> clock)
    : ledger_(std::move(ledger)), orders_(orders), alarms_(alarms), clock_(std::move(clock)) {}

void Lessons::Start() {
  // Nobody looks it up, and each new table makes all orders anew.
  if (orders_.Get()->outbound.remember_tls == RememberTls::kOff) return;
  const std::chrono::milliseconds first = read_ ? kReadAgain : std::chrono::minutes(0);
  reader_.emplace(first, kReadAgain, [this] { ReadLedger(); });
}

void Lessons::Observe(TlsEvent& event) {
  if (!IsSession(event)) return;
  const Result<Domain> domain = ParseDomain(event.domain);
  if (!domain) return;
  const OrdersPtr now = orders_.Get();
  if (event.reached == TlsReached::kPlain &&
      !PlainCounts(NextHop{*domain}, now->outbound, event.at)) {
    event.reached = TlsReached::kUnknown;
  }
  const std::optional<WatchedSession> watched = WatchedOf(event, now->outbound);
  const bool watches = watched && now->outbound.remember_tls != RememberTls::kOff;
  std::optional<Sighting> sighting;
  {
    const std::lock_guard lock(mutex_);
    Learn(event, lately_);
    if (watches) sighting = watch_.Observe(*watched, KnownOf(*domain, now->outbound, event.at));
  }
  if (sighting) alarms_.Observe(*sighting);
}

std::vector<LatelyHost> Lessons::HostsOf(const Domain& domain, Time now) const {
  const std::lock_guard lock(mutex_);
  return lately_.HostsOf(domain, now);
}

// Where it can't be read, what was remembered before stands.
void Lessons::ReadLedger() {
  const Result<RememberedTablePtr> table = ReadRemembered(ledger_, clock_());
  if (!table) return;
  orders_.Remember(*table);
  read_ = true;
}

}  // namespace tlswarden
