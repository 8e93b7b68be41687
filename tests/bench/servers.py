"""The servers that the benchmark compares, each a child process of the caller."""

import glob
import os
import select
import shutil
import signal
import socket
import subprocess
import time

KEY = 'QUERY sts.test'
ANSWER = 'OK secure match=mx.sts.test servername=hostname'


class Failed(Exception):
    """A server didn't start, or doesn't answer as it should."""


def ask(port, key=KEY, timeout=10):
    """One socketmap question over TCP; the answer without its netstring frame."""
    request = f'{len(key)}:{key},'.encode()
    with socket.create_connection(('127.0.0.1', port), timeout=timeout) as connection:
        connection.sendall(request)
        received = b''
        while not received.endswith(b','):
            part = connection.recv(4096)
            if not part:
                raise Failed(f'port {port} closes the connection')
            received += part
    return received.partition(b':')[2][:-1].decode()


class Server:
    """A child process that listens on a TCP port (answers socketmap questions), a milter socket,
    or both. What it writes goes to DIRECTORY/NAME.log."""

    def __init__(self, name, directory, command, port=None, milter=None, environment=None,
                 store=None):
        self.name, self.port, self.milter = name, port, milter
        self._store = store
        self.log = os.path.join(directory, name + '.log')
        self._command, self._environment = command, environment
        self._process = None

    @property
    def pid(self):
        return self._process.pid

    def forget_all(self):
        """Removes the store, so that the next start knows nothing."""
        for path in glob.glob(self._store + '*') if self._store else []:
            os.remove(path)

    def spawn(self):
        """Starts the process; returns at once."""
        # Appending, so that truncating the file between runs works.
        with open(self.log, 'ab') as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log, env=self._environment)

    def start(self):
        """Starts the process and waits, for 15 s at most, until it answers as it should."""
        self.spawn()
        if self.port:
            answer = self.first_answer()
            if answer != ANSWER:  # while the policy is still being fetched
                time.sleep(1)
                answer = ask(self.port)
            if answer != ANSWER:
                raise Failed(f'{self.name} answers "{answer}", not "{ANSWER}"; its log:\n'
                             + self.log_tail())
        if self.milter:
            self._poll(lambda: self._connect_milter())

    def stay_on(self, processors):
        """Keeps all threads, and those that they start, on these processors."""
        for thread in os.listdir(f'/proc/{self.pid}/task'):
            os.sched_setaffinity(int(thread), processors)

    def first_answer(self):
        """Asks each millisecond until somebody answers."""
        return self._poll(lambda: ask(self.port))

    def _connect_milter(self):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.milter)

    def _poll(self, attempt):
        limit = time.monotonic() + 15
        while time.monotonic() < limit:
            if self._process.poll() is not None:
                break
            try:
                return attempt()
            except OSError:
                time.sleep(0.001)
        raise Failed(f'{self.name} is not there; its log:\n' + self.log_tail())

    def stop(self, signal_number=signal.SIGTERM, limit=10):
        """Sends the signal and waits; kills after `limit` seconds. Returns seconds to the end."""
        begin = time.monotonic()
        handle = os.pidfd_open(self.pid)  # waiting on it is exact; Popen.wait(timeout) polls
        self._process.send_signal(signal_number)
        ready, _, _ = select.select([handle], [], [], limit)
        duration = time.monotonic() - begin
        os.close(handle)
        if not ready:
            self._process.kill()
        self._process.wait()
        return duration

    def resident_mib(self):
        with open(f'/proc/{self.pid}/status', encoding='ascii') as status:
            line = next(line for line in status if line.startswith('VmRSS:'))
        return int(line.split()[1]) / 1024

    def log_tail(self):
        with open(self.log, encoding='utf-8', errors='replace') as log:
            return ''.join(log.readlines()[-10:])

    def forget_log(self):
        """Empties the log: a loaded milter writes a megabyte a second and more."""
        os.truncate(self.log, 0)


def _environment(world):
    return {'PATH': os.environ.get('PATH', '/usr/sbin:/usr/bin:/sbin:/bin'), 'LANG': 'C.UTF-8',
            'SSL_CERT_FILE': world.ca_file}


def _write(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def tlswarden(build, directory, world, name='tlswarden', extra=''):
    """`extra`: further sections of the configuration. `name` tells servers with different ones
    apart; they share ports, so one runs at a time."""
    config = _write(directory, name + '.conf', f'''\
[milter]
socket = unix:{directory}/milter.sock
[socketmap]
listen = inet:127.0.0.1:8642
[resolver]
nameserver = 127.0.0.1:53
[mta-sts]
allow-private-addresses = yes
[cache]
store = sqlite:{directory}/{name}.db
[log]
facility = mail
{extra}''')
    return Server(name, directory,
                  [os.path.join(build, 'daemon', 'tlswarden'), '-c', config, 'run'], port=8642,
                  milter=os.path.join(directory, 'milter.sock'), environment=_environment(world),
                  store=os.path.join(directory, name + '.db'))


def echo(programs, directory):
    program = os.path.join(programs, 'bench_echo_server')
    return Server('echo', directory, [program, '--port', '8640'], port=8640)


def peer(directory, world):
    """postfix-mta-sts-resolver with its fastest cache, or None where it isn't installed."""
    program = shutil.which('mta-sts-daemon')
    config = _write(directory, 'peer.yml', '''\
host: 127.0.0.1
port: 8461
shutdown_timeout: 1
cache:
  type: internal
  options:
    cache_size: 10000
default_zone:
  strict_testing: false
  timeout: 4
''')
    return program and Server('peer', directory, [program, '-c', config], port=8461,
                              environment=_environment(world))


def null_milter(programs, directory, negotiation):
    """`negotiation`: the flags that make it ask the MTA for what tlswarden asks for."""
    path = os.path.join(directory, 'null.sock')
    command = [os.path.join(programs, 'bench_null_milter'), '--socket', 'unix:' + path]
    return Server('null', directory, command + negotiation, milter=path)
