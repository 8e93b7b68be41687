#include "report/datagram_queue.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace tlswarden {
namespace {

// How long datagrams gather in an empty queue: a burst is over before the other thread wants the
// processor, and only the first costs a wake-up.
constexpr std::chrono::milliseconds kGather{50};
// At once: they need little memory beside the queue's own.
constexpr std::size_t kMostTaken = 64;
constexpr std::size_t kMostTakenOctets = std::size_t{1} << 20;

}  // namespace

// The octets at the ring's end go on at its beginning.
void DatagramQueue::Write(std::uint64_t at, std::string_view octets) {
  const std::size_t begin = at % ring_.size();
  const std::size_t first = std::min(octets.size(), ring_.size() - begin);
  octets.copy(ring_.data() + begin, first);
  octets.substr(first).copy(ring_.data(), octets.size() - first);
}

std::string DatagramQueue::Read(std::uint64_t at, std::size_t octets) const {
  const std::size_t begin = at % ring_.size();
  const std::size_t first = std::min(octets, ring_.size() - begin);
  std::string text(ring_.data() + begin, first);
  return text.append(ring_.data(), octets - first);
}

std::size_t DatagramQueue::Push(std::span<const std::string_view> datagrams) {
  std::unique_lock lock(mutex_);
  const std::uint64_t limit = taken_ + ring_.size();
  const std::uint64_t begin = written_;
  lock.unlock();
  std::uint64_t end = begin;
  std::size_t lost = 0;
  for (const std::string_view datagram : datagrams) {
    if (kLengthOctets + datagram.size() > limit - end) {
      ++lost;
      continue;
    }
    const auto length = static_cast<std::uint32_t>(datagram.size());
    Write(end, {reinterpret_cast<const char*>(&length), kLengthOctets});
    Write(end + kLengthOctets, datagram);
    end += kLengthOctets + length;
  }
  lock.lock();
  const bool was_empty = written_ == taken_;
  const bool was_half_full = IsHalfFull();
  written_ = end;
  const bool is_news = was_empty || (!was_half_full && IsHalfFull());
  lock.unlock();
  if (is_news) changed_.notify_one();
  return lost;
}

std::vector<std::string> DatagramQueue::Take() {
  std::unique_lock lock(mutex_);
  if (written_ == taken_) {
    changed_.wait(lock, [this] { return ended_ || written_ != taken_; });
    changed_.wait_for(lock, kGather, [this] { return ended_ || IsHalfFull(); });
  }
  std::uint64_t at = taken_;
  const std::uint64_t end = written_;
  lock.unlock();
  std::vector<std::string> datagrams;
  std::size_t octets = 0;
  while (at != end && datagrams.size() < kMostTaken && octets < kMostTakenOctets) {
    std::uint32_t length = 0;
    std::memcpy(&length, Read(at, kLengthOctets).data(), kLengthOctets);
    datagrams.push_back(Read(at + kLengthOctets, length));
    octets += length;
    at += kLengthOctets + length;
  }
  lock.lock();
  taken_ = at;
  return datagrams;
}

void DatagramQueue::End() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
}

}  // namespace tlswarden
