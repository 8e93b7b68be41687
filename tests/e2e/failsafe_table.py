"""failsafe.table: its rows, and how one is compared with what was seen."""

from dataclasses import dataclass, field
from pathlib import Path

import cells

FILE = Path(__file__).with_name("failsafe.table")
DOMAINS = {"good": "sts.test", "bad": "stsmx.test", "plain": "plain.test"}


@dataclass
class Row:
    number: int
    daemon: str
    stage: str
    path: str
    setting: str
    recipients_in_words: str
    seen: str
    meanwhile: str
    final: str
    client: object = None  # of failsafe_client.py, but for mail from sendmail(1)
    results: dict = field(default_factory=dict)  # seen, meanwhile and final as they were

    @property
    def recipients(self):
        return self._addresses("")

    @property
    def earlier(self):
        """Of the session's first message, where a later one is looked at."""
        return self._addresses("first.")

    def _addresses(self, prefix):
        return [f"{prefix}{self.number}@{DOMAINS[word]}" for word in self.recipients_in_words.split(" + ")]

    @property
    def taken(self):
        """Recipients whose message Postfix has taken."""
        return self.client.taken if self.client else self.recipients

    @property
    def title(self):
        return ", ".join([self.daemon, self.stage, self.path, self.setting, self.recipients_in_words])


def read():
    for number, row in enumerate(cells.read(FILE), 1):
        yield Row(number, *row)


def differences(row):
    for column in ("seen", "meanwhile", "final"):
        expected, got = getattr(row, column), row.results[column]
        if got not in expected.split(" or "):
            yield f"{column}: {expected} expected, got {got}"
