// process: what the daemon asks of the operating system: signals, its user, its pid file, and
// telling systemd how it stands.
#ifndef TLSWARDEN_DAEMON_PROCESS_H_
#define TLSWARDEN_DAEMON_PROCESS_H_

#include <functional>
#include <optional>
#include <string>

namespace tlswarden {

// Lets the C library keep a few MiB of what is freed. TLS sessions take and give 17 KiB buffers all
// the time; handing them back to the kernel each time costs 2 % of the rate at which new domains
// are learned. To be called before any thread starts.
void KeepFreedMemory();

// Blocks the signals that WaitForStop waits for, in this thread and those it starts. libmilter
// waits for them, too, but Linux gives a signal for the process to its first thread if that waits.
void BlockSignals();

// For the first thread. Returns at SIGTERM or SIGINT. Calls `reload` at each SIGHUP, which must not
// take long.
void WaitForStop(const std::function<void()>& reload);

// Makes WaitForStop return, from another thread.
void RequestStop();

// One line, or nothing when it went well.
std::optional<std::string> WritePidFile(const std::string& path);
std::optional<std::string> BecomeUser(const std::string& name);

// sd_notify(3) without its library: "READY=1", "STOPPING=1". Nothing without $NOTIFY_SOCKET.
void NotifySystemd(const std::string& state);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_PROCESS_H_
