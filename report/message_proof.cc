#include "report/message_proof.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "policy/mail_address.h"
#include "policy/time.h"

namespace tlswarden {
namespace {

constexpr std::size_t kMostRecipients = 1000;
constexpr std::size_t kMostDemands = 20;    // for one recipient
constexpr std::size_t kMostAttempts = 500;  // five days of one in a quarter of an hour
constexpr std::size_t kMostUnnamed = 10000;
constexpr std::chrono::hours kUnnamedFor{24};

std::string Canonical(std::string_view recipient) {
  return CanonicalRecipient(recipient).value_or(std::string());
}

// "authenticated", "encrypted", "none"; empty where it isn't known.
std::string_view Word(TlsReached reached) {
  switch (reached) {
    case TlsReached::kUnknown:
      return "";
    case TlsReached::kPlain:
      return "none";
    case TlsReached::kEncrypted:
      return "encrypted";
    case TlsReached::kAuthenticated:
      return "authenticated";
  }
  return "";
}

std::string TlsText(const LoggedTls& tls) {
  if (tls.handshake_failed) return "TLS handshake failed";
  if (tls.reached == TlsReached::kPlain) return "in the clear";
  if (tls.reached == TlsReached::kUnknown) return "TLS: not known";
  std::string text(Word(tls.reached));
  if (!tls.word.empty()) text += " (" + tls.word + ")";
  for (const std::string& part : {tls.tls_version, tls.cipher}) {
    if (!part.empty()) text += ", " + part;
  }
  return text;
}

std::string RelayText(const LoggedTls& tls) {
  return tls.mx_hostname + '[' + tls.mx_address + "]:" + std::to_string(tls.port);
}

std::string DemandText(const LoggedDemand& demand) {
  std::string text = "  " + ToString(demand.at) + " demanded: " + demand.policy_type;
  if (!demand.policy_domain.empty()) text += " of " + demand.policy_domain;
  if (!demand.policy_mode.empty()) text += " (" + demand.policy_mode + ")";
  text += ", rule " + demand.rule;
  if (!demand.tag.empty()) text += ", tag " + demand.tag;
  text += "; " + demand.action;
  if (!demand.would.empty()) text += ", would " + demand.would;
  if (!demand.reply.empty()) text += " " + demand.reply;
  if (!demand.result_type.empty()) text += "; " + demand.result_type + ": " + demand.reason;
  return text + '\n';
}

std::string AttemptText(const LoggedDelivery& attempt) {
  std::string text = "  " + ToString(attempt.at) + ' ' + attempt.status;
  const LoggedTls& tls = attempt.tls;
  if (!tls.mx_hostname.empty()) text += ", " + RelayText(tls) + ", " + TlsText(tls);
  if (attempt.reused) text += ", in the session of an earlier message";
  if (!attempt.tag.empty()) text += ", tag " + attempt.tag;
  for (const std::string& part : {tls.certificate_failure, tls.refusal}) {
    if (!part.empty()) text += "; " + part;
  }
  return text + "; " + attempt.dsn + ' ' + attempt.text + '\n';
}

void Add(std::string_view key, std::string_view value, boost::json::object& object) {
  if (value.empty()) return;
  object[boost::json::string_view(key.data(), key.size())] =
      boost::json::string_view(value.data(), value.size());
}

boost::json::object DemandJson(const LoggedDemand& demand) {
  boost::json::object json;
  Add("at", ToString(demand.at), json);
  Add("action", demand.action, json);
  Add("would", demand.would, json);
  Add("reply", demand.reply, json);
  Add("tag", demand.tag, json);
  Add("policy-type", demand.policy_type, json);
  Add("policy-mode", demand.policy_mode, json);
  Add("policy-domain", demand.policy_domain, json);
  Add("result-type", demand.result_type, json);
  Add("receiving-mx-hostname", demand.mx_hostname, json);
  Add("failure-reason-code", demand.reason, json);
  Add("rule", demand.rule, json);
  Add("observed-rule", demand.observed_rule, json);
  return json;
}

boost::json::object AttemptJson(const LoggedDelivery& attempt) {
  const LoggedTls& tls = attempt.tls;
  boost::json::object json;
  Add("at", ToString(attempt.at), json);
  Add("status", attempt.status, json);
  Add("dsn", attempt.dsn, json);
  Add("text", attempt.text, json);
  Add("tag", attempt.tag, json);
  Add("delivered-to", attempt.original.empty() ? "" : attempt.recipient, json);
  Add("receiving-mx-hostname", tls.mx_hostname, json);
  Add("receiving-ip", tls.mx_address, json);
  if (!tls.mx_hostname.empty()) json["port"] = tls.port;
  Add("tls", Word(tls.reached), json);
  Add("verified-as", tls.word, json);
  Add("tls-version", tls.tls_version, json);
  Add("cipher", tls.cipher, json);
  Add("certificate-failure", tls.certificate_failure, json);
  Add("refusal", tls.refusal, json);
  if (tls.handshake_failed) json["handshake-failed"] = true;
  if (attempt.reused) json["reused-session"] = true;
  return json;
}

}  // namespace

ProofReader::ProofReader(std::string_view queue_id) { proof_.queue_id = LoggedText(queue_id); }

// The one that the recipient belongs to, made when it is new; nullptr when there is no room.
RecipientProof* ProofReader::Of(std::string_view recipient) {
  std::string key = Canonical(recipient);
  const auto known = places_.find(key);
  if (known != places_.end()) return &proof_.recipients[known->second];
  if (proof_.recipients.size() >= kMostRecipients) {
    proof_.complete = false;
    return nullptr;
  }
  places_.emplace(std::move(key), proof_.recipients.size());
  return &proof_.recipients.emplace_back(RecipientProof{std::string(recipient), {}, false, {}});
}

void ProofReader::TakeOwn(const MailLogLine& line) {
  std::optional<LoggedDemand> demand = ParseOwnLog(line.text);
  if (!demand) return;
  demand->at = line.at;
  if (demand->queue_id == "NOQUEUE") {
    if (unnamed_.size() >= kMostUnnamed) unnamed_.clear();
    std::string key = Canonical(demand->recipient);
    unnamed_[std::move(key)] = std::move(*demand);
    return;
  }
  if (demand->queue_id != proof_.queue_id) return;
  RecipientProof* of = Of(demand->recipient);
  if (of == nullptr) return;
  if (of->demands.size() >= kMostDemands) {
    proof_.complete = false;
  } else {
    of->demands.push_back(std::move(*demand));
  }
}

void ProofReader::TakeDelivery(LoggedDelivery delivery) {
  if (delivery.queue_id != proof_.queue_id) return;
  // An alias is delivered to another address than the one that was judged.
  const std::string& judged = delivery.original.empty() ? delivery.recipient : delivery.original;
  RecipientProof* of = Of(judged);
  if (of == nullptr) return;
  const auto unnamed = unnamed_.find(Canonical(judged));
  if (of->demands.empty() && of->attempts.empty() && unnamed != unnamed_.end() &&
      unnamed->second.at <= delivery.at && delivery.at <= unnamed->second.at + kUnnamedFor) {
    of->demands.push_back(unnamed->second);
    of->by_recipient = true;
  }
  if (of->attempts.size() >= kMostAttempts) {
    proof_.complete = false;
  } else {
    of->attempts.push_back(std::move(delivery));
  }
}

void ProofReader::Take(const MailLogLine& line) {
  if (line.kind == LogProgram::kTlswarden) {
    TakeOwn(line);
    return;
  }
  for (LoggedDelivery& delivery : joiner_.Take(line).deliveries) {
    TakeDelivery(std::move(delivery));
  }
}

std::string ToText(const MessageProof& proof) {
  std::string text = "message " + proof.queue_id + '\n';
  if (proof.recipients.empty()) text += "nothing in this log\n";
  for (const RecipientProof& recipient : proof.recipients) {
    text += '<' + recipient.recipient + ">\n";
    if (recipient.demands.empty()) text += "  no demand of tlswarden in this log\n";
    if (recipient.by_recipient) {
      text += "  (found by the recipient: logged before the message had a queue id)\n";
    }
    for (const LoggedDemand& demand : recipient.demands) text += DemandText(demand);
    for (const LoggedDelivery& attempt : recipient.attempts) text += AttemptText(attempt);
    if (recipient.attempts.empty()) text += "  no delivery in this log\n";
  }
  if (!proof.complete) text += "and more than can be shown\n";
  return text;
}

std::string ToJson(const MessageProof& proof) {
  boost::json::array recipients;
  for (const RecipientProof& recipient : proof.recipients) {
    boost::json::object json;
    Add("recipient", recipient.recipient, json);
    if (recipient.by_recipient) json["demand-found-by"] = "recipient";
    boost::json::array demands;
    for (const LoggedDemand& demand : recipient.demands) demands.push_back(DemandJson(demand));
    boost::json::array attempts;
    for (const LoggedDelivery& attempt : recipient.attempts) {
      attempts.push_back(AttemptJson(attempt));
    }
    json["demands"] = std::move(demands);
    json["attempts"] = std::move(attempts);
    recipients.push_back(std::move(json));
  }
  boost::json::object json;
  Add("queue-id", proof.queue_id, json);
  json["complete"] = proof.complete;
  json["recipients"] = std::move(recipients);
  return boost::json::serialize(json);
}

}  // namespace tlswarden
