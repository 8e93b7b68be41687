// listen: opens the listening sockets that doors are given as descriptors.
#ifndef TLSWARDEN_DAEMON_LISTEN_H_
#define TLSWARDEN_DAEMON_LISTEN_H_

#include <string>

#include "daemon/listen_address.h"
#include "policy/result.h"

namespace tlswarden {

// Binds and listens; the caller owns the descriptor. A UNIX-domain socket left by a process that
// died is replaced; one that is served is not. Errors: one line with the address and the reason.
Result<int> Listen(const ListenAddress& address, unsigned unix_mode);

// The same for a UNIX-domain socket that takes datagrams.
Result<int> TakeDatagrams(const std::string& path, unsigned unix_mode);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_LISTEN_H_
