"""Hosts in namespaces of their own: one cage around the lab, and in it a host for each part of the internet.

Everything the lab makes lives in the cage's namespaces. The kernel removes it when the cage's first process ends, however it ends.
"""

import ctypes
import os
import subprocess
from pathlib import Path

STATE = Path("/run/lab")  # on a tmpfs that only the cage sees
CAGE = ["unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc"]
CLONE_NEWNET = 0x40000000
MARK = "/etc/tlswarden-lab"  # a file that only a lab host has
TITLE = "tlswarden-lab-"  # how `lab enter` finds a host in the process list

# A host sees the machine's own /etc, /var and /usr, and writes to a copy. So each daemon has its files where Debian has them, and
# tlswarden is installed for real. What the machine itself keeps in these folders must not be seen, let alone delivered.
HOST = """
set -e
for tree in etc var usr; do
    mkdir -p $STATE/$tree $STATE/.$tree
    mount -t overlay -o lowerdir=/$tree,upperdir=$STATE/$tree,workdir=$STATE/.$tree lab /$tree
done
for folder in /etc/knot /etc/nginx /etc/unbound /etc/tlswarden /var/lib/knot /var/lib/unbound /var/lib/tlswarden \\
              /var/lib/postfix /var/spool/postfix /var/mail /etc/mail /var/lib/sendmail /var/spool/mqueue; do
    mkdir -p $folder
    mount -t tmpfs -o mode=755 lab $folder
done
echo $NAME > $MARK
if [ -e $STATE/log ]; then mount --bind $STATE/log /dev/log; fi
hostname $NAME
ip link set lo up
echo ready
exec -a $TITLE$NAME sleep infinity
"""

# /dev is private as well, because the lab's own /dev/log belongs there.
PRIVATE = """
set -e
mount -t tmpfs -o mode=755 lab /run
mkdir -p $STATE/dev /run/lock
mount -t tmpfs -o mode=755 lab $STATE/dev
for node in null zero full random urandom tty ptmx; do touch $STATE/dev/$node; mount --bind /dev/$node $STATE/dev/$node; done
for folder in pts shm; do mkdir $STATE/dev/$folder; mount --bind /dev/$folder $STATE/dev/$folder; done
ln -s /proc/self/fd $STATE/dev/fd
touch $STATE/dev/log
mount --move $STATE/dev /dev
ip link set lo up
ip link add lab0 type bridge
ip link set lab0 up
"""


class CommandFailed(Exception):
    pass


def run(command, check=True, **options):
    """Runs a command and returns what it printed. A failure says which command and what it complained about."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if check and done.returncode != 0:
        raise CommandFailed(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}")
    return done.stdout


def make_cage_private():
    """To be called first inside the cage. From here on nothing reaches the machine's own /run and /dev."""
    os.umask(0o022)
    run(["bash", "-c", PRIVATE], env={**os.environ, "STATE": str(STATE)})


class Host:
    def __init__(self, name, address):
        self.name, self.address, self.domain = name, address, f"{name}.test"
        state = STATE / name
        state.mkdir(exist_ok=True)
        variables = {**os.environ, "STATE": str(state), "NAME": name, "TITLE": TITLE, "MARK": MARK}
        self.holder = subprocess.Popen(["unshare", "--net", "--mount", "--uts", "bash", "-c", HOST],
                                       env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        first = self.holder.stdout.readline()
        if first != "ready\n":
            raise CommandFailed(f"host {name}: {first}{self.holder.stdout.read()}")
        # What runs on a host runs as root. It must never run on the machine itself.
        if self.run("cat", MARK, check=False) != f"{name}\n":
            raise CommandFailed(f"host {name}: commands don't reach it")
        self._plug_in()

    def _plug_in(self):
        run(["ip", "link", "add", f"to-{self.name}", "type", "veth", "peer", "name", "eth0", "netns", str(self.holder.pid)])
        run(["ip", "link", "set", f"to-{self.name}", "master", "lab0", "up"])
        self.add_addresses([self.address])
        self.run("ip", "link", "set", "eth0", "up")

    def add_addresses(self, addresses):
        lines = "".join(f"addr add {address}/15 dev eth0\n" for address in addresses)
        self.run("ip", "-batch", "-", input=lines)

    def unplug(self):
        self.run("ip", "link", "set", "eth0", "down")

    def plug_in_again(self):
        self.run("ip", "link", "set", "eth0", "up")

    def command(self, *command):
        # --root, because a mount namespace alone would lead out of a chroot that the lab was started in.
        return ["nsenter", "--target", str(self.holder.pid), "--net", "--mount", "--uts", "--root", "--wd=/", "--", *command]

    def run(self, *command, **options):
        return run(self.command(*command), **options)

    def path(self, path):
        """The host's own file, to be opened from here."""
        return Path(f"/proc/{self.holder.pid}/root{path}")

    def write(self, path, text):
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        # A link would lead out of the host's tree and back into ours.
        if file.is_symlink():
            file.unlink()
        file.write_text(text)

    def join_network(self):
        """From now on the calling thread opens its sockets on this host."""
        with open(f"/proc/{self.holder.pid}/ns/net") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")


def find_hosts(name):
    """The lab hosts of that name on this machine, the newest last, seen from outside."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cmdline").read_bytes().startswith(f"{TITLE}{name}\0".encode()):
                found.append((entry.stat().st_ctime, int(entry.name)))
        except OSError:
            continue  # it ended while we looked
    return [pid for _, pid in sorted(found)]
