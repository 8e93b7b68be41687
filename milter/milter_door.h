// MilterDoor: the only room that knows libmilter. Its threads block in a callback until the
// resolver answers or the deadline is over.
#ifndef TLSWARDEN_MILTER_MILTER_DOOR_H_
#define TLSWARDEN_MILTER_MILTER_DOOR_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "milter/session.h"
#include "policy/lately.h"
#include "policy/orders.h"
#include "policy/record.h"
#include "policy/result.h"
#include "resolver/probes.h"
#include "resolver/resolver.h"

namespace tlswarden {

struct MilterOptions {
  std::string socket;     // in libmilter's syntax, already checked
  std::string unix_path;  // of a UNIX-domain socket; else empty
  unsigned unix_mode = 0660;
  // How long a recipient may wait for evidence. Below 25 s: Postfix waits 30.
  std::chrono::milliseconds deadline{8000};
  SessionOptions session;
  // Looks at MX hosts before a recipient is taken; nullptr: none. Must outlive the door.
  Probes* probes = nullptr;
  ProbeMode probe_mode = ProbeMode::kNever;
  // The MX hosts at which sessions of a domain failed lately, for `learn = yes`; empty: nobody
  // knows. On libmilter's threads; it must not wait.
  std::function<std::vector<LatelyHost>(const Domain& domain)> failed_lately;
  // Keeps what a message demands of its delivery under its queue id, before the MTA is told that it
  // is taken; false: it couldn't. On libmilter's threads.
  std::function<bool(const std::string& queue_id, const std::vector<RecipientTag>& tags)> note_tags;
};

// libmilter allows one listener in a process, so there is one door. Resolver, orders and sink must
// outlive it.
class MilterDoor {
 public:
  // Binds the socket. Errors: another instance serves it, no permission, no such directory.
  static Result<std::unique_ptr<MilterDoor>> Open(const MilterOptions& options, Resolver& resolver,
                                                  const CurrentOrders& orders, RecordSink& sink);
  ~MilterDoor();
  MilterDoor(const MilterDoor&) = delete;
  MilterDoor& operator=(const MilterDoor&) = delete;

  // Serves until the process ends, or libmilter gives up; blocks. libmilter's own stop takes up to
  // five seconds, so nobody waits for it.
  void Run();

  // Waits until no callback is under way, at most this long. True when none is.
  bool WaitUntilIdle(std::chrono::milliseconds most);

  struct Shared;  // with the callbacks

 private:
  explicit MilterDoor(std::unique_ptr<Shared> shared);
  std::unique_ptr<Shared> shared_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_MILTER_DOOR_H_
