// ledger_tables: the tables of the ledger's file, for the one who writes and those who read.
#ifndef TLSWARDEN_REPORT_LEDGER_TABLES_H_
#define TLSWARDEN_REPORT_LEDGER_TABLES_H_

#include "cache/sqlite_file.h"

namespace tlswarden {

// day: since the epoch. tally.policy and failure.policy are policy.id. A failure has a tally, be it
// of no sessions; a tally has a domain_day. domain_day is kept longer than the two.
inline constexpr char kLedgerTables[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-4096;"
    "PRAGMA journal_size_limit=16777216;"
    // last_day: the youngest with a row of this policy, so that it can go when that day goes.
    "CREATE TABLE IF NOT EXISTS policy(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE,"
    " last_day INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS policy_last_day ON policy(last_day);"
    "CREATE TABLE IF NOT EXISTS tally(day INTEGER NOT NULL, domain TEXT NOT NULL,"
    " policy INTEGER NOT NULL, successes INTEGER NOT NULL, failures INTEGER NOT NULL,"
    " PRIMARY KEY(day, domain, policy)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS failure(day INTEGER NOT NULL, domain TEXT NOT NULL,"
    " policy INTEGER NOT NULL, result_type TEXT NOT NULL, sending_mta_ip TEXT NOT NULL,"
    " receiving_mx_hostname TEXT NOT NULL, receiving_mx_helo TEXT NOT NULL,"
    " receiving_ip TEXT NOT NULL, additional_information TEXT NOT NULL,"
    " failure_reason_code TEXT NOT NULL, sessions INTEGER NOT NULL,"
    " PRIMARY KEY(day, domain, policy, result_type, sending_mta_ip, receiving_mx_hostname,"
    " receiving_mx_helo, receiving_ip, additional_information, failure_reason_code)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS domain_day(day INTEGER NOT NULL, domain TEXT NOT NULL,"
    " tlsrpt_record TEXT NOT NULL, plain INTEGER NOT NULL, encrypted INTEGER NOT NULL,"
    " authenticated INTEGER NOT NULL, missing INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY "
    "KEY(day, domain))"
    " WITHOUT ROWID;";

inline constexpr SqliteSchema kLedgerSchema = {
    "ledger", 2,
    "DROP TABLE IF EXISTS policy; DROP TABLE IF EXISTS tally; DROP TABLE IF EXISTS failure;"
    "DROP TABLE IF EXISTS domain_day; PRAGMA user_version = 2",
    kLedgerTables};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LEDGER_TABLES_H_
