// The milter's session: any orders and options, then any events in any order, as many messages as
// the octets last. What must hold of the answers is in session_laws.h.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/ascii.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/octets.h"
#include "tests/fuzz/session_laws.h"
#include "tests/unit/milter/message.h"

namespace {

using namespace tlswarden;
using std::string_view;

constexpr std::array<string_view, 10> kDomains = {
    "dane.test", "sts.test",  "unfit.test",  "lost.test",   "plain.test",
    "here.test", "from.test", "[192.0.2.1]", "dane.r.test", ""};
constexpr std::array<string_view, 7> kLocalParts = {
    "a", "s", "\"a b\"", "a+b", "a==tlswarden-none", "j\xc3\xb6rg", ""};
constexpr std::array<string_view, 5> kTransports = {"smtp", "relay", "esmtp", "local", "error"};
constexpr std::array<string_view, 4> kVersions = {"", "TLSv1", "TLSv1.2", "TLSv1.3"};
constexpr std::array<string_view, 7> kHeaders = {
    "Subject",  "TLS-Required", "X-Tlswarden-Require", "x-tlswarden-route ", "X-TLSWARDEN-RECEIVED",
    "Received", "X-Pass"};
constexpr std::array<string_view, 6> kValues = {
    "No", "[secret]", " no\t", "=?utf-8?q?=5Bsecret=5D?=", "from a by b (x) with ESMTPS", "yes"};

string_view Word(FuzzOctets& octets, std::string& own, const auto& words) {
  const unsigned choice = octets.U8();
  if (choice < 240) return words[choice % std::size(words)];
  own = octets.Text();
  return own;
}

Rule MakeRule(FuzzOctets& octets, int number) {
  Rule rule =
      OutboundRule("r-" + std::to_string(number), static_cast<Requirement>(octets.U8() % 6));
  const unsigned on_failure = octets.U8() % 6;
  if (on_failure < 5) rule.on_failure = static_cast<OnFailure>(on_failure);
  const unsigned mode = octets.U8() % 8;
  if (mode < 3) rule.mode = static_cast<Mode>(mode);
  const unsigned matchers = octets.U8();
  if (matchers & 1) rule.match.sender.Add("s@from.test").value();
  if (matchers & 2) rule = ForDomain(rule, octets.U8() % 2 == 0 ? "*.test" : "dane.test");
  if (matchers & 4) rule = ForHeader(rule, "subject", "*[secret]*");
  if (matchers & 8) rule = ForHeader(rule, "x-pass", "*");
  if (matchers & 16) rule.match.mx_host.Add(ParseDomainPattern("*.dane.test").value());
  if (matchers & 32) rule.match.transport = {"smtp"};
  if (matchers & 64) rule.route = "gw";
  if (matchers & 128) rule.outbound.minimum_tls = TlsVersion::kTls13;
  rule.inbound.minimum_tls = static_cast<TlsVersion>(octets.U8() % 6);
  if (octets.U8() % 4 == 0) rule.reply = octets.Text();
  if (octets.U8() % 4 == 0) rule.info_url = octets.Text();
  return rule;
}

Orders MakeOrders(FuzzOctets& octets) {
  Orders orders;
  std::vector<Rule> outbound, inbound;
  for (unsigned i = 0, count = octets.U8() % 4; i < count; ++i) {
    outbound.push_back(MakeRule(octets, static_cast<int>(i)));
    inbound.push_back(MakeRule(octets, static_cast<int>(i)));
  }
  orders.outbound.mode = static_cast<Mode>(octets.U8() % 2);
  orders.outbound.on_failure = static_cast<OnFailure>(octets.U8() % 5);
  orders.outbound.all_or_none = octets.U8() % 4 == 0;
  orders.outbound.rules = Rules(std::move(outbound));
  orders.inbound.mode = static_cast<Mode>(octets.U8() % 3);
  orders.inbound.demand.minimum_tls = static_cast<TlsVersion>(octets.U8() % 6);
  orders.inbound.rules = Rules(std::move(inbound));
  return orders;
}

class Course {
 public:
  Course(FuzzOctets& octets, const SessionOptions& options, OrdersPtr orders)
      : octets_(octets), options_(options), orders_(std::move(orders)) {}

  void Step() {
    switch (octets_.U8() % 6) {
      case 0:
        return Mail();
      case 1:
      case 2:
        return Rcpt();
      case 3:
        return Header();
      case 4:
        return End();
      case 5:
        so_far_ = {};
        return session_.BeginMessage();
    }
  }

 private:
  std::string Address() {
    std::string own;
    std::string address(Word(octets_, own, kLocalParts));
    return address.append("@").append(Word(octets_, own, kDomains));
  }

  void Mail() {
    so_far_ = {};
    so_far_.local = octets_.U8() % 4 == 0;
    const std::string address = octets_.U8() % 2 == 0 ? "s@from.test" : Address();
    const std::string argument = so_far_.local ? address : '<' + address + '>';
    MailEvent event;
    event.argument = argument;
    event.version = "Postfix 3.7.11";
    event.mail_mailer = so_far_.local ? "" : "smtp";
    event.client_addr = so_far_.local ? "127.0.0.1" : "192.0.2.7";
    event.tls_version = octets_.Pick(kVersions);
    if (octets_.U8() % 8 == 0) event.parameters = {"REQUIRETLS"};
    CheckReply(MakeReply(session_.OnMail(event, orders_, kNow)));
  }

  void Rcpt() {
    if (session_.orders() == nullptr) return;  // as the door does
    if (session_.envelope().headers) return;   // as libmilter does
    const std::string address = Address();
    const std::string argument = so_far_.local ? address : '<' + address + '>';
    RcptEvent event;
    event.argument = argument;
    // An address has one transport, however often it comes.
    if (!so_far_.local) event.rcpt_mailer = kTransports[address.size() % kTransports.size()];
    if (!so_far_.local && octets_.U8() % 2 == 0) event.rcpt_addr = address;
    if (const auto reply = session_.RefuseForm(event)) return Answered(*reply);
    if (const auto inbound = session_.InboundAtRcpt(event, kNow)) {
      const Reply reply = MakeReply(*inbound);
      if (!reply.code.empty()) return Answered(reply);
    }
    auto recipient = session_.OnRcpt(event);
    if (!recipient) {
      so_far_.others = true;
      return;
    }
    TakenRecipient taken{argument, *recipient, EvidenceOf(recipient->question.next_hop)};
    const Verdict verdict =
        JudgeAnswer(recipient->question, taken.evidence.get(), orders_->outbound, kNow);
    const Decision decision = session_.OnVerdict(std::move(*recipient), taken.evidence, verdict);
    CheckReply(decision.final);
    Answered(decision.now);
    if (decision.now.code.empty()) so_far_.taken.push_back(std::move(taken));
  }

  void Answered(const Reply& reply) const {
    CheckReply(reply);
    Check(!so_far_.local || reply.code.empty(), "pickup isn't refused at RCPT", reply.text);
  }

  void Header() {
    std::string own_name, own_value;
    const string_view name = Word(octets_, own_name, kHeaders);
    const string_view value = Word(octets_, own_value, kValues);
    const bool is_ours = own_name.empty() && LowerAscii(name).starts_with("x-tlswarden-");
    if (is_ours) ++so_far_.own_headers;
    if (LowerAscii(own_name).find("x-tlswarden-") == std::string::npos) {
      session_.OnHeader(name, value);
    }
    ParseReceived(value);
  }

  void End() {
    if (const auto inbound = session_.InboundAtEnd(kNow)) CheckReply(MakeReply(*inbound));
    const EndOfMessage end = session_.OnEndOfMessage(kNow);
    if (session_.orders() != nullptr) CheckEnd(so_far_, options_, session_, end);
    so_far_ = {};
    session_.BeginMessage();
  }

  FuzzOctets& octets_;
  const SessionOptions& options_;
  OrdersPtr orders_;
  Session session_{options_};
  MessageSoFar so_far_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzOctets octets(data, size);
  SessionOptions options;
  options.per_message = static_cast<PerMessage>(octets.U8() % 3);
  options.received_tls_header = octets.U8() % 2 == 0;
  if (octets.U8() % 2 == 0) options.local_domains.Add(ParseDomainPattern("here.test").value());
  Course course(octets, options, std::make_shared<const Orders>(MakeOrders(octets)));
  for (int step = 0; step < 300 && !octets.AtEnd(); ++step) course.Step();
  return 0;
}
