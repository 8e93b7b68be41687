#include "milter/milter_door.h"

#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "milter/libmilter_actions.h"
#include "milter/libmilter_events.h"
#include "milter/recipient_log.h"
#include "milter/session.h"
#include "milter/socket_lock.h"
#include "policy/judge.h"
#include "policy/lately_verdict.h"
#include "policy/probe_verdict.h"

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
  explicit Connection(const MilterDoor::Shared& door)
      : session(door.options.session), log(door.sink) {}
  Session session;
  RecipientLog log;
  // Of the session that was last told of by the default rule, and is only observed.
  std::optional<InboundTls> told;
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

Connection* Of(SMFICTX* context, MilterDoor::Shared& door) {
  auto* connection = static_cast<Connection*>(smfi_getpriv(context));
  if (connection == nullptr) {
    connection = new Connection(door);
    smfi_setpriv(context, connection);
  }
  return connection;
}

struct Judged {
  VerdictGiven record;
  EvidencePtr evidence;
};

// Never longer than the deadline, which began at `start`; a look that takes longer goes on, and
// serves the next who asks. What it found, if there was one.
ProbeOutcome LookAtHosts(MilterDoor::Shared& door, const Outbound& outbound,
                         const EvidencePtr& evidence, SteadyClock::time_point start,
                         Verdict& verdict) {
  const MilterOptions& options = door.options;
  if (options.probes == nullptr || evidence == nullptr || verdict.action != Action::kAccept) {
    return {};
  }
  const auto demand = DemandOf(verdict, *evidence, options.probe_mode, door.resolver.Now());
  if (!demand) return {};
  const auto gone = std::chrono::ceil<std::chrono::milliseconds>(SteadyClock::now() - start);
  if (gone >= options.deadline) return {};
  ProbeOutcome outcome = AskProbes(*options.probes, evidence, *demand, options.deadline - gone);
  ApplyProbe(outcome, outbound, verdict);
  return outcome;
}

// What happened since a look that found all in order says more than that.
void LookAtSessions(const MilterDoor::Shared& door, const Outbound& outbound,
                    const EvidencePtr& evidence, const ProbeOutcome& looked, Verdict& verdict) {
  if (!outbound.learn || !door.options.failed_lately || evidence == nullptr) return;
  std::vector<LatelyHost> hosts = door.options.failed_lately(verdict.policy_domain);
  if (looked.state == ProbeState::kMet) {
    std::erase_if(hosts, [&looked](const LatelyHost& host) { return host.last <= looked.at; });
  }
  ApplyLately(hosts, *evidence, outbound, door.resolver.Now(), verdict);
}

Judged JudgeRecipient(MilterDoor::Shared& door, const Outbound& outbound,
                      const RecipientQuestion& recipient) {
  const SteadyClock::time_point start = SteadyClock::now();
  const NextHop& next_hop = recipient.question.next_hop;
  Judged judged;
  VerdictGiven& record = judged.record;
  record.recipient = recipient.recipient;
  judged.evidence = door.resolver.Cached(next_hop);
  record.cache_hit = judged.evidence != nullptr;
  if (judged.evidence == nullptr) {
    judged.evidence = Ask(door.resolver, next_hop, door.options.deadline);
  }
  record.verdict =
      JudgeAnswer(recipient.question, judged.evidence.get(), outbound, door.resolver.Now());
  const ProbeOutcome looked = LookAtHosts(door, outbound, judged.evidence, start, record.verdict);
  LookAtSessions(door, outbound, judged.evidence, looked, record.verdict);
  record.took = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start);
  return judged;
}

// Headers cost a packet each, so only who has a use for them asks.
bool WantsHeaders(const MilterDoor::Shared& door) {
  const OrdersPtr orders = door.orders.Get();
  return door.options.session.per_message != PerMessage::kOff ||
         door.options.session.received_tls_header ||
         !orders->outbound.rules.header_names().empty() ||
         !orders->inbound.rules.header_names().empty();
}

// Of the steps that the MTA offers to leave out.
unsigned long WantedSteps(const MilterDoor::Shared& door, unsigned long steps) {
  unsigned long skip =
      SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOBODY | SMFIP_NOEOH | SMFIP_NOUNKNOWN;
  skip |= WantsHeaders(door) ? SMFIP_NR_HDR : SMFIP_NOHDRS;
  // Over TCP, Postfix then waits 40 ms for a delayed ACK at every message.
  if (!door.options.unix_path.empty()) skip |= SMFIP_NODATA;
  return steps & skip;
}

// RSET and a dropped connection: what was kept of a message ends here, without a queue id.
sfsistat Forget(SMFICTX* context, MilterDoor::Shared& door) {
  Connection* connection = Of(context, door);
  connection->log.Release("");
  connection->session.BeginMessage();
  return SMFIS_CONTINUE;
}

// Nothing is said of sessions that are good enough.
Reply RecordInbound(SMFICTX* context, Connection& connection, const InboundVerdict& verdict,
                    std::string_view recipient) {
  const bool falls_short = verdict.failure || (verdict.trial && verdict.trial->failure);
  if (!falls_short) return {};
  // All messages of a session fall short alike: where nobody has asked, one line is enough.
  if (verdict.observed && verdict.by == nullptr && !verdict.trial) {
    if (connection.told == connection.session.envelope().tls) return {};
    connection.told = connection.session.envelope().tls;
  }
  const Reply reply = MakeReply(verdict);
  const Envelope& envelope = connection.session.envelope();
  InboundJudged record;
  record.queue_id = Macro(context, "i");
  record.recipient = recipient;
  record.client_address = envelope.client.address_text;
  record.client_name = envelope.client.name;
  record.sender = '<' + envelope.sender.text + '>';
  record.tls = envelope.tls;
  record.verdict = verdict;
  record.action = ActionTaken(verdict);
  record.reply = CodesOf(reply);
  connection.log.Add(std::move(record));
  return reply;
}

sfsistat OnMail(SMFICTX* context, MilterDoor::Shared& door, char** arguments) {
  Connection* connection = Of(context, door);
  connection->log.Release("");
  if (arguments == nullptr || arguments[0] == nullptr) return SMFIS_CONTINUE;
  const InboundVerdict verdict = connection->session.OnMail(MailEventOf(context, arguments),
                                                            door.orders.Get(), door.resolver.Now());
  return Answer(context, RecordInbound(context, *connection, verdict, ""));
}

sfsistat JudgeOutbound(SMFICTX* context, MilterDoor::Shared& door, Connection& connection,
                       const RcptEvent& event) {
  const OrdersPtr& orders = connection.session.orders();
  if (orders->outbound.mode == Mode::kOff) return SMFIS_CONTINUE;
  std::optional<RecipientQuestion> recipient = connection.session.OnRcpt(event);
  if (!recipient) return SMFIS_CONTINUE;
  Judged judged = JudgeRecipient(door, orders->outbound, *recipient);
  VerdictGiven& record = judged.record;
  const Decision decision = connection.session.OnVerdict(
      std::move(*recipient), std::move(judged.evidence), record.verdict);
  record.queue_id = Macro(context, "i");
  record.action = decision.action;
  record.reply = CodesOf(decision.final);
  connection.log.Add(std::move(record));
  return Answer(context, decision.now);
}

sfsistat OnRcpt(SMFICTX* context, MilterDoor::Shared& door, char** arguments) {
  Connection* connection = Of(context, door);
  Session& session = connection->session;
  if (arguments == nullptr || arguments[0] == nullptr || session.orders() == nullptr) {
    return SMFIS_CONTINUE;
  }
  const std::string dsn = DsnParameters(arguments);
  const RcptEvent event = RcptEventOf(context, arguments, dsn);
  if (const std::optional<Reply> reply = session.RefuseForm(event)) return Answer(context, *reply);
  if (const auto inbound = session.InboundAtRcpt(event, door.resolver.Now())) {
    const Reply reply = RecordInbound(context, *connection, *inbound, event.argument);
    if (!reply.code.empty()) return Answer(context, reply);
  }
  return JudgeOutbound(context, door, *connection, event);
}

sfsistat Finish(SMFICTX* context, MilterDoor::Shared& door, const std::string& queue_id,
                const EndOfMessage& end, bool local_submission) {
  if (!end.reply.code.empty()) return Answer(context, end.reply);
  if (!end.note.empty() &&
      (!door.options.note_tags || !door.options.note_tags(queue_id, end.note))) {
    return Answer(context, NotCarried("it can't be written down", false));
  }
  if (!Apply(context, end))
    return Answer(context, NotCarried("the mail server refuses it", local_submission));
  return SMFIS_CONTINUE;
}

sfsistat OnEndOfMessage(SMFICTX* context, MilterDoor::Shared& door) {
  Connection* connection = Of(context, door);
  Session& session = connection->session;
  const std::string queue_id(Macro(context, "i"));
  Reply refused;
  if (const auto inbound = session.InboundAtEnd(door.resolver.Now())) {
    refused = RecordInbound(context, *connection, *inbound, "");
  }
  connection->log.Release(queue_id);
  EndOfMessage end = session.OnEndOfMessage(door.resolver.Now());
  end.reply = Graver(end.reply, refused);
  for (VerdictGiven& record : end.records) {
    record.queue_id = queue_id;
    door.sink.Write(std::move(record));
  }
  const bool local_submission = session.envelope().client.on_this_machine;
  const sfsistat answer = Finish(context, door, queue_id, end, local_submission);
  session.BeginMessage();
  return answer;
}

// When memory is short, there may be none for the complaint.
void Complain(MilterDoor::Shared& door, const char* what) noexcept {
  try {
    door.sink.Write(Notice{Notice::Level::kError, std::string("milter: ") + what});
  } catch (...) {
  }
}

// No exception may cross libmilter; out of memory defers the mail.
template <typename Work>
sfsistat Guarded(Work work) {
  MilterDoor::Shared& door = *g_door.load();
  const Busy busy(door);
  try {
    return work(door);
  } catch (const std::exception& e) {
    Complain(door, e.what());
  } catch (...) {
    Complain(door, "unknown exception");
  }
  return SMFIS_TEMPFAIL;
}

sfsistat Negotiate(SMFICTX* context, unsigned long actions, unsigned long steps, unsigned long,
                   unsigned long, unsigned long* wanted_actions, unsigned long* wanted_steps,
                   unsigned long*, unsigned long*) {
  return Guarded([&](MilterDoor::Shared& door) {
    *wanted_actions = actions & kWantedActions;
    *wanted_steps = WantedSteps(door, steps);
    if ((actions & SMFIF_SETSYMLIST) != 0) AskForMacros(context);
    return static_cast<sfsistat>(SMFIS_CONTINUE);
  });
}

sfsistat EnvFrom(SMFICTX* context, char** arguments) {
  return Guarded([&](MilterDoor::Shared& door) { return OnMail(context, door, arguments); });
}

sfsistat EnvRcpt(SMFICTX* context, char** arguments) {
  return Guarded([&](MilterDoor::Shared& door) { return OnRcpt(context, door, arguments); });
}

sfsistat HeaderLine(SMFICTX* context, char* name, char* value) {
  return Guarded([&](MilterDoor::Shared& door) {
    if (name != nullptr && value != nullptr) Of(context, door)->session.OnHeader(name, value);
    return static_cast<sfsistat>(SMFIS_CONTINUE);
  });
}

sfsistat Eom(SMFICTX* context) {
  return Guarded([&](MilterDoor::Shared& door) { return OnEndOfMessage(context, door); });
}

sfsistat Abort(SMFICTX* context) {
  return Guarded([&](MilterDoor::Shared& door) { return Forget(context, door); });
}

sfsistat Close(SMFICTX* context) {
  return Guarded([&](MilterDoor::Shared&) {
    delete static_cast<Connection*>(smfi_getpriv(context));
    smfi_setpriv(context, nullptr);
    return static_cast<sfsistat>(SMFIS_CONTINUE);
  });
}

smfiDesc Description(char* name) {
  smfiDesc description{};
  description.xxfi_name = name;
  description.xxfi_version = SMFI_VERSION;
  description.xxfi_flags = kWantedActions;
  description.xxfi_envfrom = EnvFrom;
  description.xxfi_envrcpt = EnvRcpt;
  description.xxfi_header = HeaderLine;
  description.xxfi_eom = Eom;
  description.xxfi_abort = Abort;
  description.xxfi_close = Close;
  description.xxfi_negotiate = Negotiate;
  return description;
}

// libmilter's own limit is 64 KiB, and it hangs up on more, so that the mail waits for ever.
// Postfix passes headers of 100 KiB on, and more where header_size_limit says so.
constexpr std::size_t kMaxPacketOctets = 1 << 20;

// Registers with libmilter and binds. Nothing, or what went wrong.
std::optional<std::string> Bind(const MilterOptions& options) {
  std::string name = "tlswarden";
  std::string socket = options.socket;
  if (smfi_register(Description(name.data())) != MI_SUCCESS) return "libmilter refuses to register";
  smfi_setmaxdatasize(kMaxPacketOctets);
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
