// `tlswarden run`: starts the rooms, waits for a signal, and ends them in order.

#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <iostream>
#include <thread>

#include "cache/message_store.h"
#include "cache/sqlite_store.h"
#include "daemon/alarm_sink.h"
#include "daemon/commands.h"
#include "daemon/config_messages.h"
#include "daemon/list_watcher.h"
#include "daemon/listen.h"
#include "daemon/log_sink.h"
#include "daemon/notifier.h"
#include "daemon/probe_wiring.h"
#include "daemon/process.h"
#include "daemon/report_wiring.h"
#include "daemon/tally_sink.h"
#include "daemon/wiring.h"
#include "daemon/would_sink.h"
#include "milter/milter_door.h"
#include "socketmap/server.h"

namespace tlswarden {
namespace {

// The whole stop takes less than a second: these two, and a commit.
constexpr std::chrono::milliseconds kFinishAnswers{300};
// A callback has returned when the door is idle, but libmilter still writes the reply.
constexpr std::chrono::milliseconds kReplyIsWritten{50};

// Disk is cheaper than memory.
constexpr std::size_t kStoredForEachInMemory = 4;

void Inform(RecordSink& sink, const std::string& text) {
  sink.Write(Notice{Notice::Level::kInfo, text});
}

// Everything that runs. Members are destroyed from the last to the first.
struct Daemon {
  Daemon(const Settings& given, std::vector<Rule> rules, LogSink& records)
      : settings(given),
        sink(records),
        orders(MakeOrders(given, std::move(rules))),
        engine_options(MakeEngineOptions(given)) {}

  const Settings& settings;
  LogSink& sink;
  CurrentOrders orders;
  const EngineOptions engine_options;
  std::unique_ptr<WouldLedger> would_ledger{MakeWouldLedger(settings, sink)};
  Notifier notifier{MakeNotifierOptions(settings, orders, engine_options.clock), sink};
  AlarmSink alarm_sink{sink, engine_options.clock,
                       [this](const Alarm& alarm) { notifier.Mail(alarm); }};
  WouldSink would_sink{alarm_sink, would_ledger.get(), engine_options.clock};
  std::unique_ptr<Ledger> ledger{MakeLedger(settings, sink, engine_options.clock)};
  Lessons lessons{settings.tlsrpt.ledger, orders, alarm_sink, engine_options.clock};
  EventSink events{MakeEventSink(lessons, ledger.get())};
  // Where all rooms write.
  TallySink all_records{
      would_sink,
      [this](const NextHop& next_hop) { return engine ? engine->Cached(next_hop) : nullptr; },
      events, engine_options.clock};
  boost::asio::io_context io{1};  // inquiries
  MemoryTable table{settings.cache.memory_entries};
  std::unique_ptr<SqliteStore> store;
  std::unique_ptr<MessageStore> messages;
  Network network;
  ProbeParts probes;  // for the doors: probes.table, or nullptr
  std::unique_ptr<Engine> engine;
  std::unique_ptr<SocketmapServer> socketmap;
  std::unique_ptr<MilterDoor> milter;
  std::unique_ptr<ListWatcher> lists;
  ReportParts reports;
};

std::optional<std::string> OpenStore(Daemon& daemon) {
  if (daemon.settings.cache.store.empty()) return std::nullopt;
  const Time now = daemon.engine_options.clock();
  Result<std::unique_ptr<SqliteStore>> store =
      SqliteStore::Open(daemon.settings.cache.store, daemon.sink, now,
                        kStoredForEachInMemory * daemon.settings.cache.memory_entries);
  if (!store) return "[cache] store: " + store.error();
  daemon.store = std::move(store).value();
  return std::nullopt;
}

std::optional<std::string> OpenMessages(Daemon& daemon) {
  const Settings::Milter& milter = daemon.settings.milter;
  if (milter.per_message != PerMessage::kSendmail || milter.messages.empty()) return std::nullopt;
  Result<std::unique_ptr<MessageStore>> messages =
      MessageStore::Open(daemon.settings.milter.messages, daemon.sink, daemon.engine_options.clock);
  if (!messages) return "[milter] messages: " + messages.error();
  daemon.messages = std::move(messages).value();
  return std::nullopt;
}

std::optional<std::string> OpenSocketmap(Daemon& daemon) {
  SocketmapOptions options;
  options.deadline = daemon.settings.outbound.deadline;
  for (const ListenAddress& address : daemon.settings.socketmap.listen) {
    const Result<int> fd = Listen(address, daemon.settings.socketmap.socket_mode);
    if (!fd) return fd.error();
    options.listeners.push_back(*fd);
  }
  if (options.listeners.empty()) return std::nullopt;
  if (daemon.messages != nullptr) {
    options.find_tag = [&store = *daemon.messages](std::string_view queue_id,
                                                   std::string_view address) {
      return store.Tag(queue_id, address);
    };
  }
  daemon.socketmap = std::make_unique<SocketmapServer>(std::move(options), *daemon.engine,
                                                       daemon.orders, daemon.all_records);
  return std::nullopt;
}

std::optional<std::string> OpenMilter(Daemon& daemon) {
  if (!daemon.settings.milter.socket) return std::nullopt;
  const ListenAddress& address = *daemon.settings.milter.socket;
  MilterOptions options;
  options.socket = ToMilterString(address);
  options.unix_path = address.path;
  options.unix_mode = daemon.settings.milter.socket_mode;
  options.deadline = daemon.settings.outbound.deadline;
  options.probes = daemon.probes.table.get();
  options.probe_mode = daemon.settings.probe.mode;
  options.session.per_message = daemon.settings.milter.per_message;
  options.session.local_domains = daemon.settings.milter.local_domains;
  if (daemon.messages != nullptr) {
    options.note_tags = [&store = *daemon.messages](const std::string& queue_id,
                                                    const std::vector<RecipientTag>& tags) {
      std::vector<StoredTag> stored;
      for (const RecipientTag& tag : tags) {
        // The store's word for all others is the empty one.
        stored.push_back({tag.recipient == "*" ? std::string() : tag.recipient, tag.tag});
      }
      return store.Put(queue_id, stored);
    };
  }
  options.session.received_tls_header = daemon.settings.inbound.received_tls_header;
  options.failed_lately = [&daemon](const Domain& domain) {
    return daemon.lessons.HostsOf(domain, daemon.engine_options.clock());
  };
  Result<std::unique_ptr<MilterDoor>> milter =
      MilterDoor::Open(options, *daemon.engine, daemon.orders, daemon.all_records);
  if (!milter) return milter.error();
  daemon.milter = std::move(milter).value();
  return std::nullopt;
}

// What went wrong, or nothing.
std::optional<std::string> OpenAll(Daemon& daemon) {
  const bool no_door = !daemon.settings.milter.socket && daemon.settings.socketmap.listen.empty();
  if (no_door) return "[milter] socket and [socketmap] listen are both empty: nothing to do";
  if (auto error = OpenStore(daemon)) return error;
  if (auto error = OpenMessages(daemon)) return error;
  Result<Network> network = MakeNetwork(daemon.io, daemon.settings);
  if (!network) return network.error();
  daemon.network = std::move(network).value();
  Result<ProbeParts> probes =
      MakeProbes(daemon.io, daemon.settings, *daemon.network.dns, daemon.all_records);
  if (!probes) return probes.error();
  daemon.probes = std::move(probes).value();
  const EngineParts parts{*daemon.network.dns, *daemon.network.https, daemon.table,
                          daemon.store.get(), daemon.all_records};
  daemon.engine = std::make_unique<Engine>(daemon.io, parts, daemon.engine_options);
  // What is required has to be known before the first question.
  if (daemon.settings.outbound.remember_tls == RememberTls::kRequire) daemon.lessons.ReadLedger();
  if (auto error = OpenSocketmap(daemon)) return error;
  return OpenMilter(daemon);
}

// Mail doesn't wait for it.
void OpenReports(Daemon& daemon) {
  daemon.lessons.Start();
  daemon.reports =
      OpenReportParts({daemon.settings, daemon.sink, *daemon.engine, daemon.orders, daemon.events,
                       daemon.ledger.get(), daemon.engine_options.clock});
}

void InformOfStart(const Daemon& daemon) {
  std::string servers;
  for (const std::string& server : daemon.network.dns->servers()) servers += ' ' + server;
  if (daemon.settings.dane.enabled && !daemon.network.dns->trusts_ad()) {
    daemon.sink.Write(
        Notice{Notice::Level::kWarning,
               "no DANE: the AD bit of the resolver" + servers +
                   " isn't trusted, since it isn't on loopback; run a validating resolver on this "
                   "machine, or set [resolver] trust-ad = yes if the way to it is safe"});
  }
  Inform(daemon.sink, "tlswarden " TLSWARDEN_VERSION " is ready, mode " +
                          std::string(ToString(daemon.settings.outbound.mode)) + ", resolver" +
                          servers);
}

void RemoveSockets(const Daemon& daemon) {
  const Settings& settings = daemon.settings;
  if (settings.milter.socket && !settings.milter.socket->path.empty()) {
    unlink(settings.milter.socket->path.c_str());
  }
  for (const ListenAddress& address : settings.socketmap.listen) {
    if (!address.path.empty()) unlink(address.path.c_str());
  }
  if (daemon.reports.collector) unlink(settings.tlsrpt.socket.c_str());
}

// No question is cut off: who waits for the network gets the answer of the deadline now.
void StopAll(Daemon& daemon, std::thread& socketmap_thread) {
  daemon.reports.StopSources();
  daemon.engine->Stop();
  if (daemon.probes.table) daemon.probes.table->Stop();
  if (daemon.socketmap) daemon.socketmap->Stop(kFinishAnswers);
  if (daemon.milter && daemon.milter->WaitUntilIdle(kFinishAnswers)) {
    std::this_thread::sleep_for(kReplyIsWritten);
  }
  if (socketmap_thread.joinable()) socketmap_thread.join();
  if (daemon.store) daemon.store->Flush();
  if (daemon.would_ledger) daemon.would_ledger->Flush();
  if (daemon.ledger) daemon.ledger->Flush();
}

void ServeUntilStopped(Daemon& daemon) {
  [[maybe_unused]] const auto work = boost::asio::make_work_guard(daemon.io);
  std::thread inquiries([&daemon] { daemon.io.run(); });
  std::thread socketmap, milter;
  if (daemon.socketmap) socketmap = std::thread([&daemon] { daemon.socketmap->Run(); });
  if (daemon.milter) {
    milter = std::thread([&daemon] {
      daemon.milter->Run();
      RequestStop();  // libmilter gave up, or took the signal that was meant for us
    });
  }
  daemon.engine->StartMaintaining();
  OpenReports(daemon);
  InformOfStart(daemon);
  NotifySystemd("READY=1");
  WaitForStop([&daemon] { daemon.lists->ReadNow(); });
  NotifySystemd("STOPPING=1");
  StopAll(daemon, socketmap);
  RemoveSockets(daemon);
  Inform(daemon.sink, "tlswarden ended");
  daemon.sink.Flush();
  // libmilter may take five seconds to end its threads, and they hold nothing that must be saved.
  std::cout.flush();
  std::fflush(nullptr);
  _exit(kExitGood);
}

// They were read before --user took root's rights away.
void WarnOfUnreadableLists(const ListFiles& lists, RecordSink& sink) {
  for (const auto& [path, list] : lists) {
    if (access(path.c_str(), R_OK) == 0) continue;
    sink.Write(Notice{Notice::Level::kWarning,
                      path + ": can be read by root only, so changes will have no effect"});
  }
}

int Fail(RecordSink& sink, const SyslogSink& syslog, const std::string& error) {
  sink.Write(Notice{Notice::Level::kError, error});
  if (!syslog.writes_to_stderr()) std::cerr << "tlswarden: " << error << '\n';
  return kExitBadNews;
}

}  // namespace

int RunCommand(const CommandLine& line) {
  std::optional<Loaded> loaded = LoadOrComplain(line, true);
  if (!loaded) return kExitUsage;
  KeepFreedMemory();
  BlockSignals();
  if (!line.pid_file.empty()) {
    if (const auto error = WritePidFile(line.pid_file)) {
      std::cerr << "tlswarden: " << *error << '\n';
      return kExitBadNews;
    }
  }
  if (!line.user.empty()) {
    if (const auto error = BecomeUser(line.user)) {
      std::cerr << "tlswarden: " << *error << '\n';
      return kExitUsage;
    }
  }
  SyslogSink syslog(loaded->settings.log);
  LogSink sink(syslog);
  for (const std::string& warning : loaded->warnings) {
    sink.Write(Notice{Notice::Level::kWarning, warning});
  }
  WarnOfUnreadableLists(loaded->lists, sink);
  Daemon daemon(loaded->settings, std::move(loaded->rules), sink);
  // Half the memory when there are 100,000 of them; only lists need them again.
  if (loaded->settings.lists.empty()) loaded->settings.rules = {};
  if (const auto error = OpenAll(daemon)) return Fail(sink, syslog, *error);
  daemon.lists =
      std::make_unique<ListWatcher>(daemon.settings, std::move(loaded->lists), daemon.orders, sink);
  daemon.lists->Start();
  ServeUntilStopped(daemon);
  return kExitGood;
}

}  // namespace tlswarden
