#include "report/sendmail_submit.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Status = SmtpOutcome::Status;

constexpr std::size_t kMostSaid = 1000;  // octets that are kept of what the program says
constexpr int kTick = 20;                // milliseconds between looks whether it has ended

std::string ErrnoText(int error) { return std::system_category().message(error); }

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { Close(); }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// Ours and the program's: a socket, since a pipe whose reader is gone raises SIGPIPE.
std::optional<std::pair<Descriptor, Descriptor>> MakePair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return std::nullopt;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return std::pair(Descriptor(ends[0]), Descriptor(ends[1]));
}

// As the command wants it: LF alone, and nothing that is no text.
std::string LocalLines(std::string_view text) {
  std::string lines;
  lines.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    lines += text[i] == '\r' || text[i] == '\0' ? ' ' : text[i];
  }
  return lines;
}

// 0, or the errno.
int Spawn(const std::string& path, const std::string& sender, int input, int output, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  sigset_t none, usual;
  sigemptyset(&none);
  sigfillset(&usual);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setpgroup(&attributes, 0);  // so that its children end with it
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::array<std::string, 5> words{path, "-t", "-i", "-f", sender.empty() ? "<>" : sender};
  std::array<char*, 6> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  std::string environment_path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  std::array<char*, 2> environment{environment_path.data(), nullptr};
  const int failed =
      posix_spawn(&pid, path.c_str(), &actions, &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

// One look: writes and reads what goes without waiting for longer than a tick.
void Exchange(Descriptor& input, Descriptor& output, std::string_view& left, std::string& said) {
  std::array<pollfd, 2> fds{pollfd{input.get(), POLLOUT, 0}, pollfd{output.get(), POLLIN, 0}};
  poll(fds.data(), fds.size(), kTick);
  if (fds[0].revents != 0) {
    const ssize_t sent = send(input.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (sent > 0) left.remove_prefix(static_cast<std::size_t>(sent));
    if (left.empty() || (sent < 0 && errno != EAGAIN && errno != EINTR)) input.Close();
  }
  if (fds[1].revents != 0) {
    std::array<char, 512> block;
    const ssize_t got = recv(output.get(), block.data(), block.size(), 0);
    if (got > 0) said.append(block.data(), static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) output.Close();
    if (said.size() > kMostSaid) said.resize(kMostSaid);
  }
}

SmtpOutcome Ended(int status, const std::string& path, const std::string& said, bool all_taken) {
  const std::string_view line = Trim(std::string_view(said).substr(0, said.find('\n')));
  const std::string words = line.empty() ? "" : ": " + PrintableAscii(line);
  if (!WIFEXITED(status)) {
    return {Status::kTemporary,
            path + " was ended by signal " + std::to_string(WTERMSIG(status)) + words,
            {}};
  }
  const int code = WEXITSTATUS(status);
  if (code == 0 && all_taken) return {Status::kSent, "", {}};
  if (code == 0) return {Status::kTemporary, path + " didn't read the whole message" + words, {}};
  const bool permanent = code == EX_DATAERR || code == EX_NOUSER || code == EX_NOHOST;
  return {permanent ? Status::kPermanent : Status::kTemporary,
          path + " ended with code " + std::to_string(code) + words,
          {}};
}

}  // namespace

SmtpOutcome SubmitBySendmail(const SmtpMail& mail, const SendmailOptions& options) {
  if (!mail.sender.empty() && !IsPlainAddress(mail.sender)) {
    return {Status::kPermanent, "the sender can't be written in an envelope", {}};
  }
  const SteadyClock::time_point end = SteadyClock::now() + options.whole;
  auto input = MakePair();
  auto output = MakePair();
  if (!input || !output) return {Status::kTemporary, ErrnoText(errno), {}};
  pid_t pid = 0;
  const int failed =
      Spawn(options.path, mail.sender, input->second.get(), output->second.get(), pid);
  if (failed != 0) {
    return {Status::kTemporary, options.path + " can't be run: " + ErrnoText(failed), {}};
  }
  input->second.Close();
  output->second.Close();
  const std::string text = LocalLines(mail.text);
  std::string_view left = text;
  std::string said;
  int status = 0;
  pid_t ended = 0;
  while ((ended = waitpid(pid, &status, WNOHANG)) == 0 && SteadyClock::now() < end) {
    Exchange(input->first, output->first, left, said);
  }
  if (ended == 0) {
    kill(-pid, SIGKILL);
    waitpid(pid, &status, 0);
    return {Status::kTemporary,
            options.path + " took longer than " +
                std::to_string(std::chrono::round<std::chrono::seconds>(options.whole).count()) +
                " s and was killed",
            {}};
  }
  if (ended < 0) return {Status::kTemporary, options.path + ": " + ErrnoText(errno), {}};
  if (output->first.get() >= 0) Exchange(input->first, output->first, left, said);  // last words
  return Ended(status, options.path, said, left.empty());
}

}  // namespace tlswarden
