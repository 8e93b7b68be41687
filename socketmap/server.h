// SocketmapServer: the second door: netstring requests over TCP and UNIX sockets, answered in
// order, many connections on one thread.
#ifndef TLSWARDEN_SOCKETMAP_SERVER_H_
#define TLSWARDEN_SOCKETMAP_SERVER_H_

#include <chrono>
#include <memory>
#include <vector>

#include "policy/orders.h"
#include "policy/record.h"
#include "resolver/resolver.h"
#include "socketmap/message_request.h"

namespace tlswarden {

struct SocketmapOptions {
  std::vector<int> listeners;  // bound and listening; the server owns them
  // How long an asker may wait for evidence; then the answer is TEMP.
  std::chrono::milliseconds deadline{8000};
  FindTag find_tag;                      // what the milter kept of messages; empty: nothing
  std::size_t max_connections = 1000;    // beyond, the kernel's backlog holds them
  std::chrono::seconds idle_limit{300};  // a connection that asks nothing is closed
};

// Resolver, orders and sink must outlive it.
class SocketmapServer {
 public:
  SocketmapServer(SocketmapOptions options, Resolver& resolver, const CurrentOrders& orders,
                  RecordSink& sink);
  ~SocketmapServer();  // REQUIRES: no inquiry can call back any more
  SocketmapServer(const SocketmapServer&) = delete;
  SocketmapServer& operator=(const SocketmapServer&) = delete;

  // Serves until Stop; blocks.
  void Run();

  // Accepts and reads no more; returns from Run when each request under way has its answer, at the
  // latest after `most`. Thread-safe.
  void Stop(std::chrono::milliseconds most);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_SOCKETMAP_SERVER_H_
