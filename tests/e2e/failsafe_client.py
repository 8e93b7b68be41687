"""The clients of failsafe.table: an SMTP client that can be halted before any step, and sendmail(1)."""

import re
import smtplib

SENDER = "root@out.test"
BODY = ["Subject: lab\r\n\r\nThe first half,\r\n", "and the second.\r\n.\r\n"]


class Refused(Exception):
    """A reply that ends the message."""


class Dialogue:
    """One SMTP session. It halts before the step named in `halt`, a stage of the table, until go_on() is called again."""

    def __init__(self, port, halt, recipients, earlier):
        self.port, self.halt, self.recipients, self.earlier = port, halt, recipients, earlier
        self.taken = []  # recipients for whom the server has the message
        self.seen = "250"  # the reply that the client acts on
        self._steps = self._talk()

    def go_on(self):
        """To the halt, or from there to the end."""
        next(self._steps, None)

    def _talk(self):
        try:
            yield from self._session()
        except Refused as refused:
            self.seen = str(refused)
        except smtplib.SMTPConnectError as error:
            self.seen = _said("connect", error.smtp_code, error.smtp_error)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.seen = f"no reply ({type(error).__name__})"

    def _session(self):
        yield from self._halt_before("connect")
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.test", timeout=30) as smtp:
            smtp.ehlo()
            if self.halt == "next message":
                yield from self._message(smtp, self.earlier)
            yield from self._halt_before("next message")
            yield from self._message(smtp, self.recipients)

    def _message(self, smtp, recipients):
        yield from self._halt_before("MAIL", recipients)
        _expect("MAIL", smtp.docmd(f"MAIL FROM:<{SENDER}>"))
        accepted, refused = [], None
        for recipient in recipients:
            yield from self._halt_before("RCPT" if recipient == recipients[0] else "last RCPT", recipients)
            smtp.putcmd(f"RCPT TO:<{recipient}>")
            yield from self._halt_before("lookup", recipients)
            code, text = smtp.getreply()
            accepted += [recipient] if code == 250 else []
            refused = refused or (None if code == 250 else _said("RCPT", code, text))
        if not accepted:
            raise Refused(refused)
        yield from self._halt_before("DATA", recipients)
        _expect("DATA", smtp.docmd("DATA"))
        smtp.send(BODY[0])
        yield from self._halt_before("message", recipients)
        smtp.send(BODY[1])
        _expect("message", smtp.getreply())
        self.taken += accepted
        self.seen = f"250, but {refused}" if refused else "250"

    def _halt_before(self, step, recipients=None):
        if step == self.halt and recipients in (None, self.recipients):
            yield


def _expect(step, reply):
    if reply[0] not in (250, 354):
        raise Refused(_said(step, *reply))


def _said(step, code, text):
    status = re.match(r"[245]\.\d+\.\d+", text.decode(errors="replace"))
    return f"{step} {code} {status.group()}" if status else f"{step} {code}"


def sendmail(lab, recipients):
    lab.out.run("sendmail", "-f", SENDER, *recipients, input="Subject: lab\n\nFrom sendmail(1).\n")
