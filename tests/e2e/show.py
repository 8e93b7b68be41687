"""What a person sees of the lab."""

import re
import shutil
import sys
import textwrap
import time

import cage


class Progress:
    def __init__(self):
        self.began = time.monotonic()

    def __call__(self, text):
        print(f"[{time.monotonic() - self.began:5.1f} s] {text}", flush=True)


def complain_about_missing(programs):
    if not programs:
        return 0
    print(f"{sys.argv[0]}: not installed: {' '.join(programs)} (contrib/install-packages lab)", file=sys.stderr)
    return cage.SKIPPED


def failed_start(error, logs):
    print(f"FAIL {error}")
    for name, log in logs.items():
        for line in log.lines()[-15:]:
            print(f"     log of {name}: {line}")


def result(result, log):
    row = result.row
    print(f"{'FAIL' if result.wrong else 'ok  '} {row.recipient:24} {row.milter:9} | {result.policy_map:56} | {result.postfix}",
          flush=True)
    details(result.wrong, [line for line in log.lines(row.recipient)] if result.wrong else [])


def episode(function, wrong, lines):
    print(f"{'FAIL' if wrong else 'ok  '} {function.__name__}: {function.__doc__}", flush=True)
    details([wrong] if wrong else [], lines[-30:] if wrong else [])


def failsafe(row, wrong, log):
    cells = (row.title.ljust(48), row.results["seen"].ljust(24), row.results["meanwhile"].ljust(32), row.results["final"])
    print("FAIL" if wrong else "ok  ", *cells, flush=True)
    details(wrong, [line for recipient in row.recipients for line in log.lines(f"<{recipient}>")] if wrong else [])


def ledger(faults):
    print(f"{'FAIL' if faults else 'ok  '} every message is accounted for", flush=True)
    details(faults, [])


def inbound(result, log):
    print("FAIL" if result.wrong else "ok  ", result.mode.ljust(8), result.row.title.ljust(80), result.reply, flush=True)
    details(result.wrong, [])


def probe(row):
    print("FAIL" if row.wrong else "ok  ", row.domain.ljust(20), row.shows.ljust(45), row.seen, flush=True)
    details(row.wrong, [])


def message(result, log):
    row = result.row
    title = ", ".join(word for word in (row.sender, row.header, row.by, " ".join(row.recipients)) if word)
    print("FAIL" if result.wrong else "ok  ", title.ljust(90), result.end or result.rcpt, "|", result.postfix, flush=True)
    details(result.wrong, result.warden if result.wrong else [])


def details(wrong, lines):
    for text in wrong:
        print(textwrap.indent(text, "     "))
    for line in lines:
        print(f"     log: {line}")


ACTIONS = {"4": "defer", "5": "reject"}


def table(results):
    columns(("domain", "what it publishes", "verdict", "what Postfix did", "why"),
            [(domain(result), result.row.publishes, verdict(result), result.postfix, why(result)) for result in results])
    complain(results)


def attacks(tried, peer_version):
    rows = [(each.attack.section, each.attack.row.publishes, verdict(each.result), each.result.postfix,
             each.peer.replace(" servername=hostname", ""), why(each.result)) for each in tried]
    columns(("RFC", "attack", "tlswarden", "what Postfix did", f"peer: {peer_version}", "why"), rows)
    complain([each.result for each in tried])


def columns(heads, rows):
    """The last column is as wide as the terminal allows."""
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads) - 1)]
    indent = sum(widths) + 2 * len(widths)
    room = max(40, shutil.get_terminal_size((180, 50)).columns - indent)
    for row in [heads, tuple("-" * width for width in [*widths, len(heads[-1])]), *rows]:
        first, *more = textwrap.wrap(row[-1], room) or [""]
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), first]).rstrip())
        for line in more:
            print(" " * indent + line)


def complain(results):
    for result in results:
        if result.wrong:
            print(f"\nnot as expected: {result.row.recipient}")
            details(result.wrong, [])


def domain(result):
    return result.row.recipient.split("@")[1]


def verdict(result):
    """The milter's action, and what the policy map tells Postfix's client to demand."""
    if result.milter != "accept":
        return f"{ACTIONS[result.milter[0]]} {result.milter}"
    level = re.match(r"OK (\S+)", result.policy_map)
    return f"accept, {level.group(1)}" if level else "accept"


def why(result):
    """The reply, if the message was refused; Postfix's words, if it wasn't delivered; what tlswarden found otherwise."""
    if result.reply[0] != 250:
        return re.sub(r"\n[245]\.\d+\.\d+ ", " ", result.reply[1])[6:]
    if not result.postfix.startswith("sent"):
        return result.postfix_text
    if not result.warden:
        return "no question for tlswarden"
    if failed := re.search(r'result-type=(\S+) failure-reason-code="(.*?)"', result.inquiry):
        kept = "policy kept" if " policy=kept" in result.inquiry else "no policy"
        return f"{kept}: {failed.group(1)}, {failed.group(2)}"
    kind, rule = (re.search(f"{key}=(\\S+)", result.warden).group(1) for key in ("policy-type", "rule"))
    text = "no policy found" if kind == "no-policy-found" else f"policy {kind}"
    return text if rule == "default" else f"{text}; rule {rule}"
