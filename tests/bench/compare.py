#!/usr/bin/env python3
"""Measures tlswarden against bare servers and against Debian's postfix-mta-sts-resolver.

    tests/bench/compare.py --build BUILD_DIR [--seconds 3] [--rounds N]
                           [--only socketmap|milter|start|cold]

BUILD_DIR has daemon/tlswarden and the programs of tests/bench. Prints ratios with the target
beside each; asserts nothing. Everything runs in namespaces of its own, so no port, no socket and
no process of this machine is touched. Needs root or user namespaces. The servers take turns, run
by run, so that what else the machine does hits all alike; a ratio is the median over the rounds
of the ratio within a round, with the lowest and highest beside it.
"""

import argparse
import fcntl
import os
import shlex
import socket
import struct
import subprocess
import sys
import tempfile
import time

import cold
import servers
import world
from measure import Runs, in_turn, run_load, spread

# Connections and requests in flight on each, with the share of the echo server's rate to reach.
SOCKETMAP_ROWS = [(1, 1, 0.85), (8, 1, 0.85), (50, 1, 0.85), (8, 16, 0.80)]
# Sessions at once and messages in each: SMTP sessions have one message as a rule, busy ones more.
MILTER_ROWS = [(1, 1), (1, 100), (8, 1), (8, 100)]
MILTER_TARGET = 1.05
PARTS = ['socketmap', 'milter', 'start', 'cold']


def enter_namespaces():
    """Runs this program again in namespaces of its own; never returns."""
    unshare = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
    if os.geteuid() != 0:
        unshare += ['--user', '--map-root-user']
    os.execvp('unshare', unshare + [sys.executable, '-B', *sys.argv, '--inside'])


def furnish_namespaces(directory):
    """Brings loopback up, points the resolver at our DNS, and leads syslog nowhere."""
    up = 0x1
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack('16sh22x', b'lo', up))  # SIOCSIFFLAGS
    resolv = os.path.join(directory, 'resolv.conf')
    with open(resolv, 'w', encoding='utf-8') as file:
        file.write('nameserver 127.0.0.1\n')
    mounts = []
    if os.path.exists('/etc/resolv.conf'):
        mounts.append(['--bind', resolv, os.path.realpath('/etc/resolv.conf')])
    if os.path.exists('/dev/log'):
        mounts.append(['--bind', '/dev/null', os.path.realpath('/dev/log')])
    for mount in mounts:
        subprocess.run(['mount', *mount], check=True)


class Bench:
    def __init__(self, arguments, directory):
        self._seconds, self._rounds = arguments.seconds, arguments.rounds
        self._programs = os.path.join(arguments.build, 'tests', 'bench')
        self._directory = directory
        self._world = world.World(directory, self._programs, cold.DOMAINS)
        self._tlswarden = servers.tlswarden(arguments.build, directory, self._world)
        self._arguments = arguments

    def socketmap(self):
        rounds = self._rounds or 3
        contestants = [servers.echo(self._programs, self._directory), self._tlswarden]
        peer = servers.peer(self._directory, self._world)
        if peer:
            contestants.append(peer)
        for server in contestants:
            server.start()
        print(f'\nSocketmap, "{servers.KEY}", answer cached: answers/s, CPU µs per answer, '
              f'99th percentile µs; {rounds} x {self._seconds} s\n'
              f'{"connections":12}{"echo server":>24}{"tlswarden":>24}  {"ratio":17}target  '
              f'{"peer":>24}  ratio')
        for connections, pipeline, target in SOCKETMAP_ROWS:
            runs = Runs()
            for number in range(rounds):
                for server in in_turn(contestants, number):
                    runs.add(server.name, self._socketmap_run(server, connections, pipeline))
            self._print_socketmap(connections, pipeline, target, runs, peer)
        for server in contestants:
            server.stop()

    def _socketmap_run(self, server, connections, pipeline):
        return run_load(os.path.join(self._programs, 'bench_socketmap_load'),
                        '--port', server.port, '--connections', connections,
                        '--pipeline', pipeline, '--seconds', self._seconds,
                        '--key', servers.KEY, '--pid', server.pid)

    @staticmethod
    def _print_socketmap(connections, pipeline, target, runs, peer):
        def cell(name):
            return (f'{runs.median(name, "rate"):>10.0f}{runs.median(name, "cpu_us"):>7.2f}'
                    f'{runs.median(name, "p99_us"):>7.0f}')
        shape = str(connections) + (f' x {pipeline}' if pipeline > 1 else '')
        theirs = f'{cell("peer")}  {runs.ratio("peer", "echo", "rate")}' if peer else '-'
        print(f'{shape:12}{cell("echo")}{cell("tlswarden")}  '
              f'{runs.ratio("tlswarden", "echo", "rate"):17}>={target:.2f}  {theirs}', flush=True)

    def milter(self):
        rounds = self._rounds or 5
        self._tlswarden.start()
        # Also fills the cache for the domains of the messages.
        self._milter_run(self._tlswarden, 1, 1, seconds=1)
        flags = subprocess.run(
            [os.path.join(self._programs, 'bench_milter_load'), '--negotiation', 'yes',
             '--socket', 'unix:' + self._tlswarden.milter],
            capture_output=True, text=True, check=True, timeout=30).stdout.strip()
        null = servers.null_milter(self._programs, self._directory, shlex.split(flags))
        null.start()
        print(f'\nMilter, UNIX socket, all domains cached, both ask for {flags}:\n'
              f'µs per message, CPU µs per message, 99th percentile µs; '
              f'{rounds} x {self._seconds} s\n'
              f'{"sessions x messages":20}{"null milter":>24}{"tlswarden":>24}  {"ratio":17}target')
        for sessions, messages in MILTER_ROWS:
            runs = Runs()
            for number in range(rounds):
                for server in in_turn([null, self._tlswarden], number):
                    runs.add(server.name, self._milter_run(server, sessions, messages))
            self._print_milter(sessions, messages, runs)
        null.stop(limit=0)  # libmilter takes seconds to stop, and nothing is lost here
        self._tlswarden.stop()

    def _milter_run(self, server, sessions, messages, seconds=None):
        # With one session, the scheduler may put both on one processor or on two, which is a
        # factor of two; so each gets one of its own.
        apart = sessions == 1 and os.cpu_count() > 1
        server.stay_on({1} if apart else range(os.cpu_count()))
        pinned = ['taskset', '-c', '0'] if apart else []
        result = run_load(*pinned, os.path.join(self._programs, 'bench_milter_load'),
                          '--socket', 'unix:' + server.milter, '--recipients', 'sts.test',
                          '--sessions', sessions, '--messages', messages,
                          '--seconds', seconds or self._seconds, '--pid', server.pid)
        server.forget_log()
        return result

    @staticmethod
    def _print_milter(sessions, messages, runs):
        def cell(name):
            return (f'{runs.median(name, "us_per_message"):>10.1f}'
                    f'{runs.median(name, "cpu_us"):>7.1f}{runs.median(name, "p99_us"):>7.0f}')
        ratio = runs.ratio('tlswarden', 'null', 'us_per_message')
        print(f'{f"{sessions} x {messages}":20}{cell("null")}{cell("tlswarden")}  {ratio:17}'
              f'<={MILTER_TARGET}', flush=True)

    def start(self):
        rounds = self._rounds or 5
        self._tlswarden.start()
        time.sleep(1)
        self._tlswarden.stop()
        starts, stops, questions = [], [], []
        for _ in range(rounds):
            asked, begin = self._world.dns_questions, time.monotonic()
            self._tlswarden.spawn()
            answer = self._tlswarden.first_answer()
            starts.append(1000 * (time.monotonic() - begin))
            questions.append(self._world.dns_questions - asked)
            if answer != servers.ANSWER:
                raise servers.Failed(f'first answer after a start: "{answer}"')
            time.sleep(0.5)
            stops.append(1000 * self._tlswarden.stop())
        print(f'\nStart and stop, warm store: ms, median of {rounds} (lowest-highest)\n'
              f'start to first answer {spread(starts)}  <=300   '
              f'(DNS questions before it: {max(questions)})\n'
              f'SIGTERM to exit       {spread(stops)}  <=1000')

    def cold(self):
        cold.Cold(self._arguments, self._directory, self._world).run()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--build', required=True, type=os.path.abspath)
    parser.add_argument('--seconds', type=int, default=3, help='length of one run, 1 to 60')
    parser.add_argument('--rounds', type=int,
                        help='default: 3 for socketmap and cold, 5 for the others')
    parser.add_argument('--only', choices=PARTS)
    parser.add_argument('--inside', action='store_true', help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    for program in ('daemon/tlswarden', 'tests/bench/bench_milter_load'):
        if not os.path.exists(os.path.join(arguments.build, program)):
            sys.exit(f'{arguments.build}/{program} is missing; build it with TLSWARDEN_BENCH=ON')
    if not arguments.inside:
        enter_namespaces()
    with tempfile.TemporaryDirectory(prefix='tlswarden-bench-') as directory:
        furnish_namespaces(directory)
        print(f'{os.cpu_count()} processors, load average at the start {os.getloadavg()[0]:.1f}: '
              'above 0.5 something else is busy and the ratios are noise')
        bench = Bench(arguments, directory)
        try:
            for part in [arguments.only] if arguments.only else PARTS:
                getattr(bench, part)()
        except servers.Failed as failure:
            sys.exit(str(failure))


if __name__ == '__main__':
    main()
