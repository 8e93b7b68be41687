#include "report/report_mail.h"

#include <algorithm>

#include "policy/ascii.h"
#include "policy/mail_address.h"
#include "report/base64.h"
#include "report/gzip.h"
#include "report/i_json.h"
#include "report/mail_text.h"
#include "report/report_json.h"

namespace tlswarden {
namespace {

// Neither base64 nor a line of our text begins so.
constexpr std::string_view kBoundary = "=_tlswarden_report";
constexpr std::size_t kMostToldDetails = 20;  // the rest is in the file
constexpr std::size_t kMaxToldOctets = 400;

// A name that needs no quoting in a file's name, a header or a Message-ID.
std::string PlainName(std::string_view text) {
  std::string name(text.substr(0, kMaxDomainOctets));
  for (char& c : name) {
    if (!IsAlnum(c) && c != '-' && c != '.' && c != '_') c = '-';
  }
  return name;
}

// As OneLine, but letters of all languages stay.
std::string ToldText(std::string_view text) {
  std::string told = IJsonText(text, kMaxToldOctets);
  for (char& c : told) {
    if ((c >= 0 && c < 0x20) || c == 0x7f) c = '?';
  }
  return told;
}

// RFC 8460 section 5.3 allows a fold at each blank.
std::string Subject(const TlsReport& report, const std::string& domain,
                    const std::string& submitter) {
  std::string id = OneLine(report.report_id);
  std::erase_if(id, [](char c) { return c == '<' || c == '>' || c == ' '; });
  return Wrapped(
      "Subject: ", " ",
      "Report Domain: " + domain + " Submitter: " + submitter + " Report-ID: <" + id + '>');
}

std::string Header(const TlsReport& report, const ReportMailContext& context) {
  const std::string domain = PlainName(context.domain);
  const std::string submitter = Submitter(report.contact_info);
  return "Date: " + MailDate(context.now) + "\nFrom: <" + OneLine(context.from) + ">\nTo: <" +
         OneLine(context.to) + ">\n" + Subject(report, domain, submitter) + "Message-ID: <" +
         PlainName(context.unique) + '@' + PlainName(context.host) +
         ">\nTLS-Report-Domain: " + domain + "\nTLS-Report-Submitter: " + submitter +
         "\nAuto-Submitted: auto-generated\nTLS-Required: No\nMIME-Version: 1.0\n"
         "Content-Type: multipart/report; report-type=\"tlsrpt\";\n boundary=\"" +
         std::string(kBoundary) + "\"\n\n";
}

std::string Sessions(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " session" : " sessions");
}

std::string Failures(const TlsReport& report) {
  std::string text;
  std::size_t told = 0;
  for (const PolicyTally& tally : report.policies) {
    for (const FailureDetail& detail : tally.details) {
      if (++told > kMostToldDetails) continue;
      std::string line = ToldText(detail.result_type) + ": " + Sessions(detail.sessions);
      if (!detail.receiving_mx_hostname.empty()) {
        line += " with " + ToldText(detail.receiving_mx_hostname);
      }
      if (!detail.failure_reason_code.empty()) {
        line += " (" + ToldText(detail.failure_reason_code) + ')';
      }
      text += Wrapped("- ", "  ", line);
    }
  }
  if (told > kMostToldDetails) {
    text += Wrapped("- ", "  ",
                    "and " + std::to_string(told - kMostToldDetails) + " more, in the file");
  }
  return text.empty() ? text : "What failed:\n\n" + text + "\n";
}

std::string Text(const TlsReport& report, const ReportMailContext& context) {
  const std::string domain = PlainName(context.domain);
  std::int64_t good = 0, failed = 0;
  for (const PolicyTally& tally : report.policies) {
    good += std::clamp<std::int64_t>(tally.successes, 0, kMaxIJsonInteger);
    failed += std::clamp<std::int64_t>(tally.failures, 0, kMaxIJsonInteger);
  }
  const std::string what = "This is a report about the TLS of mail that our servers sent to " +
                           domain + " (RFC 8460). The attached file has all of it, for a program.";
  const std::string why =
      "You get it because of the TXT record _smtp._tls." + domain + ", which names this address.";
  return Paragraph(what) + NamedLines("domain", domain) +
         NamedLines("from", ToldText(report.organization_name)) +
         NamedLines("contact", ToldText(report.contact_info)) +
         NamedLines("begins", ToString(report.begin)) + NamedLines("ends", ToString(report.end)) +
         NamedLines("good", Sessions(good)) + NamedLines("failed", Sessions(failed)) + "\n" +
         Failures(report) + Paragraph(context.purpose.empty() ? why : context.purpose);
}

std::string TextPart(const std::string& text) {
  const bool is_ascii = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; });
  const std::string type = "Content-Type: text/plain; charset=";
  if (is_ascii) return type + "us-ascii\n\n" + text;
  return type + "utf-8\nContent-Transfer-Encoding: base64\n\n" + EncodeBase64(text);
}

}  // namespace

std::string Submitter(std::string_view contact_info) {
  return ParseMailAddress(contact_info).domain.ascii;
}

std::string ReportFileName(std::string_view submitter, std::string_view domain, Time begin,
                           Time end) {
  return PlainName(submitter) + '!' + PlainName(domain) + '!' + std::to_string(Seconds(begin)) +
         '!' + std::to_string(Seconds(end)) + ".json.gz";
}

std::string ComposeReportMail(const TlsReport& report, std::string_view packed,
                              const ReportMailContext& context) {
  const std::string boundary = "--" + std::string(kBoundary);
  const std::string file =
      ReportFileName(Submitter(report.contact_info), context.domain, report.begin, report.end);
  return Header(report, context) + boundary + '\n' + TextPart(Text(report, context)) + boundary +
         "\nContent-Type: application/tlsrpt+gzip\nContent-Transfer-Encoding: base64\n" +
         "Content-Disposition: attachment;\n filename=\"" + file + "\"\n\n" + EncodeBase64(packed) +
         boundary + "--\n";
}

}  // namespace tlswarden
