// DatagramSocket: takes datagrams from an AF_UNIX socket, as many as there are with one call.
//
// For one thread. Linux keeps net.unix.max_dgram_qlen (10; 512 where systemd runs) and one more that
// nobody has read; a sender that doesn't wait, as Postfix, loses the next.
#ifndef TLSWARDEN_REPORT_DATAGRAM_SOCKET_H_
#define TLSWARDEN_REPORT_DATAGRAM_SOCKET_H_

#include <sys/socket.h>

#include <array>
#include <memory>
#include <span>
#include <string_view>

#include "report/datagram.h"

namespace tlswarden {

class DatagramSocket {
 public:
  static constexpr std::size_t kBatch = 16;

  // Owns the descriptor, which nobody else may have open: it is made to block, and shut down.
  explicit DatagramSocket(int fd);
  ~DatagramSocket();
  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;

  // What is there, good until the next call. Of a datagram that is longer than kMaxDatagramOctets,
  // one octet more than these. Nothing: errno says why, EAGAIN when nothing is there; with `wait`
  // that doesn't happen.
  std::span<const std::string_view> Receive(bool wait);

  // From any thread. Nothing more can be sent to the socket, and a Receive that waits returns, with
  // one empty datagram.
  void Shutdown();

 private:
  static constexpr std::size_t kBufferOctets = kMaxDatagramOctets + 1;

  int fd_;
  std::unique_ptr<char[]> octets_;  // kBatch times kBufferOctets; memory only where it was used
  std::array<iovec, kBatch> buffers_{};
  std::array<mmsghdr, kBatch> headers_{};
  std::array<std::string_view, kBatch> datagrams_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_DATAGRAM_SOCKET_H_
