// The targets of ReportQueue: which is due, and what came of it.
#include <utility>

#include "report/report_queue.h"

namespace tlswarden {
namespace {

// Of a peer's targets in one transaction. Those beyond fail with the next try.
constexpr std::size_t kMostAtOnce = 10000;

// The join with `report` comes last: rows that aren't due cost little.
constexpr char kDue[] =
    "SELECT t.day, t.domain, t.scheme, t.target, t.tries, t.first_try, t.next_try, t.last_error,"
    " r.report_id, r.made, r.successes, r.failures FROM target t, report r"
    " WHERE t.state = 0 AND r.day = t.day AND r.domain = t.domain"
    " AND (t.next_try <= ?1 OR t.next_try > ?2) AND (?3 OR t.peer = ?4)"
    " ORDER BY t.tries, t.next_try LIMIT ?5";

Claim ReadClaim(const SqliteStatement& row) {
  const auto text = [&](int column) { return std::string(row.Text(column)); };
  const auto time = [&](int column) { return FromSeconds(row.Number(column)); };
  Claim claim;
  claim.report = {
      DayFromNumber(row.Number(0)), text(1), text(8), time(9), row.Number(10), row.Number(11), {}};
  claim.target.destination = {static_cast<ReportDestination::Scheme>(row.Number(2)), text(3)};
  claim.target.attempts = {static_cast<int>(row.Number(4)), time(5), time(6)};
  claim.target.last_error = text(7);
  return claim;
}

void BindKey(SqliteStatement& statement, const Claim& claim) {
  statement.Bind(1, DayNumber(claim.report.day));
  statement.Bind(2, claim.report.domain);
  statement.Bind(3, static_cast<std::int64_t>(claim.target.destination.scheme));
  statement.Bind(4, claim.target.destination.target);
}

}  // namespace

Attempts ReportQueue::BeginTry(const Claim& claim, Time now, const SendTimes& times) const {
  const std::uint64_t spread =
      Spread(Spread(seed_, claim.report.day, claim.report.domain), claim.target.destination.target);
  return Begin(claim.target.attempts, now, spread, times);
}

// Of one peer, or of all.
Result<std::vector<Claim>> ReportQueue::Due(const std::string* peer, Time now, std::size_t most,
                                            const SendTimes& times) {
  SqliteStatement select(db_, kDue);
  select.Bind(1, Seconds(now));
  select.Bind(2, Seconds(now + LongestWait(times)));  // IsDue's
  select.Bind(3, std::int64_t{peer == nullptr});
  select.Bind(4, peer == nullptr ? std::string_view() : *peer);
  select.Bind(5, static_cast<std::int64_t>(most));
  std::vector<Claim> claims;
  while (select.Step()) claims.push_back(ReadClaim(select));
  if (!select.ok()) return Error{*Failed()};
  return claims;
}

// A target that was sent isn't touched.
ReportQueue::Problem ReportQueue::Save(const Claim& claim, TargetState state,
                                       const std::string& error) {
  SqliteStatement update(db_,
                         "UPDATE target SET state = ?5, tries = ?6, first_try = ?7, next_try = ?8,"
                         " last_error = ?9 WHERE day = ?1 AND domain = ?2 AND scheme = ?3 AND"
                         " target = ?4 AND state != 1");
  BindKey(update, claim);
  update.Bind(5, static_cast<std::int64_t>(state));
  update.Bind(6, claim.target.attempts.tries);
  update.Bind(7, Seconds(claim.target.attempts.first));
  update.Bind(8, Seconds(claim.target.attempts.next));
  update.Bind(9, error);
  update.Step();
  if (!update.ok()) return Failed();
  if (state == TargetState::kWaiting) return std::nullopt;
  SqliteStatement remove(db_,
                         "DELETE FROM octets WHERE day = ?1 AND domain = ?2 AND NOT EXISTS"
                         " (SELECT 1 FROM target WHERE day = ?1 AND domain = ?2 AND state = 0)");
  remove.Bind(1, DayNumber(claim.report.day));
  remove.Bind(2, claim.report.domain);
  remove.Step();
  return remove.ok() ? std::nullopt : Failed();
}

Result<std::optional<Claim>> ReportQueue::ClaimNext(Time now, const SendTimes& times) {
  SqliteTransaction transaction(db_);
  if (transaction.error()) return Error{path_ + ": " + *transaction.error()};
  const Result<std::vector<Claim>> due = Due(nullptr, now, 1, times);
  if (!due) return Error{due.error()};
  if (due->empty()) return std::optional<Claim>();
  Claim claim = due->front();
  claim.target.attempts = BeginTry(claim, now, times);
  if (const Problem problem = Save(claim, TargetState::kWaiting, claim.target.last_error)) {
    return Error{*problem};
  }
  SqliteStatement select(db_, "SELECT octets FROM octets WHERE day = ?1 AND domain = ?2");
  select.Bind(1, DayNumber(claim.report.day));
  select.Bind(2, claim.report.domain);
  if (select.Step()) claim.report.octets = select.Text(0);
  if (!select.ok()) return Error{*Failed()};
  select.Reset();
  if (const Problem problem = Commit(transaction)) return Error{*problem};
  return std::optional<Claim>(std::move(claim));
}

Result<std::vector<Claim>> ReportQueue::Waiting(Time now, std::size_t most,
                                                const SendTimes& times) {
  return Due(nullptr, now, most, times);
}

ReportQueue::Problem ReportQueue::Finish(const Claim& claim, TargetState state,
                                         const std::string& error) {
  SqliteTransaction transaction(db_);
  if (transaction.error()) return path_ + ": " + *transaction.error();
  if (const Problem problem = Save(claim, state, error)) return problem;
  return Commit(transaction);
}

ReportQueue::Problem ReportQueue::Shut(const std::string& peer, Time now, const SendTimes& times) {
  SqliteStatement old(db_, "DELETE FROM shut WHERE until <= ?1 OR until > ?2");
  old.Bind(1, Seconds(now));
  old.Bind(2, Seconds(now + LongestWait(times)));
  old.Step();
  if (!old.ok()) return Failed();
  SqliteStatement insert(db_, "INSERT OR REPLACE INTO shut VALUES(?1, ?2)");
  insert.Bind(1, peer);
  insert.Bind(2, Seconds(now + times.first_step));
  insert.Step();
  return insert.ok() ? std::nullopt : Failed();
}

Result<std::vector<Claim>> ReportQueue::FailPeer(const std::string& peer, const std::string& error,
                                                 Time now, const SendTimes& times) {
  SqliteTransaction transaction(db_);
  if (transaction.error()) return Error{path_ + ": " + *transaction.error()};
  const Result<std::vector<Claim>> due = Due(&peer, now, kMostAtOnce, times);
  if (!due) return Error{due.error()};
  std::vector<Claim> given_up;
  for (Claim claim : *due) {
    claim.target.attempts = BeginTry(claim, now, times);
    claim.target.last_error = error;
    const bool hopeless = IsHopeless(claim.target.attempts, now, times);
    const TargetState state = hopeless ? TargetState::kGivenUp : TargetState::kWaiting;
    if (const Problem problem = Save(claim, state, error)) return Error{*problem};
    if (hopeless) given_up.push_back(std::move(claim));
  }
  if (const Problem problem = Shut(peer, now, times)) return Error{*problem};
  if (const Problem problem = Commit(transaction)) return Error{*problem};
  return given_up;
}

Result<std::optional<Time>> ReportQueue::NextDue(Time now, const SendTimes& times) {
  SqliteStatement select(db_,
                         "SELECT min(CASE WHEN next_try > ?2 THEN ?1 ELSE next_try END), count(*)"
                         " FROM target WHERE state = 0");
  select.Bind(1, Seconds(now));
  select.Bind(2, Seconds(now + LongestWait(times)));
  const bool row = select.Step();
  if (!select.ok()) return Error{*Failed()};
  if (!row || select.Number(1) == 0) return std::optional<Time>();
  return std::optional<Time>(FromSeconds(select.Number(0)));
}

Result<std::vector<QueuedTarget>> ReportQueue::Targets(Day day, const std::string& domain) {
  SqliteStatement select(db_,
                         "SELECT scheme, target, state, tries, first_try, next_try, last_error"
                         " FROM target WHERE day = ?1 AND domain = ?2 ORDER BY scheme, target");
  select.Bind(1, DayNumber(day));
  select.Bind(2, domain);
  std::vector<QueuedTarget> targets;
  while (select.Step()) {
    targets.push_back(
        {{static_cast<ReportDestination::Scheme>(select.Number(0)), std::string(select.Text(1))},
         static_cast<TargetState>(select.Number(2)),
         {static_cast<int>(select.Number(3)), FromSeconds(select.Number(4)),
          FromSeconds(select.Number(5))},
         std::string(select.Text(6))});
  }
  if (!select.ok()) return Error{*Failed()};
  return targets;
}

}  // namespace tlswarden
