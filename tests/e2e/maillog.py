"""The lab's syslog: it takes what the daemons send to /dev/log, keeps it in a file, and lets the tests wait for a line."""

import re
import socket
import threading
import time
from datetime import datetime
from pathlib import Path

SENT = re.compile(r"postfix/(\w+)\[(\d+)\]: (\w+): to=<([^>]*)>,.* dsn=([\d.]+), status=(\w+) \((.*)\)$")
TLS = re.compile(r"postfix/smtp\[(\d+)\]: (\w+) TLS connection established to ")
SENDMAIL_SENT = re.compile(r"sm-mta\[(\d+)\]: (\w+): to=(\S+),.* mailer=(\S+),.* dsn=([\d.]+), stat=(.*)$")
SENDMAIL_TLS = re.compile(r"sm-mta\[(\d+)\]: STARTTLS=client,.* verify=(\w+),")


class MailLog:
    def __init__(self, socket_path, file_path):
        self.file_path = file_path
        self._host = file_path.stem
        self._file = open(file_path, "a", buffering=1)
        self._lines = []
        self._changed = threading.Condition(threading.RLock())
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(socket_path))
        socket_path.chmod(0o666)
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self):
        while True:
            message = self._socket.recv(65536).decode(errors="replace").rstrip("\0\n")
            # Priority and time in front are the sender's; ours has milliseconds.
            message = re.sub(r"^<\d+>(?:\w{3} [ \d]\d [\d:]{8} )?", "", message)
            now = datetime.now().astimezone()
            line = f"{now.replace(tzinfo=None).isoformat(timespec='milliseconds')} {message}"
            # As rsyslog writes it.
            self._file.write(f"{now.isoformat(timespec='microseconds')} {self._host} {message}\n")
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()

    def lines(self, text="", since=0):
        with self._changed:
            return [line for line in self._lines[since:] if text in line]

    def mark(self):
        """A place in the log, for since=."""
        with self._changed:
            return len(self._lines)

    def wait_for(self, find, timeout, every=60):
        """Calls find() after each new line, and every so many seconds, until it returns something; returns that, or None when the
        time is over."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not (found := find()) and time.monotonic() < deadline:
                self._changed.wait(min(every, deadline - time.monotonic()))
        return found

    def outcome(self, recipient, timeout, since=0):
        """What Postfix did first with the message, and why: ("sent Verified", text). The first word after "sent" is Postfix's own
        word for the TLS session, "none" without TLS, or the mailer if it wasn't sent by SMTP."""
        return self.wait_for(lambda: self._outcome(recipient, since), timeout) or ("nothing", "")

    def _outcome(self, recipient, since):
        session = {}  # one smtp process handles one delivery at a time
        for line in self._lines[since:]:
            if tls := TLS.search(line):
                session[tls.group(1)] = tls.group(2)
            elif sent := SENT.search(line):
                mailer, pid, _, address, dsn, status, text = sent.groups()
                tls_word = session.pop(pid, "none")
                if address == recipient:
                    word = tls_word if mailer == "smtp" else mailer
                    return (f"{status} {word if status == 'sent' else dsn}", text)
        return None


class SendmailLog(MailLog):
    def __init__(self, *paths):
        super().__init__(*paths)
        self._gone = {}  # when each process was first seen to have ended

    def outcome(self, recipient, timeout, since=0):
        """What Sendmail did with the message in its first attempt: ("sent OK", text). The word after "sent" is Sendmail's own
        {verify}, "none" without TLS, or "local"."""
        return self.wait_for(lambda: self._outcome(recipient, since), timeout, every=0.05) or ("nothing", "")

    def _outcome(self, recipient, since):
        session, last = {}, None  # one process handles one message at a time
        for line in self._lines[since:]:
            if tls := SENDMAIL_TLS.search(line):
                session[tls.group(1)] = tls.group(2)
            elif sent := SENDMAIL_SENT.search(line):
                pid, _, recipients, mailer, dsn, text = sent.groups()
                if f"<{recipient}>" in recipients.split(",") and text != "queued":
                    tls_word = session.pop(pid, "none")
                    last = (pid, _sendmail_outcome(mailer, dsn, text, tls_word), text)
        # After a host that deferred it, the same process tries the next one; its last line may come after it has ended.
        if last is None or (last[1] == "deferred" and not self._is_long_gone(last[0])):
            return None
        return last[1:]

    def _is_long_gone(self, pid):
        if _is_running(pid):
            return False
        return time.monotonic() - self._gone.setdefault(pid, time.monotonic()) >= 0.5


def _sendmail_outcome(mailer, dsn, text, tls_word):
    if text.startswith("Sent"):
        return f"sent {tls_word if mailer == 'esmtp' else mailer}"
    # Its codes say less than Postfix's: 4.2.0 is all that a refusal by the ruleset tls_rcpt leaves behind.
    return "deferred" if dsn.startswith("4") else "bounced"


def _is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
