// What the MTA says of a recipient: the argument of RCPT and three macros, each a line. A next hop
// reads back from its own text to the same value, and a reply is a line that libmilter takes.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "milter/session.h"
#include "policy/judge.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;

void CheckNextHop(const NextHop& next_hop) {
  if (next_hop.address_literal) return Check(next_hop.domain.ascii.empty(), "an address, no name");
  const Domain& domain = next_hop.domain;
  Check(!domain.ascii.empty() && domain.ascii.size() <= kMaxDomainOctets, "a name's length");
  for (const char c : domain.ascii) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                         std::string_view("-_.").find(c) != std::string_view::npos;
    Check(allowed, "a name's octets", domain.ascii);
  }
  const Result<NextHop> again = ParseNextHop(ToString(next_hop));
  Check(again.ok() && *again == next_hop, "a next hop reads back", ToString(next_hop));
  const Result<Domain> name = ParseDomain(domain.ascii);
  Check(name.ok() && *name == domain, "a name reads back", domain.ascii);
}

void CheckReply(const RecipientQuestion& recipient, const Reply& reply) {
  Check(reply.code == "451" || reply.code.empty(), "no verdict yet: wait", reply.code);
  Check(reply.text.size() <= kMaxReplyText, "libmilter takes the text");
  for (const char c : reply.text) Check(c >= 0x20 && c <= 0x7e, "a reply is one line", reply.text);
  Check(recipient.recipient.starts_with('<'), "the log shows brackets", recipient.recipient);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::array<std::string_view, 4> lines;
  for (std::string_view& line : lines) {
    line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  const auto recipient = ReadRcpt({lines[0], lines[1], lines[2], lines[3]});
  if (!recipient) return 0;
  CheckNextHop(recipient->question.next_hop);
  if (!recipient->question.next_hop.address_literal) {
    Check(!recipient->question.recipient_domain.ascii.empty(), "rules have a domain to match");
  }
  const SessionOptions options;
  Session session(options);
  MailEvent mail;
  mail.argument = lines[0];
  session.OnMail(mail, std::make_shared<const Orders>(), Time());
  const Verdict verdict = JudgeWithoutEvidence(recipient->question, Outbound(), lines[0], Time());
  CheckReply(*recipient, session.OnVerdict(*recipient, nullptr, verdict).now);
  Check(session.OnEndOfMessage(Time()).reply.code.empty(),
        "what may heal isn't refused at the end");
  return 0;
}
