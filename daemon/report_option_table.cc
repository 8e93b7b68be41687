// The keys of [tlsrpt]: the part of the option table that is about reports (RFC 8460).
#include "daemon/option_binding.h"
#include "daemon/options.h"

namespace tlswarden {
namespace {

constexpr std::int64_t kHour = 60 * 60 * 1000;  // ms
constexpr std::int64_t kDay = 24 * kHour;

constexpr Option kReportOptions[] = {
    {.section = "tlsrpt",
     .key = "socket",
     .type = ValueType::kFile,
     .default_text = "/run/tlswarden/tlsrpt.sock",
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.socket; }),
     .help = "Where Postfix 3.10 and newer tells how its TLS sessions went (smtp_tlsrpt_enable, "
             "smtp_tlsrpt_socket_name). A Postfix in a chroot needs "
             "/var/spool/postfix/tlswarden/tlsrpt.sock. Empty turns it off."},
    {.section = "tlsrpt",
     .key = "socket-mode",
     .type = ValueType::kFileMode,
     .default_text = "0660",
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.socket_mode; }),
     .help = "The file mode of the socket. Whoever may write to it may tell of sessions that never "
             "were."},
    {.section = "tlsrpt",
     .key = "mail-log",
     .type = ValueType::kMailLog,
     .default_text = "off",
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.mail_log; }),
     .help =
         "For an older Postfix and for Sendmail, which tell no socket: their sessions are read "
         "from the mail log, journal or /var/log/mail.log, say. Postfix needs smtp_tls_loglevel = "
         "1. Where Postfix sends datagrams as well, those count."},
    {.section = "tlsrpt",
     .key = "ledger",
     .type = ValueType::kStore,
     .default_text = "sqlite:/var/lib/tlswarden/ledger.db",
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.ledger; }),
     .help = "Where sessions are counted for each day and domain: sqlite:PATH. Empty counts "
             "nothing, so nothing is reported or remembered."},
    {.section = "tlsrpt",
     .key = "keep",
     .type = ValueType::kDuration,
     .default_text = "30d",
     .least = 2 * kDay,
     .most = 400 * kDay,
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.keep; }),
     .help = "How long the counts of a day are kept."},
    {.section = "tlsrpt",
     .key = "received",
     .type = ValueType::kStore,
     .default_text = "sqlite:/var/lib/tlswarden/received.db",
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.received; }),
     .help = "Where `tlswarden report read` keeps what others report about us: sqlite:PATH. Who "
             "runs it must be allowed to write there."},
    {.section = "tlsrpt",
     .key = "send",
     .type = ValueType::kYesNo,
     .default_text = "no",
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.send; }),
     .help = "Whether each domain that asks for reports (a TXT record at _smtp._tls) is sent one "
             "for each day. Reports must be signed by DKIM: the relay has to do it. Needs "
             "organization-name and contact-info."},
    {.section = "tlsrpt",
     .key = "organization-name",
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.organization_name; }),
     .help = "Who reports, for people: Example Inc."},
    {.section = "tlsrpt",
     .key = "contact-info",
     .type = ValueType::kMailAddress,
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.contact_info; }),
     .help = "Whom the receiver of a report may ask. Its domain is the submitter's, which must be "
             "the one that signs."},
    {.section = "tlsrpt",
     .key = "sender",
     .type = ValueType::kMailAddress,
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.sender; }),
     .help = "The sender of mailed reports, in envelope and header. Empty: contact-info."},
    {.section = "tlsrpt",
     .key = "submit",
     .type = ValueType::kWord,
     .default_text = "smtp",
     .words = "smtp|sendmail",
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.submit; }),
     .help = "How mailed reports leave: smtp hands them to the relay, sendmail to "
             "/usr/sbin/sendmail, which Postfix's postdrop refuses to a service with "
             "NoNewPrivileges, as ours has."},
    {.section = "tlsrpt",
     .key = "relay",
     .type = ValueType::kListenAddress,
     .default_text = "inet:127.0.0.1:25",
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.relay; }),
     .help = "The MTA that takes and signs mailed reports, by SMTP without TLS: inet:ADDRESS:PORT "
             "or unix:PATH."},
    {.section = "tlsrpt",
     .key = "spread",
     .type = ValueType::kDuration,
     .default_text = "4h",
     .least = 0,
     .most = 12 * kHour,
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.spread; }),
     .help = "The reports of a day leave within so long after its end (UTC), each at its own time, "
             "so that receivers aren't met by all of the world at midnight."},
    {.section = "tlsrpt",
     .key = "queue",
     .type = ValueType::kStore,
     .default_text = "sqlite:/var/lib/tlswarden/reports.db",
     .binding = Bind([](auto& s) -> auto& { return s.tlsrpt.queue; }),
     .help = "Which reports have been sent, and which wait: sqlite:PATH."},
};

}  // namespace

std::span<const Option> ReportOptions() { return kReportOptions; }

}  // namespace tlswarden
