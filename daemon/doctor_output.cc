#include "daemon/doctor_output.h"

#include <boost/json.hpp>

#include "daemon/commands.h"
#include "daemon/log_format.h"
#include "daemon/wiring.h"
#include "report/report_mail.h"
#include "report/text_table.h"

namespace tlswarden {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostOctets = 1000;  // of a text
constexpr std::size_t kIndent = 9;         // the longest word and a blank

std::string_view ToString(Finding::Result result) {
  switch (result) {
    case Finding::Result::kOk:
      return "ok";
    case Finding::Result::kBad:
      return "bad";
    case Finding::Result::kUnknown:
      return "unknown";
    case Finding::Result::kSkipped:
      return "skipped";
  }
  return "";
}

json::array SignaturesJson(const std::vector<DkimSignature>& signatures) {
  json::array all;
  for (const DkimSignature& each : signatures) {
    all.push_back(json::object{{"domain", each.domain}, {"selector", each.selector}});
  }
  return all;
}

json::object FindingJson(const Finding& finding) {
  json::object object{{"check", finding.check}, {"result", ToString(finding.result)}};
  const auto put = [&](std::string_view key, const std::string& text) {
    if (!text.empty()) object[key] = Printable(text, kMostOctets);
  };
  put("object", finding.object);
  put("text", finding.text);
  put("to-do", finding.to_do);
  if (finding.signatures) object["signatures"] = SignaturesJson(*finding.signatures);
  return object;
}

// Of a resolver whose word counts.
Finding AnswerFinding(const std::string& server, const DnsReply& reply) {
  Finding finding{Finding::Result::kBad, "resolver", server, "", ""};
  if (reply.security == Security::kBogus) {
    finding.text = "its DNSSEC validation fails for " + std::string(kSignedName);
    finding.to_do = "The clock of its machine may be wrong, or its trust anchor of the root old.";
  } else if (reply.rcode == Rcode::kFailure) {
    finding.text = "no answer: " + reply.failure;
    finding.to_do = "Start a resolver there, or name another: [resolver] nameserver.";
  } else if (reply.security != Security::kSecure) {
    finding.text = "answers, but doesn't validate: no AD bit for " + std::string(kSignedName);
    finding.to_do =
        "Without DNSSEC there is no DANE. Turn validation on there, or install a resolver on this "
        "machine that validates, such as unbound, and name it: [resolver] nameserver.";
  } else {
    finding.result = Finding::Result::kOk;
    finding.text = "answers and validates";
  }
  return finding;
}

// Where mail meets the milter that signs it depends on how it is handed over.
std::string HowToSign(const Settings::Tlsrpt& tlsrpt, const std::string& domain) {
  const bool by_smtp = tlsrpt.submit == SubmitBy::kSmtp;
  std::string text =
      "Receivers ignore reports that " + domain + " doesn't sign. OpenDKIM: name " + domain +
      " in the SigningTable (or Domain and KeyFile), keep 127.0.0.1 in InternalHosts, "
      "and its socket in Postfix's " +
      (by_smtp ? "smtpd_milters" : "non_smtpd_milters") +
      " or Sendmail's INPUT_MAIL_FILTER. rspamd: a key for " + domain +
      " in local.d/dkim_signing.conf with sign_local = true, and its socket there.";
  const std::string sender = Submitter(ReportSenderOf(tlsrpt));
  if (sender != domain) {
    text += " Signers go by the From field, which is " + sender +
            "'s ([tlsrpt] sender): leave sender empty, or take one of " + domain + ".";
  }
  return text + " See doc/tls-reports.md section 3.";
}

std::string HowToRead(const Settings::Tlsrpt& tlsrpt, const std::string& domain) {
  return "See in the mail log what has become of it. If it is in the mailbox of " +
         tlsrpt.contact_info +
         ", save it with its header and look within a day: tlswarden report read FILE. An alias "
         "that pipes the mail to it needs the right to write to [tlsrpt] received, " +
         tlsrpt.received + ". It has to be signed by " + domain + ".";
}

}  // namespace

std::string FindingText(const Finding& finding) {
  std::string line(ToString(finding.result));
  line.resize(kIndent, ' ');
  line += finding.check;
  if (!finding.object.empty()) line += ' ' + finding.object;
  line += ": " + Printable(finding.text, kMostOctets) + '\n';
  if (finding.to_do.empty()) return line;
  return line + Wrapped(Printable(finding.to_do, kMostOctets), kIndent);
}

json::value FindingsJson(const std::vector<Finding>& findings) {
  json::array all;
  for (const Finding& finding : findings) all.push_back(FindingJson(finding));
  return json::object{{"findings", std::move(all)}};
}

int ExitCodeOf(const std::vector<Finding>& findings) {
  int code = kExitGood;
  for (const Finding& finding : findings) {
    if (finding.result == Finding::Result::kBad) return kExitBadNews;
    if (finding.result == Finding::Result::kUnknown) code = kExitTemporary;
  }
  return code;
}

Finding ResolverFinding(const std::string& server, const DnsReply& reply, TrustAd trust_ad,
                        bool trusts_ad) {
  Finding finding = AnswerFinding(server, reply);
  if (reply.rcode == Rcode::kFailure) return finding;
  if (trust_ad == TrustAd::kNo) {
    finding.result = Finding::Result::kSkipped;
    finding.text = "answers; trust-ad = no, so it doesn't matter whether it validates";
    finding.to_do.clear();
  } else if (finding.result == Finding::Result::kOk && !trusts_ad) {
    finding.result = Finding::Result::kBad;
    finding.text = "validates, but that doesn't count: not all resolvers are on loopback";
    finding.to_do =
        "Without DNSSEC there is no DANE. Install a resolver on this machine that validates, such "
        "as unbound, and name it alone: [resolver] nameserver. Only where nobody can change what "
        "comes from there: trust-ad = yes.";
  }
  return finding;
}

Finding ReportMailFinding(const Settings::Tlsrpt& tlsrpt, const SmtpOutcome& outcome,
                          const std::optional<SelfReport>& seen) {
  const std::string domain = Submitter(tlsrpt.contact_info);
  Finding finding{Finding::Result::kUnknown, "report-mail", tlsrpt.contact_info, "", ""};
  if (outcome.status != SmtpOutcome::Status::kSent) {
    const bool is_final = outcome.status == SmtpOutcome::Status::kPermanent;
    if (is_final) finding.result = Finding::Result::kBad;
    finding.text = std::string(is_final ? "refused: " : "not taken now: ") + outcome.why;
    finding.to_do =
        "The MTA at [tlsrpt] relay has to take our reports, and contact-info has to be an address "
        "that gets mail.";
  } else if (!seen || !seen->came) {
    finding.text = "handed over, but it hasn't come back";
    finding.to_do = HowToRead(tlsrpt, domain);
  } else {
    const bool is_signed = WhoSigns(seen->signatures, domain) == Signed::kYes;
    finding.result = is_signed ? Finding::Result::kOk : Finding::Result::kBad;
    finding.text = DescribeSignatures(seen->signatures, domain);
    finding.signatures = seen->signatures;
    if (!is_signed) finding.to_do = HowToSign(tlsrpt, domain);
  }
  return finding;
}

}  // namespace tlswarden
