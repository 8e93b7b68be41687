#include "cache/sqlite.h"

#include <filesystem>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

constexpr int kBusyMilliseconds = 2000;

}  // namespace

Result<SqliteDb> SqliteDb::Open(const std::string& path) {
  return OpenWith(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, path);
}

Result<SqliteDb> SqliteDb::OpenToRead(const std::string& path) {
  return OpenWith(SQLITE_OPEN_READONLY | SQLITE_OPEN_FULLMUTEX, path);
}

Result<SqliteDb> SqliteDb::OpenUnwritten(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    const bool plain = IsAlnum(c) || std::string_view("/-_.~").find(c) != std::string_view::npos;
    const auto octet = static_cast<std::uint8_t>(c);
    uri += plain ? std::string(1, c) : '%' + Hex({&octet, 1});
  }
  return OpenWith(SQLITE_OPEN_READONLY | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_URI,
                  uri + "?immutable=1");
}

bool SqliteDb::HasWriter(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path + "-wal", ignored);
}

Result<SqliteDb> SqliteDb::OpenWith(int flags, const std::string& path) {
  sqlite3* raw = nullptr;
  const int rc = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  SqliteDb db(raw);
  if (rc != SQLITE_OK) return Error{path + ": " + db.LastError()};
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  return db;
}

std::optional<std::string> SqliteDb::Execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return std::nullopt;
  return LastError();
}

bool SqliteDb::IsCorrupt() const {
  const int code = sqlite3_errcode(db_.get());
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

std::string SqliteDb::LastError() const {
  return db_ == nullptr ? "out of memory" : sqlite3_errmsg(db_.get());
}

SqliteStatement::SqliteStatement(const SqliteDb& db, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  sqlite3_prepare_v2(db.handle(), sql, -1, &raw, nullptr);
  statement_.reset(raw);
}

void SqliteStatement::Bind(int parameter, std::string_view text) {
  if (statement_ == nullptr) return;
  sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
}

void SqliteStatement::Bind(int parameter, std::int64_t number) {
  if (statement_ == nullptr) return;
  sqlite3_bind_int64(statement_.get(), parameter, number);
}

void SqliteStatement::BindOctets(int parameter, std::string_view octets) {
  if (statement_ == nullptr) return;
  sqlite3_bind_blob64(statement_.get(), parameter, octets.data(), octets.size(), SQLITE_TRANSIENT);
}

bool SqliteStatement::Step() {
  last_ = statement_ == nullptr ? SQLITE_MISUSE : sqlite3_step(statement_.get());
  return last_ == SQLITE_ROW;
}

std::string_view SqliteStatement::Text(int column) const {
  const auto* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return {};
  const auto octets = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {reinterpret_cast<const char*>(text), octets};
}

std::int64_t SqliteStatement::Number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

void SqliteStatement::Reset() {
  if (statement_ == nullptr) return;  // sqlite3_clear_bindings would look into it
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

SqliteTransaction::SqliteTransaction(SqliteDb& db)
    : db_(db), error_(db.Execute("BEGIN IMMEDIATE")), open_(!error_) {}

SqliteTransaction::~SqliteTransaction() {
  if (open_) db_.Execute("ROLLBACK");
}

std::optional<std::string> SqliteTransaction::Commit() {
  std::optional<std::string> failed = db_.Execute("COMMIT");
  if (!failed) open_ = false;
  return failed;
}

}  // namespace tlswarden
