"""probes.table: tlswarden looks at the MX hosts before it takes a recipient."""

import re
import smtplib
from dataclasses import dataclass, field
from pathlib import Path

import cells
import sender

FILE = Path(__file__).with_name("probes.table")
DOWN = "stswild.test"  # the MX host of this domain is taken off the network for the row "down"


@dataclass
class Row:
    domain: str
    shows: str
    milter: str
    reason: str
    seen: str = ""
    text: str = ""
    wrong: list = field(default_factory=list)


def read():
    for row in cells.read(FILE):
        yield Row(*row)


def run(lab):
    settings = {**sender.SETTINGS, "probe": {"mode": "required", "timeout": "2s"}, "outbound": {"on-failure": "reject"}}
    lab.warden.restart(settings)
    rows = list(read())
    for row in rows:
        if row.domain != "down":
            try_row(lab, row, f"look@{row.domain}")
    for row in rows:
        if row.domain == "down":
            # What was seen before would do for an hour.
            lab.warden.restart(settings)
            lab.mx.unplug()
            try_row(lab, row, f"down@{DOWN}")
            lab.mx.plug_in_again()
    lab.warden.restart(sender.SETTINGS)
    return rows


def try_row(lab, row, recipient):
    since = lab.log.mark()
    with smtplib.SMTP("127.0.0.1", 25, timeout=60) as smtp:
        smtp.ehlo("client.test")
        smtp.mail("alice@out.test")
        code, text = smtp.rcpt(recipient)
        smtp.rset()
    row.text = text.decode()
    status = re.match(r"[245]\.\d+\.\d+", row.text)
    row.seen = "accept" if code == 250 else f"{code} {status.group() if status else '?'}"
    lines = lab.log.wait_for(lambda: [line for line in lab.log.lines(f"rcpt=<{recipient}>", since) if "tlswarden[" in line], 2)
    if row.seen != row.milter:
        row.wrong.append(f"reply: {row.milter} expected, got {code} {row.text}")
    if not any(re.search(row.reason, line) for line in [row.text, *(lines or [])]):
        row.wrong.append(f"'{row.reason}' isn't in the reply, nor in {lines}")
