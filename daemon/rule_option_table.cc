// The keys of [rule.NAME]: the part of the option table that rule_keys.cc reads and writes.
#include "daemon/option_binding.h"
#include "daemon/options.h"

namespace tlswarden {
namespace {

constexpr Option kRuleOptions[] = {
    {.section = "rule",
     .key = "direction",
     .type = ValueType::kWord,
     .default_text = "outbound",
     .words = "outbound|inbound",
     .help = "Which mail the rule is for: that on its way out, which require and its like are for, "
             "or that which clients bring in, of whose session something is demanded."},
    {.section = "rule",
     .key = "recipient-domain",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help =
         "The recipients' domains that the rule is for: example.com is that domain only, "
         "*.example.com every name below it, example.com/* both. Several stand on one line, with "
         "blanks or commas between, or on lines of their own. @/PATH is a file with one on each "
         "line, read again when it changes."},
    {.section = "rule",
     .key = "recipient",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help = "Recipients: user@example.com, without regard to case, or a domain as above; or "
             "@/PATH."},
    {.section = "rule",
     .key = "sender-domain",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help = "Domains of the envelope's sender, as in recipient-domain. The null sender of bounces "
             "has none."},
    {.section = "rule",
     .key = "sender",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help = "Senders of the envelope, as in recipient; <> is the null sender."},
    {.section = "rule",
     .key = "next-hop",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help = "Where the MTA delivers to: a domain, as in recipient-domain, or exactly what the MTA "
             "writes with a port or brackets: [relay.example.com]:587. Or @/PATH."},
    {.section = "rule",
     .key = "mx-host",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help = "Names of MX hosts, for all domains of a provider: *.mail.protection.outlook.com. All "
             "hosts of a domain must be among them. Behind MX records that aren't signed, which "
             "somebody may forge, such a rule can't be an exception (require = none), and yields "
             "to the next rule that matches if that demands more; nor can it hold a forger, whose "
             "hosts it doesn't match. Or @/PATH."},
    {.section = "rule",
     .key = "transport",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help = "Names of the MTA's transports or mailers; * and ? are wildcards."},
    {.section = "rule",
     .key = "client-address",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help = "Addresses or networks of the client that brings the message: 192.0.2.1, "
             "2001:db8::/32. Or @/PATH."},
    {.section = "rule",
     .key = "client-name",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help = "Names of the client, as in recipient-domain, if DNS confirms them both ways. Or "
             "@/PATH."},
    {.section = "rule",
     .key = "authenticated",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help = "yes: the client has logged in; no: it hasn't; or login names, or @/PATH."},
    {.section = "rule",
     .key = "listener",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help = "Where the message came in: the MTA's name for its daemon, or a port."},
    {.section = "rule",
     .key = "header",
     .type = ValueType::kText,
     .repeatable = true,
     .help = "A header of the message, one on each line, as NAME: PATTERN, without regard to case; "
             "* and ? are wildcards, brackets stand for themselves: Subject: *[secure]*. One that "
             "matches is enough."},
    {.section = "rule",
     .key = "require",
     .type = ValueType::kWord,
     .words = "none|published|encrypt|authenticated|dane|pinned",
     .help = "What delivery must have: none (an exception: not even what the domain publishes), "
             "published (as without a rule), encrypt (TLS with anybody, if the domain publishes "
             "nothing better), authenticated (DANE or an enforced MTA-STS policy), dane (DANE on "
             "every host), pinned (a certificate as match or fingerprint says, for partners that "
             "publish nothing). Required in outbound rules."},
    {.section = "rule",
     .key = "match",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help = "With require = pinned: names of which one must be on the server's certificate: "
             "mx.example.com, or *.example.com for all below."},
    {.section = "rule",
     .key = "fingerprint",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help =
         "With require = pinned: SHA-256 fingerprints of the server's certificate or public key, "
         "in hexadecimal, with or without colons."},
    {.section = "rule",
     .key = "minimum-tls",
     .type = ValueType::kWord,
     .words = kTlsVersionWords,
     .help = "The oldest version of TLS that is good enough. In an inbound rule, none makes an "
             "exception from [inbound] minimum-tls; in an outbound one, require must be encrypt or "
             "better."},
    {.section = "rule",
     .key = "ciphers",
     .type = ValueType::kWord,
     .words = "high|medium|low",
     .help =
         "The least grade of ciphers, as smtp_tls_mandatory_ciphers of Postfix has them; require "
         "must be encrypt or better. Default: what the MTA says."},
    {.section = "rule",
     .key = "minimum-bits",
     .type = ValueType::kNumber,
     .least = 1,
     .most = 4096,
     .help = "Inbound: how strong the session's cipher must be, in bits."},
    {.section = "rule",
     .key = "deny-cipher",
     .type = ValueType::kEntries,
     .repeatable = true,
     .help =
         "Inbound: ciphers that aren't good enough, by OpenSSL's names; * and ? are wildcards."},
    {.section = "rule",
     .key = "client-certificate",
     .type = ValueType::kWord,
     .words = "any|trusted",
     .help = "Inbound: the client must show a certificate, any, or one that the MTA trusts."},
    {.section = "rule",
     .key = "certificate-subject",
     .type = ValueType::kText,
     .repeatable = true,
     .help =
         "Inbound: whom the client's certificate must name, one on each line; it must be "
         "trusted, too. * and ? are wildcards. Postfix tells the common name, Sendmail the whole "
         "subject."},
    {.section = "rule",
     .key = "certificate-issuer",
     .type = ValueType::kText,
     .repeatable = true,
     .help = "Inbound: who must have issued the client's certificate, in the same form."},
    {.section = "rule",
     .key = "on-failure",
     .type = ValueType::kText,
     .help = "As in [outbound] or [inbound], for this rule only, or route:TRANSPORT, by which "
             "Postfix sends the message elsewhere, to an encryption gateway, say; a next hop may "
             "follow: route:smtp:[gateway.example.com]:10025. Default: what the section says."},
    {.section = "rule",
     .key = "mode",
     .type = ValueType::kWord,
     .words = "enforce|observe",
     .help = "observe: the rule only logs what it would have done, and the next one that matches "
             "counts. Default: what the section says."},
    {.section = "rule",
     .key = "reply",
     .type = ValueType::kText,
     .help = "What the sender reads when the message is refused, instead of our own sentence, in "
             "ASCII. {recipient}, {domain}, {reason}, {result-type}, {rule}, {mx-host} and "
             "{info-url} are filled in."},
    {.section = "rule",
     .key = "info-url",
     .type = ValueType::kText,
     .help = "A web page that says more; it stands at the end of the reply."},
    {.section = "rule",
     .key = "until",
     .type = ValueType::kText,
     .help = "When the rule ends by itself, in UTC: 2027-06-30, the beginning of that day, or "
             "2027-06-30T18:00:00Z. For exceptions that nobody forgets."},
    {.section = "rule",
     .key = "notify",
     .type = ValueType::kText,
     .help = "A mail address that is told when the rule begins to hold back a domain's mail."},
};

}  // namespace

std::span<const Option> RuleOptions() { return kRuleOptions; }

}  // namespace tlswarden
