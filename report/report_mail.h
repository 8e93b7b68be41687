// report_mail: the mail that carries a report to the domain that it is about (RFC 8460
// section 5.3), and the names that a report goes by.
//
// Pure: time, addresses and Message-ID are arguments. Nothing from outside can add a header field.
#ifndef TLSWARDEN_REPORT_REPORT_MAIL_H_
#define TLSWARDEN_REPORT_REPORT_MAIL_H_

#include <string>
#include <string_view>

#include "policy/time.h"
#include "report/tls_report.h"

namespace tlswarden {

// The domain of an address, as A-labels: TLS-Report-Submitter, which must be contact-info's
// (RFC 8460 section 5.3). Empty: the address has none.
std::string Submitter(std::string_view contact_info);

// "corp.example!bank.example!1795478400!1795564799.json.gz": RFC 8460 section 5.1. Whatever the
// names hold, the file's name is made of letters, digits and "-._!".
std::string ReportFileName(std::string_view submitter, std::string_view domain, Time begin,
                           Time end);

struct ReportMailContext {
  std::string domain;  // that the report is about and goes to, as A-labels
  std::string to;      // a plain address (smtp_submit.h)
  std::string from;    // likewise; its domain signs the mail, and should be contact-info's
  std::string host;    // this machine's name, for Message-ID
  std::string unique;  // the left side of the Message-ID: letters, digits, dots
  Time now{};
  std::string purpose = {};  // what the text says it is for; empty: that the domain asks for it
};

// The whole message, lines ending in LF, at most 998 octets each, US-ASCII. `packed` is the report
// as JSON, gzipped, which goes along as it is; `report` is the same, for the text. It isn't signed:
// the MTA does that (RFC 8460 section 5.3 wants DKIM). `TLS-Required: No` (RFC 8689 section 5) lets
// it through where TLS is what is broken, and keeps Postfix from counting its session.
std::string ComposeReportMail(const TlsReport& report, std::string_view packed,
                              const ReportMailContext& context);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_REPORT_MAIL_H_
