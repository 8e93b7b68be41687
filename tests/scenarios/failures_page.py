"""doc/failures.md: its tables are made of failures.table, its prose is written by hand."""

import re

import failures_table

PAGE = failures_table.ROOT / "doc" / "failures.md"
# <!-- NAME: a note -->, the table, <!-- end -->
TABLE = re.compile(r"(<!-- ([a-z-]+): [^\n]*-->\n)(.*?)(<!-- end -->)", re.DOTALL)
COMES_TO = {"failed": "fails", "bogus": "doesn't validate", "denied": "says that there is none", "well": "succeeds"}
LOGGED = {"inquiry": "logged", "kept": "a warning", "reply": "logged"}
AGAIN = {"1m": "after a minute", "5m": "after 5 minutes", "ttl": "when the TTL is over", "none": ""}
FOLLOWS = ("result-type and reason", "nothing known", "policy in force", "policy expired", "tried again")


def made(table):
    """The page as it should be."""
    tables = dict(all_tables(table))
    return TABLE.sub(lambda match: match[1] + tables[match[2]] + match[4], PAGE.read_text())


def faults(table):
    named = [name for _, name, *_ in TABLE.findall(PAGE.read_text())]
    for name, _ in all_tables(table):
        if name not in named:
            yield f"{PAGE} has no place for the table {name}"
    if made(table) != PAGE.read_text():
        yield f"{PAGE} is out of date: tests/scenarios/failures.py --write"


def write(table):
    PAGE.write_text(made(table))


def all_tables(table):
    yield "dns", markdown(("what happens", "reason", "the look-up"), dns_rows(table))
    yield "https", markdown(("what happens", "result-type", "reason"), https_rows(table))
    for section in ("record", "policy"):
        rows = [(happened, f"`{reason}`") for _, happened, _, reason in table[section]]
        yield section, markdown(("what is wrong", "reason"), rows)
    for what in failures_table.LOOKUPS:
        yield f"follows-{what}", markdown(("the look-up", *FOLLOWS), follows_rows(table, what))
    yield "follows-policy", markdown(FOLLOWS, [row[1:] for row in follows_rows(table, "record", "https", "policy")])


def dns_rows(table):
    for _, happened, comes_to, reason in table["dns"]:
        yield happened, "" if reason == "none" else f"`{reason}`", COMES_TO[comes_to]


def https_rows(table):
    types = {comes_to: text.split(":")[0] for what, comes_to, _, text, _ in table["follows"] if what == "https"}
    for _, happened, comes_to, reason in table["https"]:
        yield happened, f"`{types[comes_to]}`", f"`{reason}`"


def follows_rows(table, *wanted):
    outcomes = {name: [told(failures_table.outcome(cell)) for cell in cells] for name, *cells in table["outcomes"]}
    for what, comes_to, outcome, failure, again in table["follows"]:
        if what in wanted:
            text = "" if failure == "none" else f"`{failure}`"
            yield COMES_TO.get(comes_to, ""), text, *outcomes[outcome], AGAIN[again]


def told(outcome):
    milter = "accepted" if outcome.milter == "accept" else f"`{outcome.milter}`"
    logged = dict.fromkeys(LOGGED[word] for word in outcome.log)
    return ", ".join([f"`{outcome.map}`", milter, *logged])


def markdown(heading, rows):
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)
