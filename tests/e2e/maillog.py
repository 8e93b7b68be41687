"""The lab's syslog: it takes what the daemons send to /dev/log, keeps it in a file, and lets the tests wait for a line."""

import re
import socket
import threading
import time
from datetime import datetime

SENT = re.compile(r"postfix/(\w+)\[(\d+)\]: (\w+): to=<([^>]*)>,.* dsn=([\d.]+), status=(\w+) \((.*)\)$")
TLS = re.compile(r"postfix/smtp\[(\d+)\]: (\w+) TLS connection established to ")


class MailLog:
    def __init__(self, socket_path, file_path):
        self.file_path = file_path
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
            line = f"{datetime.now().isoformat(timespec='milliseconds')} {message}"
            self._file.write(line + "\n")
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

    def wait_for(self, find, timeout):
        """Calls find() after each new line until it returns something; returns that, or None when the time is over."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not (found := find()) and time.monotonic() < deadline:
                self._changed.wait(deadline - time.monotonic())
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
