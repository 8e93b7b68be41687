"""inbound.table: mail that comes in by Postfix's listeners, with each TLS version, certificate and login, while tlswarden looks on
or enforces."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import cells
import client
import receiver
import sender
import table
from episodes import sendmail

FILE = Path(__file__).with_name("inbound.table")
MODES = ("off", "observe", "enforce")
TLS = {"none": "", "1.0": "TLSv1", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}
CERTIFICATE = {"none": "(Client did not present a certificate)", "trusted": "(verified OK)"}
RULES = FILE.with_suffix(".conf")


@dataclass
class Row:
    number: int
    listener: str
    tls: str
    certificate: str
    login: str
    sender: str
    recipient: str
    observe: str
    enforce: str
    log: str

    def expected(self, mode):
        return self.enforce if mode == "enforce" else self.observe

    @property
    def title(self):
        words = [self.listener, self.tls, self.certificate, self.login, self.sender or "<>", self.recipient]
        return ", ".join(words)


@dataclass
class Result:
    row: Row
    mode: str
    reply: str  # code and enhanced code
    tls: str  # what the client negotiated
    text: str
    warden: list = field(default_factory=list)  # tlswarden's lines
    wrong: list = field(default_factory=list)


def read():
    for number, row in enumerate(cells.read(FILE), 1):
        yield Row(number, *row)


class Inbound:
    def __init__(self, lab):
        self.lab, self.rows = lab, list(read())
        # A client from outside sits on another host.
        self.outside = ThreadPoolExecutor(6, initializer=lab.mx.join_network)
        self.auth = receiver.set_up(lab.out)
        client.make_certificates()
        sender.reload_postfix(lab, receiver.PORTS.values())

    def run(self):
        for mode in MODES:
            self._configure(mode)
            yield from self.outside.map(lambda row: self._try(row, mode), [row for row in self.rows if self._is_outside(row)])
            yield from (self._try(row, mode) for row in self.rows if not self._is_outside(row))
        self.lab.warden.restart(sender.SETTINGS)

    def _is_outside(self, row):
        return row.listener in receiver.PORTS

    def _configure(self, mode):
        settings = {**sender.SETTINGS, "inbound": {"mode": mode, "minimum-tls": "1.2"}}
        self.lab.warden.restart(settings, RULES.read_text())

    def _try(self, row, mode):
        since = self.lab.log.mark()
        # Each message has a recipient of its own, but for mailboxes that are real users'.
        recipient = row.recipient.replace("user@", f"{mode}{row.number}@")
        # And a sender; rules look at its domain.
        mail_from = row.sender.replace("a@", f"{mode}{row.number}@")
        result = self._send(row, mode, mail_from, recipient)
        if result.reply == "250":
            self._see_delivery(result, row, recipient, since)
        if row.log and mode != "off":
            result.warden = self._warden_lines(recipient, mail_from, (row.log, action(row, mode)), since)
        result.wrong += differences(result)
        return result

    def _send(self, row, mode, mail_from, recipient):
        if row.listener == "sendmail":
            sendmail(self.lab, recipient)
            return Result(row, mode, "250", "", "")
        host = self.lab.out.address if self._is_outside(row) else "127.0.0.1"
        version, _, cipher = row.tls.partition(" ")
        listener = "smtp" if row.listener == "here" else row.listener
        seen = client.send(host, listener, version, mail_from, recipient, cipher, row.certificate, row.login.strip("-"))
        return Result(row, mode, in_short(seen), seen.tls, seen.error or seen.final[1])

    def _see_delivery(self, result, row, recipient, since):
        if recipient.endswith(f"@{receiver.DOMAIN}"):
            outcome, text = self.lab.log.outcome(recipient, 20, since)
            if outcome != "sent virtual":
                result.wrong.append(f"sent virtual expected, got {outcome} ({text})")
            elif row.listener != "sendmail":
                result.wrong += misreceived(row, receiver.received(self.lab.out, recipient))

    def _warden_lines(self, recipient, mail_from, wanted, since):
        """Those about this message: of its session, judged at MAIL, and of its recipient."""
        texts = (f"<{recipient}>", f"from=<{mail_from}>")

        def lines():
            return [line for line in self.lab.log.lines("tlswarden[", since) if any(text in line for text in texts)]

        self.lab.log.wait_for(lambda: any(all(re.search(text, line) for text in wanted) for line in lines()), 2)
        return lines()


def in_short(seen):
    if not seen.final:
        return "no reply"
    code, text = seen.final
    return "250" if code == 250 else f"{code} {text.split()[0]}"


def differences(result):
    row, mode = result.row, result.mode
    if result.reply != row.expected(mode):
        yield f"reply: {row.expected(mode)} expected, got {result.reply} ({result.text})"
    version, _, cipher = row.tls.partition(" ")
    wanted = TLS[version]
    if result.tls.split(" ")[0] != wanted or cipher not in result.tls:
        yield f"the client speaks '{result.tls}', not '{wanted} {cipher}'"
    if mode != "off" and row.log:
        wanted = (row.log, action(row, mode))
        if not any(all(re.search(text, line) for text in wanted) for line in result.warden):
            yield f"log: {wanted} aren't in one of {result.warden}"


def misreceived(row, header):
    """The mailbox tells what Postfix thinks of the session."""
    version, _, cipher = row.tls.partition(" ")
    words = ["with ESMTP" + ("" if version == "none" else "S") + ("" if row.login == "-" else "A") + " "]
    if version != "none":
        words += [f"using {TLS[version]} with cipher {cipher}", CERTIFICATE.get(row.certificate, "(not verified)")]
    yield from (f"Received: '{word}' isn't in: {header}" for word in words if word not in header)


def action(row, mode):
    if row.observe == row.enforce:
        return "action="
    return "action=reject" if mode == "enforce" else "action=accept would=reject"


def run(lab):
    return list(Inbound(lab).run())
