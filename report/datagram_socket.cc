#include "report/datagram_socket.h"

#include <unistd.h>

namespace tlswarden {

DatagramSocket::DatagramSocket(int fd) : fd_(fd), octets_(new char[kBatch * kBufferOctets]) {
  for (std::size_t i = 0; i < kBatch; ++i) {
    buffers_[i] = {octets_.get() + i * kBufferOctets, kBufferOctets};
    headers_[i].msg_hdr.msg_iov = &buffers_[i];
    headers_[i].msg_hdr.msg_iovlen = 1;
  }
}

DatagramSocket::~DatagramSocket() { close(fd_); }

std::span<const std::string_view> DatagramSocket::Receive() {
  // No room for control messages: the kernel closes descriptors that somebody sends along.
  const int taken = recvmmsg(fd_, headers_.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (taken <= 0) return {};
  const auto count = static_cast<std::size_t>(taken);
  for (std::size_t i = 0; i < count; ++i) {
    datagrams_[i] = {octets_.get() + i * kBufferOctets, headers_[i].msg_len};
  }
  return {datagrams_.data(), count};
}

}  // namespace tlswarden
