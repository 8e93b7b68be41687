"""The ways in which failsafe.table breaks the daemon. Each is a context manager: it prepares the daemon, yields the function that
breaks it, and in the end makes it well again."""

import os
import signal
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import sender


@contextmanager
def _down(warden):
    yield lambda: warden.stop(signal.SIGKILL)
    warden.start()


@contextmanager
def _stopped(warden):
    yield lambda: _stop(warden.process.pid)
    os.kill(warden.process.pid, signal.SIGCONT)


def _stop(pid):
    os.kill(pid, signal.SIGSTOP)
    # Its threads stop one by one.
    while not all(_state(thread) == "T" for thread in Path(f"/proc/{pid}/task").iterdir()):
        time.sleep(0.001)


def _state(thread):
    return (thread / "stat").read_text().rpartition(")")[2].split()[0]


@contextmanager
def _restarted(warden):
    yield lambda: warden.restart(sender.SETTINGS)


@contextmanager
def _at_work(warden, break_it, deadline="8s"):
    """The daemon asks a name server that never answers, and knows nothing yet."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        nameserver = f"127.0.0.1:{silent.getsockname()[1]}"
        warden.restart({**sender.SETTINGS, "cache": {"store": ""}, "resolver": {"nameserver": nameserver},
                        "outbound": {"deadline": deadline}})
        yield break_it
    if warden.process.poll() is None:
        warden.stop()
    warden.configure(sender.SETTINGS)
    warden.start()


def _killed_at_work(warden):
    return _at_work(warden, lambda: warden.stop(signal.SIGKILL))


def _restarted_at_work(warden):
    return _at_work(warden, lambda: warden.restart(sender.SETTINGS))


def _slow(warden):
    return _at_work(warden, lambda: None, deadline="500ms")


def _too_slow(warden):
    return _at_work(warden, lambda: None)


@dataclass
class Episode:
    at_work: bool  # whether the daemon fails in a lookup
    daemons: tuple  # words of the table's first column
    broken: Callable


EPISODES = (Episode(False, ("down", "killed"), _down), Episode(False, ("stopped",), _stopped),
            Episode(False, ("restarted",), _restarted), Episode(True, ("killed",), _killed_at_work),
            Episode(True, ("restarted",), _restarted_at_work), Episode(True, ("slow",), _slow),
            Episode(True, ("too slow",), _too_slow))
