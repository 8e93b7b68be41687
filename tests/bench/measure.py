"""Runs of load programs, and what the rounds of a benchmark come to."""

import os
import statistics
import subprocess

import servers


def run_load(program, *arguments):
    """Runs a load program; returns its line of name=value as a dictionary."""
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True,
                          timeout=180, check=False)
    if done.returncode != 0:
        raise servers.Failed(f'{os.path.basename(program)}: {done.stderr.strip()}')
    return dict(item.partition('=')[::2] for item in done.stdout.split() if '=' in item)


class Runs:
    """What each server's runs of one row gave, round by round."""

    def __init__(self):
        self._runs = {}

    def add(self, name, result):
        self._runs.setdefault(name, []).append(result)

    def last(self, name):
        return self._runs[name][-1]

    def median(self, name, field):
        return statistics.median(float(run[field]) for run in self._runs[name])

    def ratio(self, name, base, field):
        """Text: the median over the rounds of name's value / base's, and the extremes."""
        ratios = [float(ours[field]) / float(theirs[field])
                  for ours, theirs in zip(self._runs[name], self._runs[base])]
        return f'{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})'


def in_turn(contestants, number):
    """The order of a round: forwards and backwards by turns, so that none is always first."""
    return contestants if number % 2 == 0 else contestants[::-1]


def spread(values):
    return f'{statistics.median(values):.0f} ({min(values):.0f}-{max(values):.0f})'
