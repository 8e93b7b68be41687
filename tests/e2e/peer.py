"""Debian's postfix-mta-sts-resolver, which is asked the same questions under the same attacks."""

import os
import shutil
import socket
import subprocess
import time

import sender
from hosts import STATE, run

ADDRESS = ("127.0.0.1", 8461)
# As it is installed, but for cache_grace: by default it looks at a record that it knows only once a minute.
CONFIG = """host: 127.0.0.1
port: 8461
shutdown_timeout: 1
cache_grace: 1
cache:
  type: internal
  options:
    cache_size: 10000
default_zone:
  strict_testing: false
  timeout: 4
"""


class Peer:
    def __init__(self, host):
        self.host, self.process = host, None
        self.program = shutil.which("mta-sts-daemon")

    def version(self):
        return run(["dpkg-query", "-W", "-f", "${Version}", "postfix-mta-sts-resolver"]) if self.program else "not installed"

    def start(self):
        if not self.program:
            return
        self.host.write("/etc/mta-sts-daemon.yml", CONFIG)
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        user = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
        with open(STATE / "peer.out", "w") as output:
            self.process = subprocess.Popen(self.host.command(*user, self.program, "-c", "/etc/mta-sts-daemon.yml"), env=environment,
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        for _ in range(500):
            try:
                socket.create_connection(ADDRESS, timeout=1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError(f"{self.program} isn't ready after 5 s:\n{(STATE / 'peer.out').read_text()}")

    def ask(self, domain):
        if not self.program:
            return "not installed"
        return sender.ask_policy_map(domain, address=ADDRESS) or "no answer"

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
