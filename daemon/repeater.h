// Repeater: calls something again and again, on a thread of its own, until it is destroyed.
#ifndef TLSWARDEN_DAEMON_REPEATER_H_
#define TLSWARDEN_DAEMON_REPEATER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace tlswarden {

class Repeater {
 public:
  // The first call comes after `first`, each other `every` after the one before has returned.
  Repeater(std::chrono::milliseconds first, std::chrono::milliseconds every,
           std::function<void()> call)
      : call_(std::move(call)), thread_([this, first, every] { Repeat(first, every); }) {}

  // Returns when the call that is being made has.
  ~Repeater() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  Repeater(const Repeater&) = delete;
  Repeater& operator=(const Repeater&) = delete;

 private:
  void Repeat(std::chrono::milliseconds wait, std::chrono::milliseconds every) {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, wait, [this] { return stopping_; })) {
      lock.unlock();
      call_();
      lock.lock();
      wait = every;
    }
  }

  const std::function<void()> call_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_REPEATER_H_
