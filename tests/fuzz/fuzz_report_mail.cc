// A file or mail that strangers sent to the address of a `rua`: reading ends, is bounded, and has a
// report or an error that can be shown. Whatever a report holds, our mail of it has our fields
// only, and is read back.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/domain.h"
#include "report/dkim_signature.h"
#include "report/gzip.h"
#include "report/mime.h"
#include "report/report_json.h"
#include "report/report_mail.h"
#include "report/report_reader.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;

void CheckSignature(std::string_view field) {
  const Result<DkimSignature> signature = ParseDkimSignature(field);
  if (!signature) {
    Check(!signature.error().empty() && signature.error().size() < 100, "an error");
    return;
  }
  const std::string& domain = signature->domain;
  Check(ParseDomain(domain).value().ascii == domain, "a domain", domain);
  Check(domain.find('.') == std::string::npos || SignsFor(*signature, "x." + domain), "is below");
  for (const char c : ToString(*signature)) Check(c >= 0x20 && c <= 0x7e, "printable ASCII");
}

void CheckMime(std::string_view octets) {
  CheckSignature(octets);
  const Result<MimeMail> mail = ReadMime(octets);
  if (!mail) return;
  Check(mail->dkim_signatures.size() <= kMaxDkimSignatures, "signatures are bounded");
  for (const std::string& field : mail->dkim_signatures) {
    Check(field.size() <= kMaxMimeFieldOctets, "a field is bounded");
    CheckSignature(field);
  }
  Check(mail->parts.size() <= kMaxMimeParts, "parts are bounded");
  for (const MimePart& part : mail->parts) {
    Check(part.body.data() >= octets.data() &&
              part.body.data() + part.body.size() <= octets.data() + octets.size(),
          "a part lies in the mail");
    const Result<std::string> body = DecodedBody(part);
    Check(!body || body->size() <= part.body.size(), "decoding makes nothing longer");
  }
}

// The texts of a stranger's report, as if they were our own.
void CheckOurMail(const ReceivedReport& received) {
  const TlsReport& report = received.report;
  const std::string& some = report.organization_name;
  const std::string mail = ComposeReportMail(
      report, Gzip(ToJson(report)), {some, report.contact_info, report.report_id, some, some, {}});
  std::size_t fields = 0;
  bool in_header = true;
  for (std::size_t at = 0; at < mail.size();) {
    const std::size_t end = mail.find('\n', at);
    Check(end != std::string::npos, "the last line ends");
    const std::string_view line(mail.data() + at, end - at);
    Check(line.size() <= 998 && line != ".", "a line of mail", line);
    for (const char c : line) Check(c >= 0x20 && c <= 0x7e, "printable ASCII", line);
    in_header = in_header && !line.empty();
    fields += in_header && line[0] != ' ' ? 1 : 0;
    at = end + 1;
  }
  Check(fields == 11, "our fields only", mail);
  const Result<std::vector<ReceivedReport>> again = ReadReports(mail);
  Check(again.ok() && again->size() == 1, "our mail has one report", mail);
  Check(ToJson((*again)[0].report).size() > 0, "which can be written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  CheckMime(octets);
  const Result<std::vector<ReceivedReport>> reports = ReadReports(octets);
  if (!reports) {
    Check(!reports.error().empty() && reports.error().size() < 300, "an error", reports.error());
    for (const char c : reports.error()) Check(c >= 0x20 && c <= 0x7e, "one line", reports.error());
    return 0;
  }
  Check(!reports->empty(), "a report");
  for (const ReceivedReport& each : *reports) {
    const std::string& from = each.from_domain;
    Check(from.empty() || ParseDomain(from).value().ascii == from, "a domain", from);
  }
  CheckOurMail(reports->front());
  return 0;
}
