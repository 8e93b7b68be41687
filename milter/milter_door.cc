#include "milter/milter_door.h"

#include <libmilter/mfapi.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <thread>
#include <utility>

#include "milter/recipient_log.h"
#include "milter/session.h"
#include "milter/socket_lock.h"
#include "policy/judge.h"

namespace tlswarden {

struct MilterDoor::Shared {
  MilterOptions options;
  Resolver& resolver;
  const CurrentOrders& orders;
  RecordSink& sink;
  std::atomic<int> busy{0};  // callbacks under way
  std::optional<SocketLock> lock;
};

namespace {

// libmilter's callbacks carry no pointer of ours before a connection has one.
std::atomic<MilterDoor::Shared*> g_door{nullptr};

using SteadyClock = std::chrono::steady_clock;

// The state of one MTA connection. Callbacks of one connection may come on different threads
// (Debian's libmilter has a pool of workers), but never at once.
struct Connection {
  explicit Connection(RecordSink& sink) : log(sink) {}
  Session session;
  RecipientLog log;
};

// Counts a callback while it runs, so that a stop can wait for it.
class Busy {
 public:
  explicit Busy(MilterDoor::Shared& door) : door_(door) { ++door_.busy; }
  ~Busy() { --door_.busy; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  MilterDoor::Shared& door_;
};

std::string_view Macro(SMFICTX* context, const char* name) {
  std::string writable(name);  // libmilter's prototype isn't const
  const char* value = smfi_getsymval(context, writable.data());
  return value == nullptr ? std::string_view() : std::string_view(value);
}

Connection* Of(SMFICTX* context, MilterDoor::Shared& door) {
  auto* connection = static_cast<Connection*>(smfi_getpriv(context));
  if (connection == nullptr) {
    connection = new Connection(door.sink);
    smfi_setpriv(context, connection);
  }
  return connection;
}

// libmilter formats the text, so a '%' has to be doubled.
sfsistat Answer(SMFICTX* context, const Reply& reply) {
  if (reply.action == Action::kAccept) return SMFIS_CONTINUE;
  std::string code = reply.code;
  std::string enhanced = reply.enhanced;
  std::string text;
  for (char c : reply.text) text += c == '%' ? "%%" : std::string(1, c);
  smfi_setreply(context, code.data(), enhanced.data(), text.data());
  return reply.action == Action::kReject ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

VerdictGiven JudgeRecipient(MilterDoor::Shared& door, const RecipientQuestion& recipient) {
  const SteadyClock::time_point start = SteadyClock::now();
  const NextHop& next_hop = recipient.question.next_hop;
  VerdictGiven record;
  record.recipient = recipient.recipient;
  EvidencePtr evidence = door.resolver.Cached(next_hop);
  record.cache_hit = evidence != nullptr;
  if (evidence == nullptr) evidence = Ask(door.resolver, next_hop, door.options.deadline);
  record.verdict = JudgeAnswer(recipient.question, evidence.get(), door.orders.Get()->outbound,
                               door.resolver.Now());
  record.took = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start);
  return record;
}

sfsistat OnNegotiate(SMFICTX* context, unsigned long actions, unsigned long steps, unsigned long,
                     unsigned long, unsigned long* wanted_actions, unsigned long* wanted_steps,
                     unsigned long*, unsigned long*) {
  MilterDoor::Shared& door = *g_door.load();
  unsigned long skip =
      SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOBODY | SMFIP_NOHDRS | SMFIP_NOEOH | SMFIP_NOUNKNOWN;
  // Over TCP, Postfix then waits 40 ms for a delayed ACK at every message.
  if (!door.options.unix_path.empty()) skip |= SMFIP_NODATA;
  *wanted_actions = actions & SMFIF_SETSYMLIST;
  *wanted_steps = steps & skip;
  if ((actions & SMFIF_SETSYMLIST) != 0) {
    std::string rcpt = "i {rcpt_addr} {rcpt_host} {rcpt_mailer}";
    std::string end_of_message = "i";
    smfi_setsymlist(context, SMFIM_ENVRCPT, rcpt.data());
    smfi_setsymlist(context, SMFIM_EOM, end_of_message.data());
  }
  return SMFIS_CONTINUE;
}

// MAIL and RSET: whatever was kept of a message before ends here, without a queue id.
sfsistat Forget(SMFICTX* context, MilterDoor::Shared& door) {
  Connection* connection = Of(context, door);
  connection->log.Release("");
  connection->session.BeginMessage();
  return SMFIS_CONTINUE;
}

sfsistat OnRcpt(SMFICTX* context, MilterDoor::Shared& door, const char* argument) {
  if (door.orders.Get()->outbound.mode == Mode::kOff || argument == nullptr) return SMFIS_CONTINUE;
  const RcptEvent event{argument, Macro(context, "{rcpt_addr}"), Macro(context, "{rcpt_host}"),
                        Macro(context, "{rcpt_mailer}")};
  const std::optional<RecipientQuestion> recipient = Session::OnRcpt(event);
  if (!recipient) return SMFIS_CONTINUE;
  Connection* connection = Of(context, door);
  VerdictGiven record = JudgeRecipient(door, *recipient);
  const Decision decision = connection->session.OnVerdict(*recipient, record.verdict);
  record.queue_id = Macro(context, "i");
  record.action = decision.final.action;
  record.reply = CodesOf(decision.final);
  connection->log.Add(std::move(record));
  return Answer(context, decision.now);
}

sfsistat OnEndOfMessage(SMFICTX* context, MilterDoor::Shared& door) {
  Connection* connection = Of(context, door);
  connection->log.Release(std::string(Macro(context, "i")));
  const Reply reply = connection->session.OnEndOfMessage();
  connection->session.BeginMessage();
  return Answer(context, reply);
}

// No exception may cross libmilter; out of memory defers the mail.
template <typename Work>
sfsistat Guarded(Work work) {
  MilterDoor::Shared& door = *g_door.load();
  const Busy busy(door);
  try {
    return work(door);
  } catch (const std::exception& e) {
    door.sink.Write(Notice{Notice::Level::kError, std::string("milter: ") + e.what()});
    return SMFIS_TEMPFAIL;
  }
}

sfsistat EnvFrom(SMFICTX* context, char**) {
  return Guarded([&](MilterDoor::Shared& door) { return Forget(context, door); });
}

sfsistat EnvRcpt(SMFICTX* context, char** arguments) {
  return Guarded([&](MilterDoor::Shared& door) { return OnRcpt(context, door, arguments[0]); });
}

sfsistat Eom(SMFICTX* context) {
  return Guarded([&](MilterDoor::Shared& door) { return OnEndOfMessage(context, door); });
}

sfsistat Abort(SMFICTX* context) {
  return Guarded([&](MilterDoor::Shared& door) { return Forget(context, door); });
}

sfsistat Close(SMFICTX* context) {
  delete static_cast<Connection*>(smfi_getpriv(context));
  smfi_setpriv(context, nullptr);
  return SMFIS_CONTINUE;
}

smfiDesc Description(char* name) {
  smfiDesc description{};
  description.xxfi_name = name;
  description.xxfi_version = SMFI_VERSION;
  description.xxfi_flags = SMFIF_SETSYMLIST;
  description.xxfi_envfrom = EnvFrom;
  description.xxfi_envrcpt = EnvRcpt;
  description.xxfi_eom = Eom;
  description.xxfi_abort = Abort;
  description.xxfi_close = Close;
  description.xxfi_negotiate = OnNegotiate;
  return description;
}

// Registers with libmilter and binds. Nothing, or what went wrong.
std::optional<std::string> Bind(const MilterOptions& options) {
  std::string name = "tlswarden";
  std::string socket = options.socket;
  if (smfi_register(Description(name.data())) != MI_SUCCESS) return "libmilter refuses to register";
  if (smfi_setconn(socket.data()) != MI_SUCCESS) return "libmilter refuses the address";
  errno = 0;
  if (smfi_opensocket(true) != MI_SUCCESS) {
    return errno != 0 ? std::strerror(errno) : "can't be bound; is the port taken?";
  }
  if (options.unix_path.empty()) return std::nullopt;
  if (chmod(options.unix_path.c_str(), options.unix_mode) != 0) return std::strerror(errno);
  return std::nullopt;
}

}  // namespace

MilterDoor::MilterDoor(std::unique_ptr<Shared> shared) : shared_(std::move(shared)) {}

MilterDoor::~MilterDoor() = default;

Result<std::unique_ptr<MilterDoor>> MilterDoor::Open(const MilterOptions& options,
                                                     Resolver& resolver,
                                                     const CurrentOrders& orders,
                                                     RecordSink& sink) {
  std::unique_ptr<Shared> shared(new Shared{options, resolver, orders, sink, 0, std::nullopt});
  if (!options.unix_path.empty()) {
    Result<SocketLock> lock = SocketLock::Take(options.unix_path);
    if (!lock) return Error{"[milter] socket: " + lock.error()};
    shared->lock = std::move(lock).value();
  }
  g_door.store(shared.get());
  if (const std::optional<std::string> why = Bind(options)) {
    return Error{"[milter] socket: " + options.socket + ": " + *why};
  }
  return std::unique_ptr<MilterDoor>(new MilterDoor(std::move(shared)));
}

void MilterDoor::Run() { smfi_main(); }

bool MilterDoor::WaitUntilIdle(std::chrono::milliseconds most) {
  const SteadyClock::time_point end = SteadyClock::now() + most;
  while (shared_->busy.load() != 0) {
    if (SteadyClock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace tlswarden
