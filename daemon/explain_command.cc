// `tlswarden explain`: one fresh inquiry, and what the doors would make of it.

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <iostream>

#include "cache/sqlite_store.h"
#include "daemon/commands.h"
#include "daemon/config_messages.h"
#include "daemon/explain_output.h"
#include "daemon/log_format.h"
#include "daemon/wiring.h"
#include "policy/judge.h"
#include "resolver/trace.h"

namespace tlswarden {
namespace {

namespace json = boost::json;

// What the daemon knows, if its store is there to be read.
void LookIntoStore(const std::string& path, const NextHop& next_hop, Explained& explained) {
  if (path.empty()) return;
  std::error_code unreadable;
  if (!std::filesystem::exists(path, unreadable) && !unreadable) {
    explained.cached_error = "nothing: there is no " + path;
    return;
  }
  Result<EvidencePtr> cached = SqliteStore::Peek(path, ToString(next_hop));
  if (cached) {
    explained.cached = std::move(cached).value();
  } else {
    explained.cached_error = cached.error();
  }
}

// As the daemon does it: a policy in force outlives an inquiry that finds none.
void KeepCachedPolicy(Explained& explained) {
  if (explained.evidence.sts.learned || explained.cached == nullptr) return;
  const LearnedStsPolicy* learned = StsInForce(explained.cached->sts, explained.now);
  if (learned == nullptr) return;
  explained.evidence.sts.learned = *learned;
  explained.cached_policy_counts = true;
}

Explained Inquire(Network& network, boost::asio::io_context& io, const EngineOptions& options,
                  const NextHop& next_hop) {
  Explained explained;
  TracedDns dns(*network.dns, explained.trace);
  TracedHttps https(*network.https, explained.trace);
  const auto keep = [&explained](const std::exception_ptr& thrown, Evidence evidence) {
    if (thrown != nullptr) std::rethrow_exception(thrown);
    explained.evidence = std::move(evidence);
  };
  boost::asio::co_spawn(io, tlswarden::Inquire(dns, https, next_hop, StsEvidence(), options), keep);
  io.restart();
  io.run();
  explained.now = options.clock();
  return explained;
}

int ExitCode(const Verdict& verdict) {
  if (verdict.action == Action::kAccept) return kExitGood;
  return MayHeal(verdict) ? kExitTemporary : kExitBadNews;
}

}  // namespace

int ExplainCommand(const CommandLine& line) {
  if (line.arguments.empty()) {
    std::cerr << "tlswarden: explain what? for example: tlswarden explain example.com\n";
    return kExitUsage;
  }
  std::optional<Loaded> loaded = LoadOrComplain(line, false);
  if (!loaded) return kExitUsage;
  boost::asio::io_context io(1);
  Result<Network> network = MakeNetwork(io, loaded->settings);
  if (!network) {
    std::cerr << "tlswarden: " << network.error() << '\n';
    return kExitUsage;
  }
  Network parts = std::move(network).value();
  const EngineOptions options = MakeEngineOptions(loaded->settings);
  const Orders orders = MakeOrders(loaded->settings, std::move(loaded->rules));
  int worst = kExitGood;
  json::array all;
  for (const std::string& argument : line.arguments) {
    const Result<NextHop> next_hop = ParseNextHop(argument);
    if (!next_hop || next_hop->address_literal) {
      std::cerr << "tlswarden: " << Printable(argument, kMaxLine) << ": "
                << (next_hop ? "an address has no policy" : next_hop.error()) << '\n';
      worst = std::max(worst, kExitUsage);
      continue;
    }
    if (!line.json && argument != line.arguments.front()) std::cout << '\n';
    Explained explained = Inquire(parts, io, options, *next_hop);
    LookIntoStore(loaded->settings.cache.store, *next_hop, explained);
    KeepCachedPolicy(explained);
    const Question question{*next_hop, next_hop->domain};
    explained.verdict = Judge(question, explained.evidence, orders.outbound, explained.now);
    explained.reply = MakeReply(explained.verdict);
    if (line.json) {
      all.push_back(ToJson(*next_hop, explained));
    } else {
      PrintText(*next_hop, explained);
    }
    worst = std::max(worst, ExitCode(explained.verdict));
  }
  if (line.json) std::cout << json::serialize(all) << '\n';
  return worst;
}

}  // namespace tlswarden
