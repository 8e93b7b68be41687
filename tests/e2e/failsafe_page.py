#!/usr/bin/env python3
"""doc/failsafe.md: its tables are made of failsafe.table, its prose is written by hand.

    failsafe_page.py --check   says whether the page is made of the table
    failsafe_page.py --write   writes its tables anew
"""

import re
import sys

sys.dont_write_bytecode = True

import failsafe_table

PAGE = failsafe_table.FILE.parents[2] / "doc" / "failsafe.md"
# <!-- NAME: a note -->, the table, <!-- end -->
TABLE = re.compile(r"(<!-- ([a-z]+): [^\n]*-->\n)(.*?)(<!-- end -->)", re.DOTALL)
HEADS = {"daemon": "daemon", "stage": "fails at", "setting": "default action", "recipients_in_words": "recipient",
         "seen": "the client sees", "meanwhile": "meanwhile", "final": "in the end"}
LEFT_OUT = {"smtp": (), "local": ("seen",), "delivery": ("seen", "setting")}


def made():
    """The page as it should be."""
    rows = list(failsafe_table.read())
    return TABLE.sub(lambda match: match[1] + table(match[2], rows) + match[4], PAGE.read_text())


def table(path, rows):
    columns = [column for column in HEADS if column not in LEFT_OUT[path]]
    cells = [[HEADS[column] for column in columns], ["---"] * len(columns)]
    cells += [[told(getattr(row, column)) for column in columns] for row in rows if row.path == path]
    return "".join("| " + " | ".join(line) + " |\n" for line in cells)


def told(cell):
    """Replies and Postfix's words in its own letters."""
    reply, outcome = r"((connect|message|[A-Z]+) )?\d{3}( [45]\.\d\.\d)?", r"(deferred|bounced) [45]\.\d\.\d|sent \w+"
    return re.sub(f"{reply}|{outcome}", r"`\g<0>`", cell)


def faults():
    paths = {row.path for row in failsafe_table.read()}
    if paths != {name for _, name, *_ in TABLE.findall(PAGE.read_text())}:
        yield f"{PAGE} has no place for one of {', '.join(sorted(paths))}, or too many"
    elif made() != PAGE.read_text():
        yield f"{PAGE} is out of date: tests/e2e/failsafe_page.py --write"


def main(arguments):
    if arguments == ["--write"]:
        PAGE.write_text(made())
        return 0
    if arguments != ["--check"]:
        print(__doc__, file=sys.stderr)
        return 2
    found = list(faults())
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
