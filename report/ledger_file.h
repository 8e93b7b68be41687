// LedgerFile: writes batches into the ledger's file and removes what is old.
//
// For one thread at a time. The file is opened with the first batch, and anew after an error.
#ifndef TLSWARDEN_REPORT_LEDGER_FILE_H_
#define TLSWARDEN_REPORT_LEDGER_FILE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cache/sqlite.h"
#include "policy/time.h"
#include "report/ledger_batch.h"
#include "report/ledger_limits.h"

namespace tlswarden {

class LedgerFile {
 public:
  // `complain` hears of a damaged file that was moved aside.
  LedgerFile(std::string path, LedgerLimits limits,
             std::function<void(const std::string&)> complain)
      : path_(std::move(path)), limits_(limits), complain_(std::move(complain)) {}

  struct Outcome {
    std::optional<std::string> error;  // with the path; then nothing of the batch is in the file
    std::uint64_t lost = 0;            // events of domains for which there is no room
  };
  Outcome Write(const LedgerBatch& batch, Time now);

 private:
  Outcome WriteAll(const LedgerBatch& batch, Time now, bool& corrupt);
  std::optional<std::string> Open(Time now);

  const std::string path_;
  const LedgerLimits limits_;
  const std::function<void(const std::string&)> complain_;
  std::optional<SqliteDb> db_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LEDGER_FILE_H_
