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
#include "policy/inbound.h"
#include "policy/judge.h"
#include "policy/message_tag.h"
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

// What is told of the message, and the orders that it is judged by.
struct Case {
  Message message;
  Orders orders;
  PerMessage per_message = PerMessage::kOff;
};

void JudgeMessage(const Case& asked, const NextHop& next_hop, Explained& explained) {
  const Message& message = asked.message;
  const Outbound& outbound = asked.orders.outbound;
  Question question{next_hop, next_hop.domain};
  explained.by_map = Judge(question, explained.evidence, outbound, explained.now);
  if (message.recipient) question.recipient_domain = message.recipient->domain;
  question.recipient = message.recipient;
  question.transport = message.transport;
  question.envelope = message.envelope ? &*message.envelope : nullptr;
  explained.verdict = Judge(question, explained.evidence, outbound, explained.now);
  explained.reply = MakeReply(explained.verdict);
  explained.tag = TagFor(explained.verdict, explained.by_map);
  explained.how_tagged = ExplainTag(explained.tag, asked.per_message);
  if (!explained.tag.empty()) {
    Question tagged{next_hop, next_hop.domain};
    tagged.order = OrderOf(explained.tag, outbound.rules);
    explained.by_tag = Judge(tagged, explained.evidence, outbound, explained.now);
  }
  explained.rules =
      ExplainRules(outbound.rules, FactsOf(question, explained.evidence), explained.now);
}

int ExplainInbound(const CommandLine& line, const Case& asked, Time now) {
  Facts facts;
  facts.envelope = &*asked.message.envelope;
  if (asked.message.recipient) {
    facts.recipient = &*asked.message.recipient;
    facts.recipient_domain = &facts.recipient->domain;
  }
  const Inbound& inbound = asked.orders.inbound;
  const ExplainedInbound explained{ExplainRules(inbound.rules, facts, now),
                                   JudgeInbound(facts, inbound, now)};
  if (line.json) {
    std::cout << json::serialize(json::array{ToJson(explained)}) << '\n';
  } else {
    PrintText(explained);
  }
  return ActionTaken(explained.verdict) == Action::kAccept ? kExitGood : kExitBadNews;
}

// One next hop after the other; a recipient's domain when none is named.
int ExplainOutbound(const CommandLine& line, const Settings& settings, const Case& asked) {
  boost::asio::io_context io(1);
  Result<Network> network = MakeNetwork(io, settings);
  if (!network) {
    std::cerr << "tlswarden: " << network.error() << '\n';
    return kExitUsage;
  }
  Network parts = std::move(network).value();
  const EngineOptions options = MakeEngineOptions(settings);
  int worst = kExitGood;
  json::array all;
  std::vector<std::string> arguments = line.arguments;
  if (arguments.empty()) arguments.push_back(asked.message.recipient->domain.ascii);
  for (const std::string& argument : arguments) {
    const Result<NextHop> next_hop = ParseNextHop(argument);
    if (!next_hop || next_hop->address_literal) {
      std::cerr << "tlswarden: " << Printable(argument, kMaxLine) << ": "
                << (next_hop ? "an address has no policy" : next_hop.error()) << '\n';
      worst = std::max(worst, kExitUsage);
      continue;
    }
    if (!line.json && argument != arguments.front()) std::cout << '\n';
    Explained explained = Inquire(parts, io, options, *next_hop);
    LookIntoStore(settings.cache.store, *next_hop, explained);
    KeepCachedPolicy(explained);
    JudgeMessage(asked, *next_hop, explained);
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

}  // namespace

int ExplainCommand(const CommandLine& line) {
  const Result<Message> message = MakeMessage(line.message);
  if (!message) {
    std::cerr << "tlswarden: " << Printable(message.error(), kMaxLine) << '\n';
    return kExitUsage;
  }
  const bool is_inbound = message->direction == Direction::kInbound;
  if (line.arguments.empty() && !message->recipient && !is_inbound) {
    std::cerr << "tlswarden: explain what? for example: tlswarden explain example.com\n";
    return kExitUsage;
  }
  std::optional<Loaded> loaded = LoadOrComplain(line, false);
  if (!loaded) return kExitUsage;
  const Case asked{*message, MakeOrders(loaded->settings, std::move(loaded->rules)),
                   loaded->settings.milter.per_message};
  if (is_inbound) {
    return ExplainInbound(line, asked, MakeEngineOptions(loaded->settings).clock());
  }
  return ExplainOutbound(line, loaded->settings, asked);
}

}  // namespace tlswarden
