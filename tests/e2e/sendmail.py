"""The other sending side: Debian's Sendmail, from packages that can't be installed beside Postfix's, and the lines of
contrib/sendmail."""

import os
import signal
import time
from pathlib import Path

import sender
from hosts import CommandFailed

PACKAGES = sorted(Path("/var/cache/tlswarden-lab").glob("sendmail-*.deb"))  # contrib/install-packages puts them there
PROGRAM = "/usr/libexec/sendmail/sendmail"
MILTER_FOLDER = "/run/tlswarden"  # tlswarden's own place for it: nothing is in a chroot here
PID_FILE = "/var/run/sendmail/mta/sendmail.pid"
OURS = "contrib/sendmail/tlswarden.mc"
INCLUDE = "include(`/etc/mail/m4/tlswarden.mc')dnl\n"

# Debian's sendmail.mc, patient with a test that connects often, and with our lines.
DEBIAN_MC = "/usr/share/sendmail/cf/debian/sendmail.mc"
CHANGED = {
    "FEATURE(`greet_pause', `1000')dnl 1 seconds": "",
    "define(`confCONNECTION_RATE_THROTTLE', `15')dnl": "",
    # Debian delivers by a program of another package.
    "MAILER_DEFINITIONS\n": f"""define(`LOCAL_MAILER_PATH', `/usr/libexec/sendmail/mail.local')dnl
define(`LOCAL_MAILER_ARGS', `mail.local -d $u')dnl
{INCLUDE}MAILER_DEFINITIONS
""",
}


def start(host):
    sender.set_up_system(host)
    _unpack(host)
    _set_up_as_debian_does(host)
    write_configuration(host)
    _start(host)


def _unpack(host):
    for package in PACKAGES:
        # Into the host's own trees. What tar would set on the root itself would be seen by the whole machine.
        host.run("sh", "-c", f"dpkg-deb --fsys-tarfile {package} | tar --extract --directory=/ --no-overwrite-dir")


def _set_up_as_debian_does(host):
    """What the packages' scripts do for users, folders and the databases of Debian's sendmail.mc."""
    for user in ("smmta", "smmsp"):
        if not host.run("id", "-u", user, check=False).strip().isdigit():
            host.run("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/var/lib/sendmail", user)
    host.run("install", "-d", "-o", "smmta", "-g", "smmsp", "/etc/mail/m4", "/var/lib/sendmail", "/run/sendmail/mta")
    host.run("install", "-d", "-o", "root", "-g", "smmsp", "/var/lib/sendmail/host_status")
    host.run("install", "-d", "-o", "smmta", "-g", "smmsp", "-m", "2750", "/var/spool/mqueue")
    for name in ("dialup.m4", "provider.m4"):
        host.write(f"/etc/mail/m4/{name}", "")
    host.write("/etc/mail/local-host-names", "localhost\n")
    host.write("/etc/mail/access", "Connect:127.0.0.1\tRELAY\n")
    host.write("/etc/mail/aliases", "postmaster: root\n")


def write_configuration(host, failure_flag="F=T, "):
    """`failure_flag` stands for that of INPUT_MAIL_FILTER: what happens while the milter is down."""
    ours = (sender.REPOSITORY / OURS).read_text()
    host.write("/etc/mail/m4/tlswarden.mc", ours.replace("milter.sock, F=T, ", f"milter.sock, {failure_flag}"))
    text = host.path(DEBIAN_MC).read_text()
    for line, other in CHANGED.items():
        text = text.replace(line, other)
    host.write("/etc/mail/sendmail.mc", text)
    host.run("sh", "-c", "m4 /etc/mail/sendmail.mc > /etc/mail/sendmail.cf")
    host.run("sh", "-c", "makemap hash /etc/mail/access.db < /etc/mail/access")
    host.run(PROGRAM, "-bi")


def _start(host):
    host.run(PROGRAM, "-L", "sm-mta", "-bd", "-q10m")
    for _ in range(200):
        if host.path(PID_FILE).exists():
            return
        time.sleep(0.02)
    raise CommandFailed("Sendmail doesn't start")


def restart(host):
    pid = int(host.path(PID_FILE).read_text().split()[0])
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    host.path(PID_FILE).unlink(missing_ok=True)
    _start(host)
