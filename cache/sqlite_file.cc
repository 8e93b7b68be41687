#include "cache/sqlite_file.h"

#include <filesystem>
#include <optional>
#include <utility>

namespace tlswarden {
namespace {

// A damaged page deep in a large file shows itself when it is read; a full check of such a file
// would hold up the start.
constexpr std::uintmax_t kCheckedOctets = 8 << 20;

struct Opened {
  std::optional<SqliteDb> db;
  std::string error;
  bool corrupt = false;
};

std::optional<std::string> CheckIntegrity(const SqliteDb& db, const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::file_size(path, ignored) > kCheckedOctets) return std::nullopt;
  SqliteStatement check(db, "PRAGMA quick_check(1)");
  if (check.Step() && check.Text(0) == "ok") return std::nullopt;
  return "integrity check failed";
}

std::optional<std::string> MakeTables(SqliteDb& db, const SqliteSchema& schema) {
  SqliteStatement version(db, "PRAGMA user_version");
  const bool current = version.Step() && version.Number(0) == schema.version;
  version.Reset();
  if (!current) {
    if (std::optional<std::string> error = db.Execute(schema.begin_anew)) return error;
  }
  return db.Execute(schema.tables);
}

Opened TryOpen(const std::string& path, const SqliteSchema& schema) {
  Result<SqliteDb> db = SqliteDb::Open(path);
  if (!db) return {std::nullopt, db.error(), false};
  Opened opened;
  opened.db = std::move(db).value();
  if (const std::optional<std::string> error = MakeTables(*opened.db, schema)) {
    opened.error = path + ": " + *error;
    opened.corrupt = opened.db->IsCorrupt();
  } else if (const std::optional<std::string> damage = CheckIntegrity(*opened.db, path)) {
    opened.error = path + ": " + *damage;
    opened.corrupt = true;
  }
  return opened;
}

}  // namespace

// The write-ahead log belongs to the damaged file and must not be applied to the new one.
bool MoveSqliteFileAside(const std::string& path, const std::string& what, RecordSink& sink,
                         Time now) {
  const std::string aside = path + ".corrupt-" + std::to_string(now.time_since_epoch().count());
  std::error_code failed;
  std::filesystem::rename(path, aside, failed);
  if (failed) return false;
  for (const char* suffix : {"-wal", "-shm"}) {
    std::error_code ignored;
    std::filesystem::rename(path + suffix, aside + suffix, ignored);
  }
  sink.Write(Notice{Notice::Level::kWarning,
                    what + "; moved to " + aside + ", starting with an empty one"});
  return true;
}

Result<SqliteDb> OpenSqliteFile(const std::string& path, const SqliteSchema& schema,
                                RecordSink& sink, Time now) {
  Opened opened = TryOpen(path, schema);
  if (opened.corrupt) {
    opened.db.reset();
    const std::string what = std::string(schema.name) + ' ' + opened.error;
    if (!MoveSqliteFileAside(path, what, sink, now)) {
      return Error{opened.error + "; it can't be moved aside"};
    }
    opened = TryOpen(path, schema);
  }
  if (!opened.error.empty()) return Error{opened.error};
  return *std::move(opened.db);
}

}  // namespace tlswarden
