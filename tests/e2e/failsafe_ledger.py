"""What became of each message of failsafe.table. Each that was taken is delivered once, in the queue (held, perhaps), or bounced;
each that was refused is nowhere."""

import json
import time

from failsafe_client import SENDER
from failsafe_table import DOMAINS
from maillog import SENT

WAITING = {"maildrop": "waits in maildrop", "hold": "held", "active": "waits in queue", "incoming": "waits in queue",
           "deferred": "waits in queue"}


def queued(lab):
    """Each recipient in the queue, and the name of the queue that its message is in."""
    for line in lab.out.run("postqueue", "-j").splitlines():
        if line.startswith("{"):
            entry = json.loads(line)
            yield from ((recipient["address"], entry["queue_name"]) for recipient in entry["recipients"])


def fate(lab, recipient, since, timeout):
    """What Postfix says about the message, or where it lies when the time is over."""
    outcome, _ = lab.log.outcome(recipient, 0, since)
    deadline = time.monotonic() + timeout
    while outcome == "nothing":
        place = WAITING.get(dict(queued(lab)).get(recipient), "nowhere")
        if place == "held" or time.monotonic() > deadline:
            return place
        outcome, _ = lab.log.outcome(recipient, 0.3, since)
    return outcome


def release(lab):
    """What an administrator does when the daemon is back: held mail is let go, and what waits is tried at once."""
    lab.out.run("postsuper", "-H", "ALL")
    lab.out.run("postqueue", "-f")


class Ledger:
    def __init__(self, lab, recipients):
        self.lab, self.recipients = lab, recipients
        self.since, self.since_mx = lab.log.mark(), lab.logs["mx"].mark()
        self.handed_in = []  # the recipient's address, each time that a message to it was taken

    def faults(self, timeout=5):
        """What is lost, or doubled. A message on its way between two places may need the time."""
        deadline = time.monotonic() + timeout
        while (faults := list(self._faults())) and time.monotonic() < deadline:
            time.sleep(0.1)
        return faults

    def _faults(self):
        for recipient, places in sorted(self._places().items()):
            if recipient.endswith(DOMAINS["bad"]) and "delivered" in places:
                yield f"{recipient}: delivered against the domain's policy"
            if len(places) != (handed_in := self.handed_in.count(recipient)):
                yield f"{recipient}: taken {handed_in} times, and is {', '.join(places) or 'nowhere'}"

    def _places(self):
        """Where each recipient's messages are, or where they went to."""
        places = {recipient: [] for recipient in self.recipients}
        for address, place in [*self._delivered(), *self._bounced(), *queued(self.lab)]:
            if address in places:
                places[address].append(place)
        return places

    def _delivered(self):
        for line in self.lab.logs["mx"].lines("status=sent", self.since_mx):
            if sent := SENT.search(line):
                yield sent.group(4), "delivered"

    def _bounced(self):
        """Only if the sender was told."""
        for line in self.lab.log.lines("status=bounced", self.since):
            queue_id, recipient = SENT.search(line).group(3, 4)
            notice = self._line(f"{queue_id}: sender non-delivery notification: ").split()[-1]
            yield recipient, "bounced" if self._line(f"{notice}: to=<{SENDER}>", "status=sent") else "bounced in silence"

    def _line(self, text, more=""):
        found = self.lab.log.wait_for(lambda: [line for line in self.lab.log.lines(text, self.since) if more in line], 2)
        return found[0] if found else ""
