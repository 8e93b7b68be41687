"""Runs a program inside the lab's cage, and finds cages that were left running."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import hosts

SKIPPED = 77  # the exit code that CTest takes for "skipped"
INSIDE = "--inside"
DONE = "\0done "  # a line that tells the process outside


def is_inside():
    return INSIDE in sys.argv


def enter(keep):
    """Runs this same command again inside the cage, and returns its exit code. With keep the command goes on living there after it
    has called done(), and so does the cage; otherwise the cage ends with this process, even if that is killed."""
    if os.geteuid() != 0:
        print(f"{sys.argv[0]}: needs root, for the namespaces", file=sys.stderr)
        return SKIPPED
    command = [*hosts.CAGE, sys.executable, *sys.argv, INSIDE]
    if keep:
        return _enter_and_leave(command)
    try:
        return subprocess.run(["setpriv", "--pdeathsig", "KILL", *command]).returncode
    except KeyboardInterrupt:
        return 130


def _enter_and_leave(command):
    # What the cage prints goes through this process: it must not hold the caller's terminal or pipe when we are gone.
    columns = str(shutil.get_terminal_size((180, 50)).columns)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               start_new_session=True, env={**os.environ, "COLUMNS": columns})
    try:
        for line in process.stdout:
            if line.startswith(DONE):
                return int(line[len(DONE):])
            print(line, end="", flush=True)
        return process.wait()
    except BaseException:
        process.kill()
        raise


def done(code, keep):
    """Tells the process outside how it went. With keep this never returns."""
    if not keep:
        return code
    print(f"{DONE}{code}", flush=True)
    with open(os.devnull, "r+") as null:
        for stream in (1, 2):
            os.dup2(null.fileno(), stream)
    while True:
        signal.pause()


def stop_all():
    """Ends the labs that were left running, not those of a test under way: only the former lead a session of their own."""
    # A host's parent is the first process in its cage, and the parent of that holds the cage.
    holders = {_parent(_parent(pid)) for pid in hosts.find_hosts("out")}
    kept = [pid for pid in holders if os.getsid(pid) == pid]
    for pid in kept:
        os.kill(pid, signal.SIGKILL)
    return len(kept)


def _parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def enter_host(name, command):
    """Replaces this process by a shell, or a command, on a host of the lab started last."""
    found = hosts.find_hosts(name)
    if not found:
        sys.exit(f"no lab with a host {name} is running; start one with: tests/e2e/lab start --build BUILD_DIR")
    os.execvp("nsenter", ["nsenter", "--target", str(found[-1]), "--net", "--mount", "--uts", "--ipc", "--pid", "--root", "--wd=/",
                          *(command or ["bash"])])
