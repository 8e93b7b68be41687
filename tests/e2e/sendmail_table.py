"""sendmail.table: sends the rows of domains.table from Sendmail, too, and compares what happened with what was to happen there."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cells
import table

FILE = Path(__file__).with_name("sendmail.table")

# What Postfix did, in the words of Sendmail's log. Sendmail's "OK" says that the chain leads to an authority, as "Trusted" does;
# the names on the certificate are checked later, and without a word.
AS_SENDMAIL = {"Untrusted": "FAIL", "Trusted": "OK", "Verified": "OK"}


def read():
    """The outcomes that differ from Postfix's: {recipient: outcome}."""
    differing = {}
    for recipient, outcome, why in cells.read(FILE):
        if recipient in differing or not why:
            raise ValueError(f"{FILE.name}: {recipient}")
        differing[recipient] = outcome
    return differing


def translated(outcome):
    first, *more = outcome.split()
    return f"sent {AS_SENDMAIL.get(more[0], more[0])}" if first == "sent" else first


def rows(lab):
    differing = read()
    for row in table.read(lab.domains, lab.sendmail.domain):
        like_postfix = translated(row.postfix)
        outcome = differing.pop(row.recipient, like_postfix)
        if outcome == like_postfix and row.recipient in read():
            raise ValueError(f"{FILE.name}: {row.recipient} isn't different")
        # What the socketmap answers was compared at Postfix's.
        yield replace(row, policy_map="", postfix=outcome)
    if differing:
        raise ValueError(f"{FILE.name}: not in {table.FILE.name}: {', '.join(differing)}")


def try_row(lab, row):
    log = lab.logs["sendmail"]
    result = table.observe(log, row, log.mark())
    result.wrong = list(table.differences(result, "Sendmail"))
    return result


def start(lab):
    """Sends all messages and returns at once. Returns the results to wait for, in the order of the rows."""
    pool = ThreadPoolExecutor(6, initializer=lab.sendmail.join_network)
    return [pool.submit(try_row, lab, row) for row in rows(lab)]
