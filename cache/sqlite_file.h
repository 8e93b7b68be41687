// sqlite_file: opens a store's SQLite file, and starts with an empty one where it is damaged.
#ifndef TLSWARDEN_CACHE_SQLITE_FILE_H_
#define TLSWARDEN_CACHE_SQLITE_FILE_H_

#include <cstdint>
#include <string>

#include "cache/sqlite.h"
#include "policy/record.h"
#include "policy/result.h"
#include "policy/time.h"

namespace tlswarden {

struct SqliteSchema {
  const char* name;        // of the store, for messages: "cache store"
  std::int64_t version;    // of the tables, as SQLite's user_version
  const char* begin_anew;  // removes the tables of another version, and sets this one
  const char* tables;      // pragmas and tables, if they aren't there
};

// A file that is no database or is damaged is renamed to PATH.corrupt-EPOCH, with a warning to the
// sink, and a new one is begun. Errors: the directory is missing, no permission, … with the path.
Result<SqliteDb> OpenSqliteFile(const std::string& path, const SqliteSchema& schema,
                                RecordSink& sink, Time now);

// That renaming alone, for damage that shows itself later; the file must be closed. False: it can't
// be renamed.
bool MoveSqliteFileAside(const std::string& path, const std::string& what, RecordSink& sink,
                         Time now);

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_SQLITE_FILE_H_
