// Collector: takes in the TLSRPT datagrams that an MTA sends, and hands on what they tell.
//
// Thread-safe. One thread does nothing but receive, since the kernel keeps only eleven datagrams
// that nobody has read; a second one reads them. Memory is bounded.
#ifndef TLSWARDEN_REPORT_COLLECTOR_H_
#define TLSWARDEN_REPORT_COLLECTOR_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "policy/time.h"
#include "report/complaint_pace.h"
#include "report/datagram_queue.h"
#include "report/datagram_socket.h"
#include "report/tls_event.h"

namespace tlswarden {

// Since the start. What the MTA's kernel refused isn't among these: only the MTA's log has it.
struct CollectorCounts {
  std::uint64_t received = 0;  // datagrams
  std::uint64_t events = 0;    // handed on
  std::uint64_t bad = 0;       // datagrams that aren't as they should be
  std::uint64_t dropped = 0;   // datagrams that found the queue full
};

class Collector {
 public:
  // Ten thousand failures as Postfix tells of them, or twice as many successes.
  static constexpr std::size_t kQueueOctets = std::size_t{8} << 20;

  using Complain = std::function<void(const std::string&)>;

  // Owns `socket`, a bound AF_UNIX SOCK_DGRAM descriptor that nobody else has open. The sink, the
  // clock and `complain` are called by a thread of the collector's, one call at a time; a slow one
  // fills the queue.
  Collector(int socket, EventSink sink, std::function<Time()> now, Complain complain,
            std::size_t queue_octets = kQueueOctets);
  ~Collector() { Stop(); }

  // Returns when all that had been sent before is handed on. What is sent later gets EPIPE.
  void Stop();

  CollectorCounts counts() const;

 private:
  void ReceiveLoop();
  void Push(std::span<const std::string_view> datagrams);
  void ReadLoop();
  void Read(std::string_view datagram, Time now);
  void TellOfBad(std::uint64_t times, const std::string& why);
  void TellOfDropped(std::uint64_t times);

  DatagramSocket socket_;
  const EventSink sink_;
  const std::function<Time()> now_;
  const Complain complain_;
  DatagramQueue queue_;

  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> bad_{0};
  std::atomic<std::uint64_t> dropped_{0};

  // Of the thread that reads.
  ComplaintPace bad_pace_;
  ComplaintPace dropped_pace_;
  std::uint64_t dropped_seen_ = 0;
  std::string last_bad_;

  std::thread reader_;
  std::thread receiver_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_COLLECTOR_H_
