"""failsafe.table: breaks the daemon in each way and stage while messages are on their way, mends it, and sees what becomes of each
message. At the end every message is accounted for."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import failsafe_table
import sender
from failsafe_client import Dialogue, sendmail
from failsafe_daemon import EPISODES
from failsafe_ledger import Ledger, fate, release

PATIENT, IMPATIENT = 10, 2  # seconds that Postfix waits for an answer of the milter
LONG = 15  # seconds in which anything must have happened
SETTINGS = ("tempfail", "accept", "reject", "quarantine", "-")
PORTS = {(setting, wait): 2600 + 20 * number + wait for number, setting in enumerate(SETTINGS) for wait in (PATIENT, IMPATIENT)}
MILTER = "{{ unix:tlswarden/milter.sock, default_action={}, connect_timeout={t}s, command_timeout={t}s, content_timeout={t}s }}"
SERVICE = """127.0.0.1:{port} inet n - y - - smtpd
    -o {{ smtpd_milters = {milter} }}
"""


def milter(setting, timeout):
    return "" if setting == "-" else MILTER.format(setting, t=timeout)


def timeout(row):
    return IMPATIENT if row.daemon in ("stopped", "too slow") else PATIENT


class FailSafe:
    def __init__(self, lab):
        self.lab, self.rows = lab, list(failsafe_table.read())
        self.ledger = Ledger(lab, [address for row in self.rows for address in row.earlier + row.recipients])
        self.pool = ThreadPoolExecutor(len(self.rows))

    def run(self):
        """Returns the rows, with what was seen."""
        self._add_services()
        for episode in EPISODES:
            rows = [row for row in self.rows if row.daemon in episode.daemons and (row.stage == "lookup") == episode.at_work]
            self._episode(rows, episode.broken(self.lab.warden))
        self._set_local_milter("$smtpd_milters")
        return self.rows

    def _add_services(self):
        master = self.lab.out.path("/etc/postfix/master.cf")
        added = "".join(SERVICE.format(port=port, milter=milter(*key)) for key, port in PORTS.items())
        master.write_text(master.read_text() + added)
        sender.reload_postfix(self.lab, PORTS.values())

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
                row.client = Dialogue(PORTS[row.setting, timeout(row)], halt, row.recipients, row.earlier)
        # First what waits for the disk: a lookup is over after six seconds, whether the daemon has failed by then or not.
        self._each(lambda row: row.client.go_on(), [row for row in with_client(rows) if not row.client.halt])
        for row in rows:
            if row.path == "local" and row.stage == "lookup":
                self._submit(row)
        self._each(lambda row: row.client.go_on(), [row for row in with_client(rows) if row.client.halt])
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
        self._set_local_milter(milter(row.setting, timeout(row)))
        sendmail(self.lab, row.recipients)
        self.ledger.handed_in += row.recipients
        if row.setting != "tempfail" and row.stage != "lookup":
            self._wait_for_pickup()

    def _set_local_milter(self, value):
        self.lab.out.run("postconf", "-e", f"non_smtpd_milters = {value}")
        sender.reload_postfix(self.lab)

    def _wait_for_pickup(self):
        """The next row is for another setting."""
        deadline = time.monotonic() + LONG
        while any(self.lab.out.path("/var/spool/postfix/maildrop").iterdir()) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _each(self, function, rows):
        return list(self.pool.map(function, rows))

    def _fates(self, row, since):
        patience = IMPATIENT + 0.5 if "waits" in row.meanwhile else LONG
        return " + ".join(fate(self.lab, each, since, patience) if each in row.taken else "refused" for each in row.recipients)

    def _finish(self, rows):
        """The daemon is well again."""
        since = self.lab.log.mark()
        # First, because Postfix suspends a domain where deliveries failed, new messages to it as well.
        release(self.lab)
        self._each(self._come_again, with_client(rows))
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


def with_client(rows):
    return [row for row in rows if row.client]


def run(lab):
    """Returns the rows, and what the ledger complains about."""
    fail_safe = FailSafe(lab)
    return fail_safe.run(), fail_safe.ledger.faults()
