// explain_message: the message that `tlswarden explain` is asked about, and which rule is for it.
//
// Pure. A message that nothing is told of is what a policy map knows: a next hop.
#ifndef TLSWARDEN_DAEMON_EXPLAIN_MESSAGE_H_
#define TLSWARDEN_DAEMON_EXPLAIN_MESSAGE_H_

#include <optional>
#include <string>
#include <vector>

#include "daemon/settings.h"
#include "policy/result.h"
#include "policy/rule_match.h"
#include "policy/verdict.h"

namespace tlswarden {

// As on the command line; empty: not given.
struct MessageOptions {
  std::optional<std::string> from;  // "<>" or nothing is the null sender
  std::string to;
  std::string client;
  std::string client_name;
  std::string user;
  std::vector<std::string> headers;  // "NAME: VALUE"
  std::string listener;
  std::string transport;
  std::string direction = "outbound";
  std::string tls_version;
  std::string cipher;
  int bits = 0;
  std::string subject;
  std::string issuer;
};

struct Message {
  Direction direction = Direction::kOutbound;
  std::optional<MailAddress> recipient;
  std::string transport;
  // Set when anything but recipient and transport is given; then what isn't given isn't there.
  std::optional<Envelope> envelope;
};

// The reason names the option.
Result<Message> MakeMessage(const MessageOptions& options);

inline constexpr std::size_t kMaxExplainedRules = 20;

// One line for each rule to the one that counts: why it isn't, or that it is. Only the first
// kMaxExplainedRules that don't match are named.
std::vector<std::string> ExplainRules(const Rules& rules, const Facts& facts, Time now);

// How the delivery learns of the tag, in one line.
std::string ExplainTag(const std::string& tag, PerMessage per_message);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_EXPLAIN_MESSAGE_H_
