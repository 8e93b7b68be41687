#include "daemon/option_binding.h"
#include "daemon/options.h"

namespace tlswarden {
namespace {

constexpr std::int64_t kSecond = 1000;  // ms
constexpr std::int64_t kMinute = 60 * kSecond;

constexpr std::string_view kOnFailureWords = "defer|reject|accept";

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
     .key = "messages",
     .type = ValueType::kStore,
     .default_text = "sqlite:/var/lib/tlswarden/messages.db",
     .may_be_empty = true,
     .binding = Bind([](auto& s) -> auto& { return s.milter.messages; }),
     .help = "Where it is kept, until the message is delivered, what TLS a single message demands, "
             "for an MTA that asks back (Sendmail): sqlite:PATH. Empty turns it off."},
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
     .help = "When a demand can't be met: defer (4xx), reject (5xx), or accept and leave it to "
             "the MTA's own TLS policy."},
    {.section = "outbound",
     .key = "deadline",
     .type = ValueType::kDuration,
     .default_text = "8s",
     .least = 100,
     .most = 24 * kSecond,
     .binding = Bind([](auto& s) -> auto& { return s.outbound.deadline; }),
     .help = "How long the MTA may be kept waiting for an answer. Postfix gives up after 30 "
             "seconds, so less than 25 are allowed."},
    {.section = "rule",
     .key = "recipient-domain",
     .type = ValueType::kDomains,
     .repeatable = true,
     .help = "The recipients' domains that the rule is for: example.com is that domain only, "
             "*.example.com every name below it. Several stand on one line, with blanks or commas "
             "between, or on lines of their own. Required."},
    {.section = "rule",
     .key = "require",
     .type = ValueType::kWord,
     .words = "none|published|encrypt|authenticated|dane",
     .help = "What delivery to these domains must have: none (an exception: not even what the "
             "domain publishes), published (as without a rule), encrypt (TLS with anybody, if the "
             "domain publishes nothing better), authenticated (DANE or an enforced MTA-STS "
             "policy), dane (DANE on every host). Required."},
    {.section = "rule",
     .key = "on-failure",
     .type = ValueType::kWord,
     .words = kOnFailureWords,
     .help = "As in [outbound], for this rule only. Default: what [outbound] says."},
    {.section = "rule",
     .key = "direction",
     .type = ValueType::kWord,
     .default_text = "outbound",
     .words = "outbound|inbound",
     .help = "Which mail the rule is for. This version has no inbound rules: such a section is "
             "read and has no effect."},
    Reserved("outbound", "remember-tls"),
    Reserved("cache", "shared"),
    Reserved("tlsrpt", "socket"),
    Reserved("tlsrpt", "mail-log"),
    Reserved("tlsrpt", "organization-name"),
    Reserved("tlsrpt", "contact-info"),
    Reserved("tlsrpt", "sender"),
    Reserved("tlsrpt", "send"),
    Reserved("metrics", "listen"),
    Reserved("probe", "mode"),
    Reserved("probe", "timeout"),
    Reserved("probe", "max-age"),
    Reserved("inbound", "mode"),
    Reserved("inbound", "minimum-tls"),
};

constexpr SectionHelp kSections[] = {
    {"milter", "The milter, which the MTA asks about each message and recipient."},
    {"socketmap", "TLS policy lookups: smtp_tls_policy_maps of Postfix, FEATURE(sts) of Sendmail."},
    {"log", "One line for each decision."},
    {"resolver", "DNS."},
    {"mta-sts", "Policies that domains publish on a web server."},
    {"dane", "Certificates that domains publish in signed DNS."},
    {"cache", "What is remembered."},
    {"outbound", "Mail on its way out."},
    {"rule",
     "Demands or exceptions of your own, each in a section [rule.NAME]. The first rule in "
     "the file's order that matches a recipient's domain counts. NAME appears in the log: "
     "letters, digits, hyphens and underscores, not \"default\"."},
};

}  // namespace

std::span<const Option> Options() { return kOptions; }

std::span<const SectionHelp> Sections() { return kSections; }

}  // namespace tlswarden
