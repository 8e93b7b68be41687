#include "daemon/option_binding.h"
#include "daemon/options.h"

namespace tlswarden {
namespace {

constexpr std::int64_t kSecond = 1000;  // ms
constexpr std::int64_t kMinute = 60 * kSecond;

constexpr std::string_view kOnFailureWords = "defer|reject|accept|quarantine";

constexpr Option Reserved(std::string_view section, std::string_view key) {
  return {.section = section, .key = key, .availability = Availability::kReserved};
}

constexpr Option kOptions[] = {
    {.section = "milter",
     .key = "socket",
     .type = ValueType::kMilterAddress,
     .default_text = "unix:/run/tlswarden/milter.sock",
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.milter.socket; }),
     .help =
         "Where the milter listens: unix:PATH, inet:PORT@ADDRESS or inet6:PORT@ADDRESS. A Postfix "
         "in a chroot, Debian's default, needs unix:/var/spool/postfix/tlswarden/milter.sock. "
         "Prefer unix: over TCP a session may wait 40 ms for each command. Empty turns the "
         "milter off."},
    {.section = "milter",
     .key = "socket-mode",
     .type = ValueType::kFileMode,
     .default_text = "0660",
     .binding = Bind([](auto& s) -> auto& { return s.milter.socket_mode; }),
     .help = "The file mode of a unix socket. Whoever may write to it may ask."},
    {.section = "milter",
     .key = "per-message",
     .type = ValueType::kWord,
     .default_text = "off",
     .words = "off|postfix|sendmail",
     .binding = Bind([](auto& s) -> auto& { return s.milter.per_message; }),
     .help =
         "How the delivery learns what a message demands beyond what the policy map answers for "
         "its next hop, by a rule for its sender, say: postfix chooses the transport, sendmail "
         "keeps it in a table that tls_rcpt asks. Both need the files in contrib. With off, "
         "rules can ask for the recipient's domain, next hop and MX hosts only."},
    {.section = "milter",
     .key = "local-domains",
     .type = ValueType::kDomains,
     .repeatable = true,
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.milter.local_domains; }),
     .help = "Domains whose mail stays on this machine, for mail from sendmail(1), where the MTA "
             "doesn't say so."},
    {.section = "milter",
     .key = "messages",
     .type = ValueType::kStore,
     .default_text = "sqlite:/var/lib/tlswarden/messages.db",
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.milter.messages; }),
     .help = "With per-message = sendmail: where it is kept, until the message is delivered, what "
             "TLS a single message demands: sqlite:PATH. The file is made then only."},
    {.section = "socketmap",
     .key = "listen",
     .type = ValueType::kListenAddress,
     .default_text = "inet:127.0.0.1:8642",
     .repeatable = true,
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.socketmap.listen; }),
     .help = "Where TLS policies are looked up: inet:ADDRESS:PORT, inet:[IPV6]:PORT or unix:PATH. "
             "Empty turns the socketmap off."},
    {.section = "socketmap",
     .key = "socket-mode",
     .type = ValueType::kFileMode,
     .default_text = "0666",
     .binding = Bind([](auto& s) -> auto& { return s.socketmap.socket_mode; }),
     .help = "The file mode of unix sockets. Policies are no secret, so all may ask."},
    {.section = "log",
     .key = "facility",
     .type = ValueType::kWord,
     .default_text = "mail",
     .words = "mail|daemon|local0|local1|local2|local3|local4|local5|local6|local7|stderr",
     .binding = Bind([](auto& s) -> auto& { return s.log.facility; }),
     .help = "The syslog facility, or stderr for standard error. Standard error is also used when "
             "/dev/log doesn't exist at start."},
    {.section = "log",
     .key = "format",
     .type = ValueType::kWord,
     .default_text = "text",
     .words = "text|json",
     .binding = Bind([](auto& s) -> auto& { return s.log.format; }),
     .help = "How a decision is written: key=value pairs, or one JSON object with the same keys."},
    {.section = "log",
     .key = "level",
     .type = ValueType::kWord,
     .default_text = "info",
     .words = "error|warning|info|debug",
     .binding = Bind([](auto& s) -> auto& { return s.log.level; }),
     .help = "The least grave level that is written. Decisions are info."},
    {.section = "resolver",
     .key = "nameserver",
     .type = ValueType::kNameServer,
     .repeatable = true,
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.resolver.nameservers; }),
     .help = "A validating resolver: ADDRESS, ADDRESS:PORT or [IPV6]:PORT. Without it, those of "
             "/etc/resolv.conf are asked."},
    {.section = "resolver",
     .key = "trust-ad",
     .type = ValueType::kWord,
     .default_text = "loopback",
     .words = "loopback|yes|no",
     .binding = Bind([](auto& s) -> auto& { return s.resolver.trust_ad; }),
     .help = "Whether an answer's AD bit, by which a resolver says that it is DNSSEC-signed and "
             "valid, is believed: loopback believes it if all name servers are on this machine's "
             "loopback. Say yes only when nobody can change packets on the way to them. Where it "
             "isn't believed there is no DANE."},
    {.section = "resolver",
     .key = "timeout",
     .type = ValueType::kDuration,
     .default_text = "5s",
     .least = 100,
     .most = kMinute,
     .binding = Bind([](auto& s) -> auto& { return s.resolver.timeout; }),
     .help = "How long one try of a DNS question may take."},
    {.section = "resolver",
     .key = "attempts",
     .type = ValueType::kNumber,
     .default_text = "2",
     .least = 1,
     .most = 10,
     .binding = Bind([](auto& s) -> auto& { return s.resolver.attempts; }),
     .help = "How often a DNS question is tried."},
    {.section = "mta-sts",
     .key = "enabled",
     .type = ValueType::kYesNo,
     .default_text = "yes",
     .binding = Bind([](auto& s) -> auto& { return s.mta_sts.enabled; }),
     .help = "Whether MTA-STS policies (RFC 8461) are looked up and honoured."},
    {.section = "mta-sts",
     .key = "ca-file",
     .type = ValueType::kFile,
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.mta_sts.ca_file; }),
     .help = "A PEM file with the CAs that policy hosts are checked against. Empty means the "
             "system's, or what the environment's SSL_CERT_FILE names."},
    {.section = "mta-sts",
     .key = "timeout",
     .type = ValueType::kDuration,
     .default_text = "30s",
     .least = kSecond,
     .most = 5 * kMinute,
     .binding = Bind([](auto& s) -> auto& { return s.mta_sts.timeout; }),
     .help = "How long fetching a policy may take in all. A question that waits leaves at "
             "[outbound] deadline; the fetch goes on and serves the next one."},
    {.section = "mta-sts",
     .key = "allow-private-addresses",
     .type = ValueType::kYesNo,
     .default_text = "no",
     .binding = Bind([](auto& s) -> auto& { return s.mta_sts.allow_private_addresses; }),
     .help = "Whether policies are fetched from loopback and private addresses too. For test "
             "networks: a stranger's DNS could aim such a fetch at your own servers."},
    {.section = "dane",
     .key = "enabled",
     .type = ValueType::kYesNo,
     .default_text = "yes",
     .binding = Bind([](auto& s) -> auto& { return s.dane.enabled; }),
     .help = "Whether TLSA records (RFC 7672) are looked up and honoured."},
    {.section = "cache",
     .key = "store",
     .type = ValueType::kStore,
     .default_text = "sqlite:/var/lib/tlswarden/policies.db",
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.cache.store; }),
     .help = "Where what was learned outlives a restart: sqlite:PATH. Empty keeps it in memory "
             "only; then a restart forgets policies that an attacker may keep you from fetching "
             "again."},
    {.section = "cache",
     .key = "memory-entries",
     .type = ValueType::kNumber,
     .default_text = "100000",
     .least = 1,
     .most = 100'000'000,
     .binding = Bind([](auto& s) -> auto& { return s.cache.memory_entries; }),
     .help =
         "How many domains are kept in memory, at 1.5 KiB each; one with an unusually long policy "
         "counts for several. The store keeps four times as many."},
    {.section = "probe",
     .key = "mode",
     .type = ValueType::kWord,
     .default_text = "never",
     .words = "never|required|always",
     .binding = Bind([](auto& s) -> auto& { return s.probe.mode; }),
     .help =
         "When tlswarden connects to MX hosts to see whether their TLS is as demanded, before it "
         "says yes to a message: required does so where TLS is demanded, always also for "
         "MTA-STS policies in testing mode. Port 25 must be open for it. What is private or "
         "loopback isn't visited unless [mta-sts] allow-private-addresses says so."},
    {.section = "probe",
     .key = "timeout",
     .type = ValueType::kDuration,
     .default_text = "10s",
     .least = 100,
     .most = kMinute,
     .binding = Bind([](auto& s) -> auto& { return s.probe.timeout; }),
     .help = "How long a look at one MX host may take. A question that waits leaves at [outbound] "
             "deadline; the look goes on and serves the next one."},
    {.section = "probe",
     .key = "max-age",
     .type = ValueType::kDuration,
     .default_text = "1h",
     .least = kMinute,
     .most = 24 * 60 * kMinute,
     .binding = Bind([](auto& s) -> auto& { return s.probe.max_age; }),
     .help = "How long a look that found all in order counts. One that didn't counts five minutes, "
             "and longer if it is so again."},
    {.section = "probe",
     .key = "source-address",
     .type = ValueType::kIpAddress,
     .repeatable = true,
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.probe.source_addresses; }),
     .help = "The IP address that looks come from, one for IPv4 and one for IPv6: best that of the "
             "MTA. Empty leaves it to the system."},
    {.section = "probe",
     .key = "helo-name",
     .type = ValueType::kHostName,
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.probe.helo_name; }),
     .help = "The name for EHLO. Empty means this machine's host name."},
    {.section = "probe",
     .key = "per-minute",
     .type = ValueType::kNumber,
     .default_text = "120",
     .least = 1,
     .most = 100'000,
     .binding = Bind([](auto& s) -> auto& { return s.probe.per_minute; }),
     .help =
         "How many looks may begin in a minute. Beyond it, and beyond six at one host, messages "
         "are judged without."},
    {.section = "outbound",
     .key = "mode",
     .type = ValueType::kWord,
     .default_text = "enforce",
     .words = "enforce|observe|off",
     .binding = Bind([](auto& s) -> auto& { return s.outbound.mode; }),
     .help = "What happens to mail that can't be delivered as the recipient's domain demands: "
             "enforce holds it back, observe only logs what would have been done, off doesn't "
             "ask."},
    {.section = "outbound",
     .key = "on-failure",
     .type = ValueType::kWord,
     .default_text = "defer",
     .words = kOnFailureWords,
     .binding = Bind([](auto& s) -> auto& { return s.outbound.on_failure; }),
     .help = "When a demand can't be met: defer (4xx), reject (5xx), accept and leave it to "
             "the MTA's own TLS policy, or quarantine (the MTA holds the message for a person)."},
    {.section = "outbound",
     .key = "deadline",
     .type = ValueType::kDuration,
     .default_text = "8s",
     .least = 100,
     .most = 24 * kSecond,
     .binding = Bind([](auto& s) -> auto& { return s.outbound.deadline; }),
     .help = "How long the MTA may be kept waiting for an answer. Postfix gives up after 30 "
             "seconds, so less than 25 are allowed."},
    {.section = "outbound",
     .key = "all-or-none",
     .type = ValueType::kYesNo,
     .default_text = "no",
     .binding = Bind([](auto& s) -> auto& { return s.outbound.all_or_none; }),
     .help =
         "Whether a message is refused for all its recipients when it can't be delivered to one "
         "of them as demanded. Otherwise the others get it."},
    {.section = "outbound",
     .key = "tls-required-no",
     .type = ValueType::kWord,
     .default_text = "honour",
     .words = "honour|ignore",
     .binding = Bind([](auto& s) -> auto& { return s.outbound.tls_required_no; }),
     .help = "Whether a message with the header TLS-Required: No (RFC 8689) goes without regard to "
             "what its recipients' domains publish, where no rule demands more."},
    {.section = "outbound",
     .key = "remember-tls",
     .type = ValueType::kWord,
     .default_text = "warn",
     .words = "warn|off|require",
     .binding = Bind([](auto& s) -> auto& { return s.outbound.remember_tls; }),
     .help =
         "What is done for domains that publish nothing, but had TLS on several days: warn says "
         "so once when mail suddenly goes there without, require lets it wait instead. A rule "
         "with require = none, or `tlswarden cache purge DOMAIN`, lets a domain go; four weeks "
         "after its last session with TLS it is forgotten."},
    {.section = "outbound",
     .key = "learn",
     .type = ValueType::kYesNo,
     .default_text = "no",
     .binding = Bind([](auto& s) -> auto& { return s.outbound.learn; }),
     .help =
         "Whether a recipient is deferred or refused, as on-failure says, when the demanded TLS "
         "has failed at every MX host of the domain within the last hour, and in no session "
         "since. Mail that the MTA has already is tried on."},
    {.section = "outbound",
     .key = "notify",
     .type = ValueType::kMailAddress,
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.outbound.notify; }),
     .help = "Who gets a mail when a domain is newly blocked, with what is wrong and what to do: "
             "at most one a day for each domain, and 100 in all. Empty sends none. A domain of "
             "your own is best; mail about the address' own domain isn't sent."},
    {.section = "outbound",
     .key = "would-log",
     .type = ValueType::kStore,
     .default_text = "sqlite:/var/lib/tlswarden/would.db",
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.outbound.would_log; }),
     .help = "Where is counted what enforcement would have refused, for `tlswarden status "
             "--would`: sqlite:PATH. The file is made when there is something to count, in "
             "observe mode or by an MTA-STS policy in testing mode. Empty turns it off."},
    {.section = "notify",
     .key = "relay",
     .type = ValueType::kListenAddress,
     .default_text = "inet:127.0.0.1:25",
     .binding = Bind([](auto& s) -> auto& { return s.notify.relay; }),
     .help = "The MTA that takes our mail, by SMTP without TLS: inet:ADDRESS:PORT or unix:PATH."},
    {.section = "notify",
     .key = "sender",
     .type = ValueType::kMailAddress,
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.notify.sender; }),
     .help = "The sender of the envelope. Empty is <>, so that nothing can bounce."},
    {.section = "inbound",
     .key = "mode",
     .type = ValueType::kWord,
     .default_text = "observe",
     .words = "enforce|observe|off",
     .binding = Bind([](auto& s) -> auto& { return s.inbound.mode; }),
     .help = "What happens to mail whose session falls short of minimum-tls or of a rule: enforce "
             "refuses it, observe only logs what would have been done, off doesn't look."},
    {.section = "inbound",
     .key = "minimum-tls",
     .type = ValueType::kWord,
     .default_text = "1.2",
     .words = kTlsVersionWords,
     .binding = Bind([](auto& s) -> auto& { return s.inbound.minimum_tls; }),
     .help = "The oldest version of TLS that clients may use where no rule says otherwise; none "
             "takes mail without TLS, too. Clients on this machine may do as they like."},
    {.section = "inbound",
     .key = "on-failure",
     .type = ValueType::kWord,
     .default_text = "reject",
     .words = kOnFailureWords,
     .binding = Bind([](auto& s) -> auto& { return s.inbound.on_failure; }),
     .help = "When a session falls short: as in [outbound]."},
    {.section = "inbound",
     .key = "received-tls-header",
     .type = ValueType::kYesNo,
     .default_text = "no",
     .binding = Bind([](auto& s) -> auto& { return s.inbound.received_tls_header; }),
     .help = "Whether each message gets a header X-Tlswarden-Received, for its reader: with a line "
             "for each hop, newest first, that says whether it used TLS. All but the first are "
             "what other servers claim. Such headers of others are removed."},
    Reserved("cache", "shared"),
    Reserved("metrics", "listen"),

};

constexpr SectionHelp kSections[] = {
    {"milter", "The milter, which the MTA asks about each message and recipient."},
    {"socketmap", "TLS policy lookups: smtp_tls_policy_maps of Postfix, FEATURE(sts) of Sendmail."},
    {"log", "One line for each decision."},
    {"resolver", "DNS."},
    {"mta-sts", "Policies that domains publish on a web server."},
    {"dane", "Certificates that domains publish in signed DNS."},
    {"cache", "What is remembered."},
    {"probe", "Looks at the TLS of MX hosts. No mail is begun."},
    {"outbound", "Mail on its way out."},
    {"inbound", "Mail that clients bring in."},
    {"notify", "Mail to the administrator."},
    {"tlsrpt", "How TLS sessions went: counted, shown, and reported to the domains (RFC 8460)."},
    {"rule",
     "Demands or exceptions of your own, each in a section [rule.NAME]. The first rule of a "
     "direction, in the file's order, that matches a message and recipient counts. Of several "
     "values "
     "of one key any may match; all keys that are given must match; without any the rule is for "
     "all "
     "mail. NAME appears in the log: letters, digits, hyphens and underscores, not \"default\"."},
};

}  // namespace

std::span<const Option> SectionOptions() { return kOptions; }

std::span<const SectionHelp> Sections() { return kSections; }

}  // namespace tlswarden
