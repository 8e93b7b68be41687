"""The sending side: a validating resolver, Debian's Postfix as Debian sets it up, and tlswarden as it is installed."""

import os
import re
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import certificates
from hosts import STATE, CommandFailed

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIG = "/etc/tlswarden/tlswarden.conf"
STORE = "/var/lib/tlswarden"
MILTER_FOLDER = "/var/spool/postfix/tlswarden"
POLICY_MAP = ("127.0.0.1", 8642)

# The only settings that differ from the installed file. The milter's socket lies where a chrooted smtpd finds it.
# Other hosts' /run is the same, so the socket for datagrams lies there, too.
OUTSIDE = {"milter": {"socket": f"unix:{MILTER_FOLDER}/milter.sock"}, "tlsrpt": {"socket": f"{MILTER_FOLDER}/tlsrpt.sock"}}
LAB = {"mta-sts": {"allow-private-addresses": "yes"}}
SETTINGS = OUTSIDE | LAB
RULES = """
[rule.partner]
recipient-domain = partner.test
require = authenticated
on-failure = reject

[rule.encrypted-partners]
recipient-domain = encpartner.test
recipient-domain = plainpartner.test
require = encrypt
"""

UNBOUND = """server:
    interface: 127.0.0.1
    username: unbound
    chroot: ""
    pidfile: {pid_file}
    root-hints: /etc/unbound/root.hints
    trust-anchor: "{anchor}"
    local-zone: test. nodefault
    do-ip6: no
"""
UNBOUND_PID = "/var/lib/unbound/unbound.pid"  # /run is the same on all hosts
STUB = """stub-zone:
    name: {zone}
    stub-addr: {address}
"""
# What Debian's installation asks and sets for an "Internet Site".
POSTFIX = ["myhostname=out.test", "mydestination=$myhostname, localhost", "relayhost=", "mynetworks=127.0.0.0/8 [::1]/128",
           "smtpd_relay_restrictions=permit_mynetworks permit_sasl_authenticated defer_unauth_destination",
           "alias_maps=hash:/etc/aliases", "alias_database=hash:/etc/aliases"]


def start_resolver(host, root_server, anchor, intercepted=(), attacker=""):
    """The zones of `intercepted` are asked for at the attacker's, as if he sat on the way."""
    stubs = "".join(STUB.format(zone=zone, address=attacker) for zone in intercepted)
    host.write("/etc/unbound/root.hints", f". 3600 NS ns.\nns. 3600 A {root_server}\n")
    host.write("/etc/unbound/unbound.conf", UNBOUND.format(anchor=anchor, pid_file=UNBOUND_PID) + stubs)
    host.run("unbound")


def use_resolver(host, address):
    """Whom Postfix asks from now on, in its chroot too, and tlswarden when it starts."""
    for folder in ("/etc", "/var/spool/postfix/etc"):
        host.write(f"{folder}/resolv.conf", f"nameserver {address}\n")
    host.run("postfix", "reload")


def stop_resolver(host):
    pid = int(host.path(UNBOUND_PID).read_text())
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)  # we are the first process in the cage, and so the parent of all daemons


def set_up_system(host):
    host.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")
    host.write("/etc/hosts", f"127.0.0.1 localhost\n{host.address} {host.domain} {host.name}\n")
    # The lab's authority is what this host trusts, where OpenSSL's default and Postfix's CAfile look.
    link = host.run("openssl", "x509", "-hash", "-noout", "-in", str(certificates.AUTHORITY)).strip()
    for name in ("ca-certificates.crt", f"{link}.0"):
        host.write(f"/etc/ssl/certs/{name}", certificates.AUTHORITY.read_text())
    host.path("/var/log/mail.log").unlink(missing_ok=True)
    host.run("ln", "-s", str(STATE / f"{host.name}.log"), "/var/log/mail.log")


def start_postfix(host):
    set_up_system(host)
    host.write("/etc/aliases", "postmaster: root\npartners: user@stsmx.test\nreports: root\n")
    for name, original in (("main.cf", "main.cf.debian"), ("master.cf", "master.cf.dist")):
        host.write(f"/etc/postfix/{name}", host.path(f"/usr/share/postfix/{original}").read_text())
    ours = (REPOSITORY / "contrib/postfix/main.cf").read_text()
    host.run("postconf", "-e", *POSTFIX, *re.findall(r"^\w+ *=.*$", ours, re.M))
    host.run("newaliases")
    host.run("chown", "postfix", "/var/lib/postfix")
    host.run("/usr/lib/postfix/configure-instance.sh", "-")  # as Debian's start script does
    host.run("postfix", "start")


def reload_postfix(lab, ports=()):
    """Returns when Postfix has read its settings, and listens at these ports, with no client there that it knew before."""
    since = lab.log.mark()
    old = _servers(lab) if ports else []
    # Else Postfix would wait until they are two seconds old.
    for name in ("main.cf", "master.cf"):
        os.utime(lab.out.path(f"/etc/postfix/{name}"), (0, 0))
    lab.out.run("postfix", "reload")
    if not lab.log.wait_for(lambda: lab.log.lines("reload -- version", since), 20):
        raise CommandFailed("Postfix doesn't read its settings again")
    for port in ports:
        _wait_for_listener(port)
    # A process that waited for a client may take one more, by the settings that were.
    for _ in range(500):
        if not set(old) & set(_servers(lab)):
            return
        time.sleep(0.02)
    raise CommandFailed("Postfix's smtpd from before the reload doesn't end")


def _servers(lab):
    """The process ids of Postfix's SMTP servers."""
    master = lab.out.path("/var/spool/postfix/pid/master.pid").read_text().strip()
    return lab.out.run("pgrep", "--parent", master, "--exact", "smtpd", check=False).split()


def _wait_for_listener(port):
    for _ in range(1000):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=10).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise CommandFailed(f"nobody listens at port {port}")


class Warden:
    """The tlswarden daemon."""

    def __init__(self, host, build, settings, milter_folder, group):
        self.host, self.build, self.settings = host, build, settings
        self.milter_folder, self.group = milter_folder, group  # of the MTA
        self.process = None
        self.output = STATE / f"tlswarden.{host.name}.out"

    def install(self):
        self.host.run("cmake", "--install", str(self.build))
        self.installed_config = self.host.path(CONFIG).read_text()
        self.configure(self.settings)
        if not self.host.run("id", "-u", "tlswarden", check=False).strip().isdigit():
            self.host.run("useradd", "--system", "--no-create-home", "tlswarden")
        self.host.run("install", "-d", "-o", "tlswarden", "-g", "tlswarden", "-m", "750", STORE)
        # Setgid: the socket gets the MTA's group, and mode 0660 lets it in.
        self.host.run("install", "-d", "-o", "tlswarden", "-g", self.group, "-m", "2750", self.milter_folder)
        self.host.run(*self.as_user("tlswarden", "check-config"))

    def configure(self, settings, rules=""):
        """`rules` stand before those that are always there."""
        self.host.write(CONFIG, settings_applied(self.installed_config, settings) + rules + RULES)

    def restart(self, settings, rules=""):
        """The cache stays: it is in the store."""
        self.stop()
        self.configure(settings, rules)
        self.start()

    def as_user(self, *command):
        return ["setpriv", "--reuid", "tlswarden", "--regid", "tlswarden", "--clear-groups", *command]

    def start(self):
        self.process = self.spawn()
        for _ in range(500):
            if self.process.poll() is not None:
                raise CommandFailed(f"tlswarden ended at once, exit {self.process.returncode}:\n{self.output.read_text()}")
            if self.is_ready():
                return
            time.sleep(0.01)
        raise CommandFailed(f"tlswarden isn't ready after 5 s:\n{self.output.read_text()}")

    def spawn(self, output=None):
        with open(output or self.output, "a") as file:
            return subprocess.Popen(self.host.command(*self.as_user("tlswarden", "run")), stdin=subprocess.DEVNULL,
                                    stdout=file, stderr=file)

    def is_ready(self):
        return self.host.path(f"{self.milter_folder}/milter.sock").is_socket() and self._accepts()

    def _accepts(self):
        with ThreadPoolExecutor(1, initializer=self.host.join_network) as pool:
            return pool.submit(_accepts, POLICY_MAP).result()

    def stop(self, how=signal.SIGTERM):
        """Returns the exit code and how long the end took."""
        began = time.monotonic()
        os.kill(self.process.pid, how)
        code = self.process.wait(timeout=15)
        return code, time.monotonic() - began


def _accepts(address):
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return False
    return True


def settings_applied(text, settings):
    """The configuration with these keys set: a line that sets one already gives way."""
    lines, section = [], ""
    for line in text.splitlines():
        if header := re.match(r"\[(.+)\]", line):
            section = header.group(1)
        key = line.split("=")[0].strip()
        lines.append(f"# {line}" if key in settings.get(section, {}) else line)
    for section, values in settings.items():
        lines += ["", f"[{section}]", *(f"{key} = {value}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def ask_policy_map(key, timeout=20, address=POLICY_MAP, map_name="QUERY"):
    """Postfix's socketmap protocol: a netstring each way. The calling thread must be on the sender's network."""
    try:
        with socket.create_connection(address, timeout=timeout) as connection:
            request = f"{map_name} {key}".encode()
            connection.sendall(b"%d:%s," % (len(request), request))
            length, answer = b"", b""
            while not length.endswith(b":"):
                length += connection.recv(1) or b":"
            while len(answer) <= int(length[:-1] or 0) and (more := connection.recv(4096)):
                answer += more
    except OSError:
        return None
    return answer[:-1].decode()
