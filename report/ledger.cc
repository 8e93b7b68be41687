#include "report/ledger.h"

#include <atomic>
#include <chrono>
#include <utility>

#include "cache/batch_writer.h"
#include "report/ledger_batch.h"
#include "report/ledger_file.h"

namespace tlswarden {
namespace {

constexpr std::chrono::days kSensible{2};

Time Sensible(Time at, Time now) {
  const auto apart = DayOf(at) - DayOf(now);
  return apart < -kSensible || apart > kSensible ? now : at;
}

}  // namespace

class Ledger::Impl {
 public:
  Impl(std::string path, std::function<void(const std::string&)> complain,
       std::function<Time()> clock, LedgerLimits limits)
      : limits_(limits),
        clock_(std::move(clock)),
        file_(std::move(path), limits, complain),
        writer_({.write = [this](const LedgerBatch& batch) { return Write(batch); },
                 .put_back = [this](LedgerBatch failed,
                                    LedgerBatch& waiting) { PutBack(std::move(failed), waiting); },
                 .complain = complain}) {}

  void Add(TlsEvent&& event) {
    ++events_;
    if (event.domain.empty()) {
      ++lost_;
      return;
    }
    Bound(event);
    event.at = Sensible(event.at, clock_());
    writer_.Gather([&](LedgerBatch& waiting) {
      if (!waiting.Add(std::move(event), limits_)) ++lost_;
    });
  }

  void Flush() { writer_.Flush(); }

  LedgerCounts counts() const { return {events_, lost_}; }

 private:
  std::optional<std::string> Write(const LedgerBatch& batch) {
    LedgerFile::Outcome outcome = file_.Write(batch, clock_());
    lost_ += outcome.lost;
    return std::move(outcome.error);
  }

  void PutBack(LedgerBatch failed, LedgerBatch& waiting) {
    lost_ += failed.Add(std::move(waiting), limits_);
    waiting = std::move(failed);
  }

  const LedgerLimits limits_;
  const std::function<Time()> clock_;
  std::atomic<std::uint64_t> events_ = 0;
  std::atomic<std::uint64_t> lost_ = 0;
  LedgerFile file_;                  // used by the writer's thread alone
  BatchWriter<LedgerBatch> writer_;  // last: its thread uses all of the above
};

Ledger::Ledger(std::string path, std::function<void(const std::string&)> complain,
               std::function<Time()> clock, LedgerLimits limits)
    : impl_(
          std::make_unique<Impl>(std::move(path), std::move(complain), std::move(clock), limits)) {}

Ledger::~Ledger() = default;

void Ledger::Add(TlsEvent event) { impl_->Add(std::move(event)); }

void Ledger::Flush() { impl_->Flush(); }

LedgerCounts Ledger::counts() const { return impl_->counts(); }

}  // namespace tlswarden
