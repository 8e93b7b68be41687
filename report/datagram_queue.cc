#include "report/datagram_queue.h"

#include <chrono>
#include <utility>

namespace tlswarden {
namespace {

// How long datagrams gather in an empty queue: a burst is over before the other thread wants the
// processor, and only the first costs a wake-up.
constexpr std::chrono::milliseconds kGather{50};
// At once: so few that the other thread hardly waits for the lock, and they need little memory
// beside the queue's own.
constexpr std::size_t kMostTaken = 64;
constexpr std::size_t kMostTakenOctets = std::size_t{1} << 20;

}  // namespace

std::size_t DatagramQueue::Push(std::span<const std::string_view> datagrams) {
  copies_.assign(datagrams.begin(), datagrams.end());
  std::size_t lost = 0;
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = waiting_.empty();
    for (std::string& datagram : copies_) {
      const bool has_room = waiting_.size() < limits_.datagrams &&
                            datagram.size() <= limits_.octets - waiting_octets_;
      if (!has_room) {
        ++lost;
        continue;
      }
      waiting_octets_ += datagram.size();
      waiting_.push_back(std::move(datagram));
    }
  }
  if (was_empty) changed_.notify_one();
  return lost;
}

std::vector<std::string> DatagramQueue::Take() {
  std::vector<std::string> taken;
  taken.reserve(kMostTaken);
  std::size_t octets = 0;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
  if (gather_) changed_.wait_for(lock, kGather, [this] { return ended_; });
  while (!waiting_.empty() && taken.size() < kMostTaken && octets < kMostTakenOctets) {
    octets += waiting_.front().size();
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_octets_ -= octets;
  gather_ = waiting_.empty();
  return taken;
}

void DatagramQueue::End() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
}

}  // namespace tlswarden
