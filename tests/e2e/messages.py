"""messages.table: messages that are told apart from others, each followed by its queue id to what became of every recipient."""

import hashlib
import re
import smtplib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import cells
import certificates
import sender

FILE = Path(__file__).with_name("messages.table")
RULES = Path(__file__).with_name("messages.conf")
AT_ONCE = 8
PATIENCE = 20  # seconds for an outcome

DELIVERY = r"postfix/(?:(tlswarden-[\w-]+)/)?(\w+)\[(\d+)\]: {queue_id}: to=<([^>]*)>,.* relay=([^,\[]*).* dsn=([\d.]+), status=(\w+)"
TLS = re.compile(r"postfix/(?:tlswarden-[\w-]+/)?smtp\[(\d+)\]: (\w+) TLS connection established to ")
MARK = re.compile(r"==tlswarden-[\w-]+")


@dataclass
class Row:
    number: int
    sender: str
    header: str
    by: str
    recipients: list
    rcpt: str
    end: str
    tag: str
    postfix: str
    reason: str


@dataclass
class Result:
    row: Row
    rcpt: str = ""
    end: str = ""
    tag: str = ""
    postfix: str = ""
    warden: list = field(default_factory=list)
    wrong: list = field(default_factory=list)


def rules():
    digest = hashlib.sha256(certificates.public_key_der()).hexdigest().upper()
    return RULES.read_text().replace("{key}", ":".join(re.findall("..", digest)))


def read():
    for number, row in enumerate(cells.read(FILE), 1):
        recipients = [f"m{number}@{domain}" if domain != "out.test" else "root@out.test" for domain in row[3].split()]
        yield Row(number, *row[:3], recipients, *row[4:])


def run(lab):
    set_up(lab)
    since = lab.logs["mx"].mark()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda row: try_row(lab, row), read()))
    marks = [line for line in lab.logs["mx"].lines(since=since) if MARK.search(line) or "X-Tlswarden" in line]
    if marks:
        results[-1].wrong.append(f"what marks a message left the machine: {marks[0]}")
    lab.warden.restart(sender.SETTINGS)
    return results


def set_up(lab):
    """As contrib/postfix/per-message.cf says, and one transport for a rule that pins."""
    contrib = sender.REPOSITORY / "contrib/postfix"
    for table in contrib.glob("tlswarden_*"):
        lab.out.write(f"/etc/postfix/{table.name}", table.read_text())
    lines = re.findall(r"^\w+ *=.*$", (contrib / "per-message.cf").read_text(), re.M)
    # Rows have domains in common: what one of them learns of a host must not hold up the next.
    lab.out.run("postconf", "-e", *lines, "default_destination_concurrency_failed_cohort_limit=1000")
    transport = lab.out.path("/etc/postfix/tlswarden_transport")
    transport.write_text('/==tlswarden-rule-pin"?@/ tlswarden-rule-pin:\n' + transport.read_text())
    master = (contrib / "master.cf").read_text()
    # The example in the comment, as an administrator would take it.
    example = re.search(r"(?m)^#   tlswarden-rule-NAME unix.*\n(?:#       .*\n?)*", master).group()
    example = re.sub(r"(?m)^#   ", "", example).replace("NAME", "pin")
    lab.out.write("/etc/postfix/master.cf", lab.out.path("/etc/postfix/master.cf").read_text() + master + example)
    settings = {**sender.SETTINGS, "milter": {**sender.SETTINGS["milter"], "per-message": "postfix", "local-domains": "out.test"}}
    lab.warden.restart(settings, rules())
    sender.reload_postfix(lab)


def try_row(lab, row):
    result = Result(row)
    since = lab.log.mark()
    queue_id = send_by_smtp(row, result) if row.by == "smtp" else send_by_command(lab, row, result, since)
    find_outcomes(lab, row, result, queue_id, since)
    check(row, result)
    return result


def text_of(row):
    header = f"{row.header}\r\n" if row.header else ""
    subject = "" if row.header.startswith("Subject:") else "Subject: lab\r\n"
    return f"From: {row.sender}\r\n{subject}{header}\r\nA message of the lab.\r\n"


def send_by_smtp(row, result):
    with smtplib.SMTP("127.0.0.1", 25, timeout=60) as smtp:
        smtp.ehlo("client.test")
        smtp.mail(row.sender)
        codes = [smtp.rcpt(recipient)[0] for recipient in row.recipients]
        result.rcpt = " ".join("ok" if code == 250 else str(code) for code in codes)
        if 250 not in codes:
            return ""
        code, text = smtp.data(text_of(row))
    text = text.decode()
    status = re.match(r"[245]\.\d+\.\d+", text)
    result.end = "250" if code == 250 else f"{code} {status.group() if status else '?'}"
    queued = re.search(r"queued as (\w+)", text)
    return queued.group(1) if queued else ""


def send_by_command(lab, row, result, since):
    lab.out.run("sendmail", "-f", row.sender, *row.recipients, input=text_of(row).replace("\r\n", "\n"))
    result.rcpt = " ".join("ok" for _ in row.recipients)
    line = lab.log.wait_for(lambda: lab.log.lines(f"rcpt=<{row.recipients[0]}>", since), PATIENCE)
    found = re.search(r"tlswarden\[\d+\]: (\w+): rcpt=", line[0]) if line else None
    queue_id = found.group(1) if found else ""
    lab.log.wait_for(lambda: ended(lab, queue_id, since), PATIENCE)
    result.end = "bounced" if lab.log.lines(f"{queue_id}: milter-reject: END-OF-MESSAGE", since) else "250"
    return queue_id


def ended(lab, queue_id, since):
    marks = (f"{queue_id}: milter-", "qmgr[")
    return [line for line in lab.log.lines(queue_id, since) if any(mark in line for mark in marks)]


def find_outcomes(lab, row, result, queue_id, since):
    if result.end == "250" and queue_id:
        expected = 1 if row.end == "held" else len(row.recipients)
        lab.log.wait_for(lambda: len(outcomes(lab, row, queue_id, since)) >= expected, PATIENCE)
        if lab.log.lines(f"{queue_id}: milter-hold: END-OF-MESSAGE", since):
            result.end = "held"
        else:
            found = outcomes(lab, row, queue_id, since)
            result.postfix = ", ".join(found.get(recipient, "nothing") for recipient in row.recipients)
    # The lines of a refusal come a moment after the reply.
    lab.log.wait_for(lambda: read_warden(lab, row, result, queue_id, since), 2)


def read_warden(lab, row, result, queue_id, since):
    """True when the log says what it is to say."""
    texts = [f"rcpt=<{recipient}>" for recipient in row.recipients]
    result.warden = [line for line in lab.log.lines("tlswarden[", since)
                     if any(text in line for text in texts) and (not queue_id or queue_id in line or "NOQUEUE" in line)]
    tags = []
    for text in texts:
        found = [match.group(1) for line in result.warden if text in line and (match := re.search(r" tag=([\w-]+)", line))]
        tags.append(found[-1] if found else "-")
    result.tag = " ".join(tags)
    return result.tag == tags_of(row) and any(re.search(row.reason, line) for line in result.warden)


def tags_of(row):
    return row.tag if row.tag != "-" else " ".join("-" for _ in row.recipients)


def outcomes(lab, row, queue_id, since):
    """For each recipient the transport and what it did."""
    if hold := lab.log.lines(f"{queue_id}: milter-hold", since):
        return {"held": hold[0]}
    found, session = {}, {}
    for line in lab.log.lines(since=since):
        if tls := TLS.search(line):
            session[tls.group(1)] = tls.group(2)
        elif sent := re.search(DELIVERY.format(queue_id=queue_id), line):
            transport, mailer, pid, address, relay, dsn, status = sent.groups()
            tls_word = session.pop(pid, "none") if mailer == "smtp" else mailer
            text = f"{transport or mailer} {status} {tls_word if status == 'sent' else dsn}"
            if " via " in row.postfix:
                text += f" via {relay}"
            found.setdefault(MARK.sub("", address), text)
    return found


def check(row, result):
    for name in ("rcpt", "end", "tag", "postfix"):
        expected, seen = tags_of(row) if name == "tag" else getattr(row, name), getattr(result, name)
        if expected != seen:
            result.wrong.append(f"{name}: '{expected}' expected, got '{seen}'")
    if row.reason and not any(re.search(row.reason, line) for line in result.warden):
        result.wrong.append(f"'{row.reason}' isn't in the log: {result.warden or 'no line'}")
