// DatagramQueue: datagrams on their way from the thread that receives to the one that reads them.
//
// Thread-safe, for one who pushes and one who takes. Bounded in number and octets. Whoever pushes
// never waits for more than the moving of a few strings.
#ifndef TLSWARDEN_REPORT_DATAGRAM_QUEUE_H_
#define TLSWARDEN_REPORT_DATAGRAM_QUEUE_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tlswarden {

struct DatagramQueueLimits {
  std::size_t datagrams = 50000;
  std::size_t octets = std::size_t{16} << 20;
};

class DatagramQueue {
 public:
  explicit DatagramQueue(DatagramQueueLimits limits) : limits_(limits) {}

  // Copies. Returns how many had no room any more; these are lost.
  std::size_t Push(std::span<const std::string_view> datagrams);

  // Waits until there are some and returns the oldest. Empty: the queue has ended and is empty.
  std::vector<std::string> Take();

  // Nothing is pushed after this.
  void End();

 private:
  const DatagramQueueLimits limits_;
  std::vector<std::string> copies_;  // of whoever pushes
  std::mutex mutex_;                 // guards what follows
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  std::size_t waiting_octets_ = 0;
  bool gather_ = true;
  bool ended_ = false;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_DATAGRAM_QUEUE_H_
