"""failsafe.table: breaks the daemon in each way and stage while messages are on their way, mends it, and compares what became of each
message with what was to become of it. At the end every message is accounted for."""

import os
import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import failsafe_table
import sender
from failsafe_client import Dialogue, sendmail
from failsafe_ledger import Ledger, fate, release

TIMEOUT = 2  # seconds that Postfix waits for an answer of the milter
LONG = 15  # seconds in which anything must have happened
PORTS = {"tempfail": 2601, "accept": 2602, "reject": 2603, "quarantine": 2604, "-": 2605}
MILTER = "{{ unix:tlswarden/milter.sock, default_action={}, connect_timeout={t}s, command_timeout={t}s, content_timeout={t}s }}"
SERVICE = """127.0.0.1:{port} inet n - y - - smtpd
    -o {{ smtpd_milters = {milter} }}
"""


def milter(setting):
    return "" if setting == "-" else MILTER.format(setting, t=TIMEOUT)


class FailSafe:
    def __init__(self, lab):
        self.lab, self.rows = lab, list(failsafe_table.read())
        self.ledger = Ledger(lab, [address for row in self.rows for address in row.earlier + row.recipients])
        self.pool = ThreadPoolExecutor(len(self.rows))

    def run(self):
        """Yields the rows, when all is over."""
        self._add_services()
        for at_work, daemons, broken in EPISODES:
            rows = [row for row in self.rows if row.daemon in daemons and (row.stage == "lookup") == at_work]
            self._episode(rows, broken(self))
        yield from self.rows

    def _add_services(self):
        master = self.lab.out.path("/etc/postfix/master.cf")
        added = "".join(SERVICE.format(port=port, milter=milter(setting)) for setting, port in PORTS.items())
        master.write_text(master.read_text() + added)
        self._reload()

    def _reload(self):
        # Postfix would wait until its settings are two seconds old.
        for name in ("main.cf", "master.cf"):
            os.utime(self.lab.out.path(f"/etc/postfix/{name}"), (0, 0))
        self.lab.out.run("postfix", "reload")

    def _episode(self, rows, broken):
        since = self.lab.log.mark()
        with broken as break_it:
            self._begin(rows)
            break_it()
            self._go_on(rows, since)
        self._finish(rows)

    def _begin(self, rows):
        """Brings each message to the stage where the daemon is to fail."""
        for row in rows:
            if row.path != "local":
                # What fails at delivery fails when the client has gone.
                halt = "" if row.path == "delivery" and row.stage == "lookup" else row.stage
                row.client = Dialogue(PORTS[row.setting], halt, row.recipients, row.earlier)
            elif row.stage == "lookup":
                self._submit(row)
        self._each(lambda row: row.client.go_on(), with_client(rows))
        if any(row.stage == "lookup" for row in rows):
            time.sleep(0.5)  # for the lookups to begin

    def _go_on(self, rows, since):
        self._each(lambda row: row.client.go_on(), with_client(rows))
        for row in rows:
            if row.path == "local" and row.stage != "lookup":
                self._submit(row)
        for row, fates in zip(rows, self._each(lambda row: self._fates(row, since), rows)):
            row.results = {"seen": row.client.seen if row.client else "exit 0", "meanwhile": fates}

    def _submit(self, row):
        self.lab.out.run("postconf", "-e", f"non_smtpd_milters = {milter(row.setting)}")
        self._reload()
        sendmail(self.lab, row.recipients)
        self.ledger.handed_in += row.recipients
        if row.setting != "tempfail" and row.stage != "lookup":
            self._wait_for_pickup()

    def _wait_for_pickup(self):
        """The next row is for another setting."""
        deadline = time.monotonic() + LONG
        while any(self.lab.out.path("/var/spool/postfix/maildrop").iterdir()) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _each(self, function, rows):
        return list(self.pool.map(function, rows))

    def _fates(self, row, since):
        timeout = TIMEOUT + 0.5 if "waits" in row.meanwhile else LONG
        return " + ".join(fate(self.lab, each, since, timeout) if each in row.taken else "refused" for each in row.recipients)

    def _finish(self, rows):
        """The daemon is well again."""
        since = self.lab.log.mark()
        self._each(self._come_again, with_client(rows))
        release(self.lab)
        for row, fates in zip(rows, self._each(lambda row: " + ".join(self._last_fates(row, since)), rows)):
            row.results["final"] = fates

    def _come_again(self, row):
        """A client that was told 4xx comes again. One that was told 5xx gives the message back to its sender."""
        first = row.client
        self.ledger.handed_in += first.taken
        if refused := [each for each in row.recipients if each not in first.taken and not re.search(r" 5\d\d", first.seen)]:
            row.client = Dialogue(first.port, "", refused, [])
            row.client.go_on()
            self.ledger.handed_in += row.client.taken
            row.client.taken += first.taken

    def _last_fates(self, row, since):
        for recipient, before in zip(row.recipients, row.results["meanwhile"].split(" + ")):
            if before.startswith(("sent", "bounced")):
                yield before
            else:
                yield fate(self.lab, recipient, since, LONG) if recipient in row.taken else "refused"

    @contextmanager
    def _down(self):
        yield lambda: self.lab.warden.stop(signal.SIGKILL)
        self.lab.warden.start()

    @contextmanager
    def _stopped(self):
        pid = self.lab.warden.process.pid
        yield lambda: os.kill(pid, signal.SIGSTOP)
        os.kill(pid, signal.SIGCONT)

    @contextmanager
    def _restarted(self):
        yield lambda: self.lab.warden.restart(sender.SETTINGS)

    @contextmanager
    def _at_work(self, break_it, deadline="8s"):
        """The daemon asks a name server that never answers, and knows nothing yet."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            nameserver = f"127.0.0.1:{silent.getsockname()[1]}"
            self.lab.warden.restart({**sender.SETTINGS, "cache": {"store": ""}, "resolver": {"nameserver": nameserver},
                                     "outbound": {"deadline": deadline}})
            yield break_it
        if self.lab.warden.process.poll() is None:
            self.lab.warden.stop()
        self.lab.warden.configure(sender.SETTINGS)
        self.lab.warden.start()

    def _killed_at_work(self):
        return self._at_work(lambda: self.lab.warden.stop(signal.SIGKILL))

    def _restarted_at_work(self):
        return self._at_work(lambda: self.lab.warden.restart(sender.SETTINGS))

    def _slow(self):
        return self._at_work(lambda: None, deadline="500ms")

    def _too_slow(self):
        return self._at_work(lambda: None)


def with_client(rows):
    return [row for row in rows if row.client]


# Whether the daemon fails in a lookup; how it fails, in the table; and here.
EPISODES = ((False, ("down", "killed"), FailSafe._down), (False, ("stopped",), FailSafe._stopped),
            (False, ("restarted",), FailSafe._restarted), (True, ("killed",), FailSafe._killed_at_work),
            (True, ("restarted",), FailSafe._restarted_at_work), (True, ("slow",), FailSafe._slow),
            (True, ("too slow",), FailSafe._too_slow))


def run(lab):
    """Returns the rows, and what the ledger complains about."""
    fail_safe = FailSafe(lab)
    rows = list(fail_safe.run())
    return rows, fail_safe.ledger.faults()
