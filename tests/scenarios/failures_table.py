"""failures.table: what it says, and whether it keeps the laws and leaves nothing out."""

import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("failures.table")
ROOT = FILE.parents[2]
STATES = ("nothing-cached", "valid-cached", "expired-cached")
LOOKUPS = ("mx", "address", "tlsa", "tlsa-unsigned-mx", "txt", "host")
# The parsers whose every complaint must be a row of a section.
PARSERS = {"policy": ["policy/sts_policy.cc"], "record": ["policy/sts_record.cc", "policy/tag_list.cc"]}
# Names of modes aren't complaints. Records with another version aren't parsed at all.
NO_COMPLAINTS = {"enforce", "testing", "none", "does not begin with v=STSv1;"}


@dataclass
class Outcome:
    map: str
    milter: str
    log: list


@dataclass
class Failure:
    what: str  # a look-up of LOOKUPS, or record, https, policy
    name: str
    happened: str
    comes_to: str
    given: str  # what is served, where that is said
    reason: str
    failure: str  # "dnssec-invalid: reason", or none
    outcome: str
    outcomes: dict  # for each state
    again: str

    @property
    def test(self):
        return f"{self.what}-{self.name}"


def sections():
    found, rows = {}, []
    for line in FILE.read_text().splitlines():
        if heading := re.fullmatch(r"\[([a-z]+)\]", line):
            rows = found[heading[1]] = []
        elif line and not line.startswith("#"):
            rows.append([cell.strip() for cell in re.split(r"\s\|(?:\s|$)", line)])
    return found


def outcome(cell):
    answer, milter, log = (part.strip() for part in cell.split(";"))
    return Outcome(answer, milter, [] if log == "none" else log.split())


def failures(table):
    outcomes = {name: dict(zip(STATES, map(outcome, cells))) for name, *cells in table["outcomes"]}
    follows = {(what, comes_to): rest for what, comes_to, *rest in table["follows"]}

    def failure(what, name, happened, comes_to, reason, given=""):
        follow, text, again = follows[what, comes_to]
        return Failure(what, name, happened, comes_to, given, reason, text.replace("REASON", reason), follow,
                       outcomes[follow], again)

    for what in LOOKUPS:
        yield from (failure(what, *row) for row in table["dns"])
    yield from (failure("https", *row) for row in table["https"])
    for what in ("record", "policy"):
        for name, happened, given, reason in table[what]:
            yield failure(what, name, happened, "failed", reason, given)


def faults(table):
    """Everything that is wrong with the table."""
    for failure in failures(table):
        yield from (f"{failure.test}: {fault}" for fault in broken_laws(failure))
    used = {failure.outcome for failure in failures(table)}
    yield from (f"outcome {name} follows from nothing" for name, *_ in table["outcomes"] if name not in used)
    for section, files in PARSERS.items():
        said = [reason for *_, reason in table[section]]
        for complaint in complaints(files):
            if not any(complaint in reason for reason in said):
                yield f"[{section}] lacks a row for: {complaint}"


def broken_laws(failure):
    nothing, valid, expired = (failure.outcomes[state] for state in STATES)
    if valid.map == "NOTFOUND":
        yield "a failure must not switch off a policy in force (RFC 8461 sections 3.3 and 5.1)"
    if (expired.map, expired.milter) != (nothing.map, nothing.milter):
        yield "a policy that has expired must not count (RFC 8461 section 3.2)"
    if failure.comes_to in ("well", "denied"):
        return
    if failure.what != "mx" and any(cell.map == "TEMP" for cell in (nothing, valid, expired)):
        yield "only without an MX answer nobody knows where the mail may go (RFC 7672 section 2.2)"
    if failure.what in ("mx", "address", "tlsa"):
        if any(cell.milter == "accept" for cell in (nothing, valid, expired)):
            yield "a look-up that RFC 7672 section 2.2 depends on must be waited for"
    elif (nothing.map, nothing.milter) != ("NOTFOUND", "accept") or valid.milter != "accept":
        yield "nothing learned and a broken stranger: mail goes as without us (RFC 8461 section 3.3)"


def complaints(files):
    """The texts in the source by which a parser says what is wrong."""
    for file in files:
        source = (ROOT / file).read_text()
        for text in re.findall(r'(?:return Error\{|return )"([^"]+)"', source):
            if text.strip() not in NO_COMPLAINTS:
                yield text.strip()
