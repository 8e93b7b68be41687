// BatchWriter: a thread that writes what gathers, in batches, so that who counts or learns doesn't
// wait for a disk.
//
// Thread-safe. A batch gathers for half a second; one that can't be written is tried again later,
// together with what came since.
#ifndef TLSWARDEN_CACHE_BATCH_WRITER_H_
#define TLSWARDEN_CACHE_BATCH_WRITER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace tlswarden {

// With a commit well below the second that may be lost.
inline constexpr std::chrono::milliseconds kBatchGathers{500};
// After a failure: a full disk isn't empty in a moment.
inline constexpr std::chrono::seconds kBatchTriesAgain{10};

// Batch: default-constructed it has nothing, and says so by empty().
template <typename Batch>
class BatchWriter {
 public:
  struct Hands {
    // By the thread, without the lock. What went wrong, or nothing.
    std::function<std::optional<std::string>(const Batch&)> write;
    // By the thread, with the lock: nothing is added meanwhile.
    std::function<void(Batch failed, Batch& waiting)> put_back;
    // By the thread, without the lock; once until it can be written again.
    std::function<void(const std::string&)> complain;
  };

  explicit BatchWriter(Hands hands) : hands_(std::move(hands)), thread_([this] { WriteLoop(); }) {}

  // Tries what waits once more.
  ~BatchWriter() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  BatchWriter(const BatchWriter&) = delete;
  BatchWriter& operator=(const BatchWriter&) = delete;

  // Calls change(Batch&) with the batch that gathers, under the lock.
  template <typename Change>
  void Gather(Change&& change) {
    bool begun = false;
    {
      const std::lock_guard lock(mutex_);
      begun = waiting_.empty();
      std::forward<Change>(change)(waiting_);
      begun = begun && !waiting_.empty();
    }
    if (begun) changed_.notify_all();
  }

  // Returns when all that was gathered before is written, or couldn't be.
  void Flush() {
    std::unique_lock lock(mutex_);
    if (waiting_.empty() && !writing_) return;
    flushing_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !flushing_; });
  }

 private:
  void WriteLoop() {
    bool complained = false;
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const auto pause = complained ? std::chrono::milliseconds(kBatchTriesAgain) : kBatchGathers;
      changed_.wait_for(lock, pause, [this] { return stopping_ || flushing_; });
      const bool last_try = stopping_;
      const bool flushing = flushing_;
      Batch batch;
      std::swap(batch, waiting_);
      writing_ = true;
      lock.unlock();
      const std::optional<std::string> error = hands_.write(batch);
      if (error && !complained) hands_.complain(*error);
      complained = error.has_value();
      lock.lock();
      if (error) hands_.put_back(std::move(batch), waiting_);
      writing_ = false;
      if (flushing || waiting_.empty()) flushing_ = false;
      changed_.notify_all();
      if (last_try && error) return;
    }
  }

  const Hands hands_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  Batch waiting_;
  bool writing_ = false;
  bool flushing_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_BATCH_WRITER_H_
