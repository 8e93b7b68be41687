// sqlite: the few calls of SQLite that stores need, with owners and error texts.
#ifndef TLSWARDEN_CACHE_SQLITE_H_
#define TLSWARDEN_CACHE_SQLITE_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace tlswarden {

// One connection, for one thread at a time.
class SqliteDb {
 public:
  // Opens or makes the file, in WAL mode. Errors: the text of SQLite, with the path.
  static Result<SqliteDb> Open(const std::string& path);

  // The same for a file that must be there and isn't changed.
  static Result<SqliteDb> OpenToRead(const std::string& path);

  // The same for a file that nobody writes meanwhile: makes no files beside it, which reading in
  // WAL mode does otherwise where there are none.
  static Result<SqliteDb> OpenUnwritten(const std::string& path);

  // Whether somebody has the file open in WAL mode, or was killed while he had: that file beside it
  // is there. Else OpenUnwritten may read it.
  static bool HasWriter(const std::string& path);

  // Runs statements without results. The error's text, or nothing.
  std::optional<std::string> Execute(const char* sql);

  // True when the last error means that the file is no database or is damaged.
  bool IsCorrupt() const;

  std::string LastError() const;

  sqlite3* handle() const { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  explicit SqliteDb(sqlite3* db) : db_(db) {}
  static Result<SqliteDb> OpenWith(int flags, const std::string& path);
  std::unique_ptr<sqlite3, Close> db_;
};

// A prepared statement; reused by Reset. Columns and parameters count from 0 and 1, as in SQLite.
class SqliteStatement {
 public:
  SqliteStatement(const SqliteDb& db, const char* sql);

  bool prepared() const { return statement_ != nullptr; }
  void Bind(int parameter, std::string_view text);
  void Bind(int parameter, std::int64_t number);
  // One after the other, from the first.
  template <typename... Values>
  void BindAll(const Values&... values) {
    int parameter = 0;
    (Bind(++parameter, values), ...);
  }
  void BindOctets(int parameter, std::string_view octets);  // a BLOB; Text reads it, too

  // True: a row is there.
  bool Step();
  // True: the last Step ended without an error.
  bool ok() const { return last_ == SQLITE_ROW || last_ == SQLITE_DONE; }
  std::string_view Text(int column) const;
  std::int64_t Number(int column) const;
  void Reset();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int last_ = SQLITE_MISUSE;
};

// From BEGIN IMMEDIATE to a commit; what isn't committed is rolled back.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(SqliteDb& db);
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;

  // Why it couldn't begin: somebody else holds the lock for too long, the disk.
  const std::optional<std::string>& error() const { return error_; }

  // The error's text, or nothing.
  std::optional<std::string> Commit();

 private:
  SqliteDb& db_;
  std::optional<std::string> error_;
  bool open_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_SQLITE_H_
