"""The tables beside the lab: one row a line, cells between |, comments after #."""

import re


def read(file):
    """Yields the cells of each row. A | in a regular expression is written \\|."""
    for line in file.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            yield [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)]
