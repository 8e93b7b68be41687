// DatagramQueue: datagrams on their way from the thread that receives to the one that reads them.
//
// Thread-safe, for one who pushes and one who takes. A ring of octets that is there from the start:
// whoever pushes asks for no memory, and waits for no more than the reading of two numbers.
#ifndef TLSWARDEN_REPORT_DATAGRAM_QUEUE_H_
#define TLSWARDEN_REPORT_DATAGRAM_QUEUE_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tlswarden {

class DatagramQueue {
 public:
  // What each takes beside its own octets.
  static constexpr std::size_t kLengthOctets = sizeof(std::uint32_t);

  explicit DatagramQueue(std::size_t octets) : ring_(octets) {}

  // Copies. Returns how many had no room any more; these are lost.
  std::size_t Push(std::span<const std::string_view> datagrams);

  // Waits until there are some and returns the oldest. Empty: the queue has ended and is empty.
  std::vector<std::string> Take();

  // Nothing is pushed after this.
  void End();

 private:
  void Write(std::uint64_t at, std::string_view octets);
  std::string Read(std::uint64_t at, std::size_t octets) const;
  bool IsHalfFull() const { return written_ - taken_ > ring_.size() / 2; }  // REQUIRES: the lock

  std::vector<char> ring_;  // from taken_ to written_ whoever takes may touch it, else who pushes
  std::mutex mutex_;        // guards what follows
  std::condition_variable changed_;
  std::uint64_t written_ = 0;  // octets since the start; likewise the next
  std::uint64_t taken_ = 0;
  bool ended_ = false;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_DATAGRAM_QUEUE_H_
