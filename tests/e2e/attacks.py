"""attacks.table: lets tlswarden and the peer learn what there is to learn, attacks all domains at once, and compares what happened
with what was to happen. Of the peer nothing is expected; its answer under the same attack stands beside."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cells
import hostile
import sender
import table
from episodes import sendmail
from peer import Peer

FILE = Path(__file__).with_name("attacks.table")
LEAST_TTL = 5  # seconds for which tlswarden believes any answer
FORBIDDEN = ["127.0.0.1", "169.254.169.254"]  # addresses that no policy host may have
ENDLESS = "mta-sts.endless.test"
ENOUGH_OF_IT = 8 * 2**20  # octets: what may be sent before a client that has read 64 KiB is heard to have gone
ATTRIBUTES = ["match", "servername", "policy_type", "policy_domain", "mx_host_pattern", "policy_failure"]
# A policy host that never ends must not make the test last longer than it has to.
LAB = {**sender.OUTSIDE, "mta-sts": {**sender.LAB["mta-sts"], "timeout": "10s"}}


@dataclass
class Attack:
    row: table.Row
    section: str  # of an RFC
    outside: bool

    @property
    def domain(self):
        return self.row.recipient.split("@")[1]


@dataclass
class Tried:
    attack: Attack
    result: table.Result
    peer: str


def read():
    outside = False
    for row in cells.read(FILE):
        if row[0].startswith("["):
            outside = row == ["[outside]"]
        else:
            name, section, attack, milter, reason, answer, postfix = row
            answer = answer.replace("{secure}", f"OK secure match=mx.{name}.test servername=hostname")
            yield Attack(table.Row(f"user@{name}.test", attack, milter, reason, answer, postfix), section, outside)


class Attacks:
    def __init__(self, lab, peer):
        self.lab, self.peer, self.listeners = lab, peer, []
        self.domains = {domain.name: domain for domain in lab.domains}
        self.before = {}  # domain: tlswarden's answer before the attack
        self.since = 0  # the attack's begin in the log

    def run(self):
        """Yields what was tried, in the order of the rows."""
        attacks = list(read())
        self.lab.warden.restart(LAB)
        with ThreadPoolExecutor(8) as pool:
            known = [name for name, domain in self.domains.items() if domain.attacked]
            self.before = dict(zip(known, pool.map(self._learn, known)))
            self.lab.attack()
            self.since = self.lab.log.mark()
            time.sleep(LEAST_TTL + 1)
            yield from pool.map(self._try, [attack for attack in attacks if not attack.outside])
        self._go_outside()
        # One after the other: it must be clear who comes to a listener.
        yield from map(self._try, [attack for attack in attacks if attack.outside])

    def _learn(self, name):
        self.peer.ask(name)
        return sender.ask_policy_map(name)

    def _go_outside(self):
        self.lab.out.run("ip", "addr", "add", f"{FORBIDDEN[1]}/32", "dev", "lo")
        self.listeners = [hostile.Listener(address) for address in FORBIDDEN]
        sender.use_resolver(self.lab.out, hostile.ADDRESS)
        self.lab.warden.restart(sender.OUTSIDE)

    def _try(self, attack):
        result = table.observe(self.lab.log, attack.row, self.since)
        result.postfix = self._with_taker(result.postfix, attack.row.recipient, attack.domain)
        if result.postfix == "refused":
            result.postfix += ", " + self._send_past_milter(f"local@{attack.domain}", attack.domain)
        self._wait_for_reason(result, attack.domain)
        result.wrong = [*table.differences(result), *self._never(result, attack.domain)]
        answer = self.peer.ask(attack.domain).strip()
        return Tried(attack, result, ", ".join([answer, *self._visits()]))

    def _send_past_milter(self, recipient, name):
        """Mail from sendmail(1) is never deferred by the milter: only the policy map stands between it and the attacker."""
        sendmail(self.lab, recipient)
        return self._with_taker(self.lab.log.outcome(recipient, 20, self.since)[0], recipient, name)

    def _with_taker(self, outcome, recipient, name):
        if not outcome.startswith("sent"):
            return outcome
        line = self.lab.log.lines(f"to=<{recipient}>, relay=", self.since)[0]
        relay = re.search(r"relay=([^,\[]+)", line).group(1)
        return outcome if relay == self.domains[name].own_mx_host else f"{outcome} at {relay}"

    def _wait_for_reason(self, result, name):
        """What an inquiry failed with may be known only after the answer."""
        def find():
            lines = self.lab.log.lines(f"inquiry=failed policy-domain={name} ", self.since)
            return next((line.split("]: ", 1)[-1] for line in lines if re.search(result.row.reason, line)), None)
        if not re.search(result.row.reason, f"{result.reply[1]}\n{result.warden}"):
            result.inquiry = self.lab.log.wait_for(find, 15) or result.inquiry

    def _never(self, result, name):
        """What must not happen, whatever the row expects."""
        domain, before = self.domains[name], self.before.get(name) or ""
        if domain.attacked and (domain.sts or domain.tlsa) and not before.startswith("OK "):
            yield f"nothing was known before the attack: '{before}'"
        if domain.attacked and domain.sts and re.search("sent (?!Verified$)", result.postfix):
            yield f"an enforced policy was known, and the mail was {result.postfix}"
        for smuggled in foreign_attributes(sender.ask_policy_map(name, map_name="QUERYwithTLSRPT") or ""):
            yield f"an attribute of the attacker's went to Postfix: {smuggled}"
        yield from self._visits()

    def _visits(self):
        return [f"visited {listener.address}" for listener in self.listeners if listener.visits_since_last_time()]


def foreign_attributes(answer):
    words = re.sub(r"\{ policy_string = [^{}]+ \}", "", answer).split()
    return [word for word in words[2:] if word.partition("=")[0] not in ATTRIBUTES] if words[:1] == ["OK"] else []


def octets_taken(lab, client):
    """How much of the endless policy went out to the client, which has gone by now."""
    for _ in range(40):
        lines = lab.web.path("/var/log/nginx/access.log").read_text().splitlines()
        taken = [int(line.split()[-1]) for line in lines if line.startswith(f'{ENDLESS} "{client}')]
        if taken and max(taken) >= 65536:  # the good policy, before the attack, was less
            break
        time.sleep(0.05)
    return max(taken, default=0)


def run(lab):
    """Returns what was tried, and the peer's version."""
    peer = Peer(lab.out)
    peer.start()
    try:
        tried = list(Attacks(lab, peer).run())
    finally:
        peer.stop()
    endless = next(each for each in tried if ENDLESS == f"mta-sts.{each.attack.domain}")
    if not 65536 <= (taken := octets_taken(lab, "tlswarden")) <= ENOUGH_OF_IT:
        endless.result.wrong.append(f"{taken} octets were fetched")
    if peer.program:
        endless.peer += f", {octets_taken(lab, 'postfix-mta-sts-resolver') / 2**20:.1f} MiB fetched"
    return tried, peer.version()
