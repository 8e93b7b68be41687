"""domains.table: reads the rows, sends the messages, compares what happened with what was to happen."""

import re
import smtplib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import cells
import sender

FILE = Path(__file__).with_name("domains.table")
SENDER = "alice@out.test"


@dataclass
class Row:
    recipient: str
    publishes: str
    milter: str
    reason: str
    policy_map: str
    postfix: str


@dataclass
class Result:
    row: Row
    reply: tuple  # code and text of the reply to RCPT TO
    warden: str  # tlswarden's log line about the recipient
    inquiry: str  # its line about a failed inquiry
    policy_map: str
    postfix: str
    postfix_text: str
    wrong: list = field(default_factory=list)

    @property
    def milter(self):
        code, text = self.reply
        status = re.match(r"[245]\.\d+\.\d+", text)
        return "accept" if code == 250 else f"{code} {status.group() if status else '?'}"


def read(domains, sender_domain):
    names = {"sender": sender_domain, **{domain.label: domain.address for domain in domains}}
    for address, *rest in cells.read(FILE):
        yield Row(address.format(**names), *rest)


def send(recipients, sender=SENDER, subject="lab"):
    """One message by SMTP. Returns the replies to RCPT TO, and the reply to the message if any recipient was taken."""
    with smtplib.SMTP("127.0.0.1", 25, timeout=60) as smtp:
        smtp.ehlo("client.test")
        smtp.mail(sender)
        replies = {}
        for recipient in recipients:
            code, text = smtp.rcpt(recipient)
            replies[recipient] = (code, text.decode())
        final = None
        if any(code == 250 for code, _ in replies.values()):
            code, text = smtp.data(f"From: {sender}\nSubject: {subject}\n\nA message of the lab.\n")
            final = (code, text.decode())
    return replies, final


def warden_line(log, recipient, since=0, timeout=2):
    """tlswarden's log line about a recipient, without time and process."""
    text = f"rcpt=<{recipient}> action="
    return log.wait_for(lambda: first_line(log, text, since), timeout) or ""


def first_line(log, text, since):
    found = [line for line in log.lines(text, since) if "tlswarden[" in line]
    return found[0].split("]: ", 1)[-1] if found else ""


def try_row(lab, row):
    result = observe(lab.log, row, lab.log.mark())
    result.wrong = list(differences(result))
    return result


def observe(log, row, since):
    """Sends the row's message, and sees what becomes of it. The calling thread must be on the sender's network."""
    domain = row.recipient.split("@")[1]
    replies, final = send([row.recipient])
    reply = replies[row.recipient]
    if reply[0] == 250 and final[0] != 250:
        reply = final
    postfix, text = ("refused", reply[1]) if reply[0] != 250 else log.outcome(row.recipient, 20, since)
    answer = sender.ask_policy_map(domain) if row.policy_map else ""
    warden = warden_line(log, row.recipient, since, timeout=2 if row.reason else 0)
    inquiry = first_line(log, f"inquiry=failed policy-domain={domain} ", since)
    return Result(row, reply, warden, inquiry, answer or "", postfix, text)


def differences(result, mta="Postfix"):
    row = result.row
    if result.milter != row.milter:
        yield f"reply to RCPT TO: {row.milter} expected, got {result.reply[0]} {result.reply[1]}"
    if not row.reason and result.warden:
        yield f"log line: none expected, got {result.warden}"
    if row.reason and f"action={action(row.milter)} " not in result.warden:
        yield f"log line: action={action(row.milter)} expected, got {result.warden or 'none'}"
    if not re.search(row.reason, f"{result.reply[1]}\n{result.warden}\n{result.inquiry}"):
        yield f"reason: /{row.reason}/ isn't in the reply, nor in the log: {result.warden or 'no line'} {result.inquiry}"
    if not same_answer(row.policy_map, result.policy_map):
        yield f"policy map: '{row.policy_map}' expected, got '{result.policy_map}'"
    if result.postfix != row.postfix:
        yield f"{mta}: {row.postfix} expected, got {result.postfix} ({result.postfix_text})"


def action(milter):
    return {"a": "accept", "4": "defer", "5": "reject"}[milter[0]]


def same_answer(expected, answer):
    if expected == "TEMP":
        return answer.startswith("TEMP ")
    return answer == ("NOTFOUND " if expected == "NOTFOUND" else expected)


def run(lab):
    """Yields the results in the order of the rows. The messages go out together: some name servers are slow on purpose."""
    with ThreadPoolExecutor(6) as pool:
        yield from pool.map(lambda row: try_row(lab, row), read(lab.domains, lab.out.domain))
