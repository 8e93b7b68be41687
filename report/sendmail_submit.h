// SubmitBySendmail: hands one message to the MTA by its sendmail command, where no SMTP listens on
// this machine.
//
// Blocks, within SendmailOptions::whole; for a thread of its own. No shell: the program gets its
// arguments as they are, an environment of PATH alone, and no descriptor of ours.
//
// Postfix's sendmail starts postdrop, which is setgid; under NoNewPrivileges=yes, as in our
// hardened unit, that has no effect, and each try ends with "postdrop: … Permission denied". Use
// SMTP there, or a unit without that line. Sendmail's own command is setgid, too.
#ifndef TLSWARDEN_REPORT_SENDMAIL_SUBMIT_H_
#define TLSWARDEN_REPORT_SENDMAIL_SUBMIT_H_

#include <chrono>
#include <string>

#include "report/smtp_submit.h"

namespace tlswarden {

struct SendmailOptions {
  std::string path = "/usr/sbin/sendmail";
  std::chrono::milliseconds whole{60000};  // then it is killed, with its children
};

// Runs `PATH -t -i -f SENDER` with the message on its standard input. The recipients are those of
// the message's To field; mail.recipients must say the same. Exit codes of sysexits.h: 0 is sent;
// EX_DATAERR, EX_NOUSER and EX_NOHOST are permanent, all others temporary, since a person may heal
// them. `why` ends with the first line that the program has said.
SmtpOutcome SubmitBySendmail(const SmtpMail& mail, const SendmailOptions& options = {});

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_SENDMAIL_SUBMIT_H_
