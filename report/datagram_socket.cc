#include "report/datagram_socket.h"

#include <fcntl.h>
#include <unistd.h>

namespace tlswarden {

DatagramSocket::DatagramSocket(int fd) : fd_(fd), octets_(new char[kBatch * kBufferOctets]) {
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) & ~O_NONBLOCK);
  for (std::size_t i = 0; i < kBatch; ++i) {
    buffers_[i] = {octets_.get() + i * kBufferOctets, kBufferOctets};
    headers_[i].msg_hdr.msg_iov = &buffers_[i];
    headers_[i].msg_hdr.msg_iovlen = 1;
  }
}

DatagramSocket::~DatagramSocket() { close(fd_); }

void DatagramSocket::Shutdown() { shutdown(fd_, SHUT_RD); }

std::span<const std::string_view> DatagramSocket::Receive(bool wait) {
  // No room for control messages: the kernel closes descriptors that somebody sends along.
  const int flags = wait ? MSG_WAITFORONE : MSG_DONTWAIT;
  const int taken = recvmmsg(fd_, headers_.data(), kBatch, flags, nullptr);
  if (taken <= 0) return {};
  const auto count = static_cast<std::size_t>(taken);
  for (std::size_t i = 0; i < count; ++i) {
    datagrams_[i] = {octets_.get() + i * kBufferOctets, headers_[i].msg_len};
  }
  return {datagrams_.data(), count};
}

}  // namespace tlswarden
