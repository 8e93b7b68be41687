#include "daemon/print.h"

#include <span>
#include <string_view>

#include "daemon/option_value.h"
#include "daemon/options.h"
#include "daemon/rule_keys.h"

namespace tlswarden {
namespace {

constexpr std::size_t kSampleWidth = 79;

constexpr std::string_view kSampleHead =
    "The configuration of tlswarden, with every default. Remove the # in front of a key to change "
    "it. A # begins a comment at the start of a line or after a blank. `tlswarden check-config` "
    "finds mistakes and, with --print, shows what is in effect. tlswarden.conf(5) says what is "
    "said here.";

constexpr std::string_view kSampleRule =
    "#[rule.bank]\n"
    "#recipient-domain = bank.example *.bank.example\n"
    "#require = authenticated\n"
    "#on-failure = reject\n";

constexpr std::string_view kManHead = R"(.\" Made from the option table in daemon/option_table.cc.
.TH TLSWARDEN.CONF 5 "" tlswarden tlswarden
.SH NAME
tlswarden.conf \- configuration of tlswarden(8)
.SH SYNOPSIS
.I /etc/tlswarden/tlswarden.conf
.SH DESCRIPTION
The file consists of sections,
.BI [ NAME ]
alone on a line, and of lines
.IB KEY " = " VALUE
below them. Blanks around keys and values don't count. A
.B #
begins a comment at the start of a line or after a blank; anywhere else it belongs to the value.
A value can't begin or end with a blank and needs no quotes.
.PP
Every key has a default, shown below; an empty file is a good one to begin with. A key stands once,
unless it is called repeatable. Unknown sections and keys, and values that aren't allowed, are
errors: tlswarden names the file, the line and the key, and doesn't start.
.B tlswarden check\-config
finds all of them in one go.
.PP
A duration is a number with one of the units ms, s, m, h and d.
)";

constexpr std::string_view kManReserved = R"(.SH RESERVED KEYS
These are known by name for a later version. They are accepted with a warning and have no effect:
)";

constexpr std::string_view kManTail = R"(.SH EXAMPLES
Mail to a bank only over authenticated TLS, else refused at once; a partner whose policy is known to
be broken gets mail over any TLS:
.PP
.nf
[rule.bank]
recipient\-domain = bank.example *.bank.example
require = authenticated
on\-failure = reject

[rule.partner]
recipient\-domain = partner.example
require = none
until = 2027\-06\-30
.fi
.PP
All partners of a list, which may change while the daemon runs; and who sends us mail from their
networks must use TLS, too:
.PP
.nf
[rule.partners]
recipient\-domain = @/etc/tlswarden/partners
require = encrypt
minimum\-tls = 1.2

[rule.from\-partners]
direction = inbound
client\-address = @/etc/tlswarden/partner\-networks
minimum\-tls = 1.2
mode = enforce
.fi
.PP
A message that its sender marks goes over authenticated TLS or not at all; the delivery learns of it
by the files in contrib/postfix:
.PP
.nf
[milter]
per\-message = postfix

[rule.secure]
header = Subject: *[secure]*
header = Sensitivity: Company\-Confidential
require = authenticated
on\-failure = reject
reply = {result\-type}: {domain} can't receive confidential mail ({reason}).
info\-url = https://www.example.com/secure\-mail
.fi
.PP
A partner that publishes nothing, whose certificate is known:
.PP
.nf
[rule.supplier]
recipient\-domain = supplier.example
require = pinned
match = mx.supplier.example
.fi
.SH LISTS
A file that a rule names by @/PATH has one entry on each line; blank lines and comments count for
nothing. It may have 64 MiB and 1,000,000 entries. A file that is missing or has an entry that isn't
good is an error at start; later the list read before stays in force, and the log says why. An
empty file is a warning: a key of which all values come from empty lists matches nothing.
.B tlswarden
looks at the file each second and reads it again when it has changed and doesn't change any more, or at
once at SIGHUP.
.SH FILES
.TP
.I /etc/tlswarden/tlswarden.conf
.TP
.I /var/lib/tlswarden/policies.db
What was learned, as SQLite keeps it.
.TP
.I /var/lib/tlswarden/would.db
What enforcement would have refused, counted.
.TP
.I /var/lib/tlswarden/ledger.db
How TLS sessions went, counted.
.TP
.I /var/lib/tlswarden/reports.db
Which reports were sent, and which wait.
.TP
.I /var/lib/tlswarden/received.db
What others report about us.
.SH SEE ALSO
.BR tlswarden (8),
.BR postconf (5),
.BR socketmap_table (5)
)";

constexpr std::string_view kHelpHead = R"(Usage: tlswarden [OPTION...] COMMAND [ARGUMENT...]

Commands:
  run                 the daemon, in the foreground
    --pidfile FILE    writes its process id there
    --user NAME       becomes that user before it opens anything else
  check-config        names file, line and key of each error
    --print           also prints the settings in effect
  doctor              what the set-up lacks: resolver, CAs, sockets, DKIM of reports; mails a test
  explain NEXTHOP...  what a domain publishes, step by step, and what follows from it
    --to B --from A   for a message, of which may be told as well:
    --client IP --client-name NAME --user LOGIN --listener NAME --transport NAME
    --header 'NAME: VALUE'...
    --direction inbound --tls-version 1.2 --cipher NAME --bits N --subject NAME
                      whether the session by which it comes in is good enough
  status --would      what enforcement would have refused, in observe mode or by testing policies
  status              domains that had TLS so far and are reached without it
  cache purge DOMAIN...  lets them do without
  report              how TLS sessions went, in the last days (RFC 8460)
    --day D --domain X  of one day or domain
    --html FILE       as a page
    --message QUEUEID what was demanded for each recipient of a message, and how it went
      --log FILE      from this mail log
    --dry-run         the reports that would be sent now
    --send            sends them
  report read FILE    takes in a report that others have sent, or a mail with it; - for standard input

Options:
  -c, --config FILE   the configuration (default: /etc/tlswarden/tlswarden.conf)
  --json              data as JSON
  -V, --version
  -h, --help

Exit status: 0 good, 1 bad news, 2 wrong usage or configuration, 75 try again later.

Settings and their defaults (tlswarden.conf(5) explains them):
)";

std::string SectionName(std::string_view section) {
  return section == "rule" ? "rule.NAME" : std::string(section);
}

bool InForce(const Option& option, std::string_view section) {
  return option.section == section && option.availability == Availability::kNow;
}

std::string KeyLine(std::string_view key, std::string_view value) {
  std::string line(key);
  line += " =";
  if (!value.empty()) line.append(" ").append(value);
  return line;
}

// The help, and what is allowed where it isn't obvious.
std::string FullHelp(const Option& option) {
  std::string help(option.help);
  const std::string allowed = option.type == ValueType::kYesNo ? "" : Allowed(option);
  if (!allowed.empty()) help.append(" Allowed: ").append(allowed).append(".");
  if (option.repeatable) help += " Repeatable.";
  return help;
}

std::string Wrapped(std::string_view text, std::string_view prefix) {
  std::string out;
  std::string line(prefix);
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size() == text.size() ? word.size() : word.size() + 1);
    if (line.size() > prefix.size() && line.size() + 1 + word.size() > kSampleWidth) {
      out.append(line).append("\n");
      line = prefix;
    }
    if (line.size() > prefix.size()) line += ' ';
    line += word;
  }
  return out.append(line).append("\n");
}

std::string Roff(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

// Entries stand on lines of their own. A comma keeps a # from beginning a comment.
std::string RuleLine(const RuleKey& key, const std::string& value) {
  return KeyLine(key.key, value.starts_with('#') ? "," + value : value) + "\n";
}

// `lists`: those of this rule.
void AppendRule(const Rule& rule, std::span<const ListUse> lists, std::string* out) {
  out->append("\n[rule.").append(rule.name).append("]\n");
  for (const RuleKey& key : RuleKeys()) {
    if (key.key == "direction" && rule.direction == Direction::kOutbound) continue;
    for (const std::string& value : key.print(rule)) out->append(RuleLine(key, value));
    for (const ListUse& use : lists) {
      if (use.key == key.key) out->append(RuleLine(key, "@" + use.path));
    }
  }
}

}  // namespace

std::string PrintEffective(const Settings& settings) {
  std::string out;
  for (const SectionHelp& section : Sections()) {
    if (section.name == "rule") continue;
    out.append(out.empty() ? "[" : "\n[").append(section.name).append("]\n");
    for (const Option& option : Options()) {
      if (!InForce(option, section.name)) continue;
      for (const Value& value : option.binding.get(settings)) {
        out.append(KeyLine(option.key, PrintValue(option, value))).append("\n");
      }
    }
  }
  std::span<const ListUse> lists = settings.lists;  // in the order of the rules
  for (std::size_t place = 0; place < settings.rules.size(); ++place) {
    std::size_t count = 0;
    while (count < lists.size() && lists[count].rule == place) ++count;
    AppendRule(settings.rules[place], lists.first(count), &out);
    lists = lists.subspan(count);
  }
  return out;
}

std::string PrintSample() {
  std::string out = Wrapped(kSampleHead, "# ");
  for (const SectionHelp& section : Sections()) {
    const bool is_rule = section.name == "rule";
    out.append("\n").append(Wrapped(section.help, "# "));
    if (!is_rule) out.append("[").append(section.name).append("]\n");
    for (const Option& option : Options()) {
      if (!InForce(option, section.name)) continue;
      const std::string name = is_rule ? std::string(option.key) + ": " : "";
      out.append(is_rule ? "#\n" : "\n").append(Wrapped(name + FullHelp(option), "# "));
      if (!is_rule) out.append("#").append(KeyLine(option.key, option.default_text)).append("\n");
    }
    if (is_rule) out.append("#\n").append(kSampleRule);
  }
  return out;
}

std::string PrintManPage() {
  std::string out(kManHead);
  for (const SectionHelp& section : Sections()) {
    out.append(".SH [").append(SectionName(section.name)).append("]\n");
    out.append(Roff(section.help)).append("\n");
    for (const Option& option : Options()) {
      if (!InForce(option, section.name)) continue;
      out.append(".TP\n\\fB").append(Roff(option.key)).append("\\fR");
      if (section.name != "rule" || !option.default_text.empty()) {
        out.append(" =").append(option.default_text.empty() ? "" : " ");
        out.append(Roff(option.default_text));
      }
      out.append("\n").append(Roff(FullHelp(option))).append("\n");
    }
  }
  out += kManReserved;
  std::string reserved;
  for (const Option& option : Options()) {
    if (option.availability != Availability::kReserved) continue;
    reserved.append(reserved.empty() ? "" : ", ");
    reserved.append("[").append(option.section).append("] ").append(option.key);
  }
  return out.append(Roff(reserved)).append(".\n").append(kManTail);
}

std::string PrintHelp() {
  std::string out(kHelpHead);
  for (const Option& option : Options()) {
    if (option.availability == Availability::kReserved) continue;
    out.append("  [").append(SectionName(option.section)).append("] ");
    const bool required = option.section == "rule" && option.default_text.empty();
    out.append(required ? std::string(option.key) : KeyLine(option.key, option.default_text));
    out.append("\n");
  }
  return out;
}

}  // namespace tlswarden
