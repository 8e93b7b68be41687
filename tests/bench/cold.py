"""The cold part of compare.py: domains that nobody has asked about yet, and dead and slow ones."""

import os

import servers
import world
from measure import Runs, in_turn, run_load

DOMAINS = 2000
IN_FLIGHT = 50
BARE_TARGET, PEER_TARGET, RESIDENT_TARGET = 0.85, 1.5, 20
HERD = 200
DEAD, SLOW, HANGING = 5, 50, 1000
HANGING_CONNECTIONS = 500
CALM_TARGET = 1.5
NO_DANE = '[dane]\nenabled = no\n'
# Askers leave soon, so that 500 connections are enough for a thousand inquiries that hang.
SHORT_DEADLINE = '[outbound]\ndeadline = 1s\n'


class Cold:
    def __init__(self, arguments, directory, small_internet):
        self._rounds, self._seconds = arguments.rounds or 3, arguments.seconds
        self._programs = os.path.join(arguments.build, 'tests', 'bench')
        self._world = small_internet

        def tlswarden(name, extra=''):
            return servers.tlswarden(arguments.build, directory, small_internet, name, extra)
        self._tlswarden = tlswarden('tlswarden')
        self._no_dane = tlswarden('no-dane', NO_DANE)
        self._short = tlswarden('short-deadline', SHORT_DEADLINE)
        self._peer = servers.peer(directory, small_internet)

    def run(self):
        self.rates()
        self.herd()
        self.dead_name_servers()
        self.slow_policy_hosts()
        self.cached_while_others_hang()

    def _both(self):
        return [self._tlswarden] + ([self._peer] if self._peer else [])

    def _load(self, server, **options):
        return run_load(*self._load_command(server, **options))

    def _load_command(self, server, **options):
        flags = {'port': server.port, 'pid': server.pid, **options}
        return [os.path.join(self._programs, 'bench_cold_load'),
                *(text for name, value in flags.items() for text in ('--' + name, value))]

    def rates(self):
        runs = Runs()
        contestants = [('bare', 'yes'), self._tlswarden, ('bare-no-dane', 'no'), self._no_dane]
        if self._peer:
            contestants.append(self._peer)
        for number in range(self._rounds):
            for contestant in in_turn(contestants, number):
                if isinstance(contestant, tuple):
                    name, dane = contestant
                    runs.add(name, self._bare_run(dane))
                else:
                    runs.add(contestant.name, self._cold_run(contestant))
        self._print_rates(runs)
        self._print_leftovers(runs)

    def _bare_run(self, dane):
        before = self._world.counters()
        result = run_load(os.path.join(self._programs, 'bench_bare_client'), '--domains', DOMAINS,
                          '--in-flight', IN_FLIGHT, '--ca-file', self._world.ca_file,
                          '--dane', dane)
        return {**result, **asked_since(before, self._world.counters())}

    def _cold_run(self, server):
        """All domains without knowing any, and once more after a restart."""
        server.forget_all()
        server.start()
        before = self._world.counters()
        result = self._load(server, asks=DOMAINS, connections=IN_FLIGHT)
        if int(result['ok']) != DOMAINS:
            raise servers.Failed(f'{server.name}: {DOMAINS} policies, but {result}')
        result = {**result, **asked_since(before, self._world.counters()),
                  'resident': server.resident_mib()}
        server.stop()
        server.start()
        before = self._world.counters()
        self._load(server, asks=DOMAINS, connections=IN_FLIGHT)
        result['fetched_again'] = world.since(before, self._world.counters())['fetches']
        server.stop()
        return result

    def _print_rates(self, runs):
        def line(title, name, ratio='', target=''):
            print(f'{title:34}{runs.median(name, "rate"):>8.0f}{runs.median(name, "cpu_us"):>8.0f}'
                  f'{runs.median(name, "questions"):>8.2f}{runs.median(name, "fetches"):>8.2f}  '
                  f'{ratio:34}{target}', flush=True)
        print(f'\nCold: {DOMAINS} domains with an enforced MTA-STS policy, {IN_FLIGHT} connections, '
              f'median of {self._rounds} rounds:\ndomains/s; CPU µs, DNS questions, fetches for '
              f'each; ratio of domains/s, in brackets of CPU\n')

        def ratio(name, base):
            return f'{runs.ratio(name, base, "rate")} [{runs.ratio(name, base, "cpu_us")}]'
        line('bare client', 'bare')
        line('tlswarden', 'tlswarden', ratio('tlswarden', 'bare'), f'>={BARE_TARGET} of bare')
        line('bare client, nothing for DANE', 'bare-no-dane')
        line('tlswarden, [dane] enabled = no', 'no-dane', ratio('no-dane', 'bare-no-dane'))
        if self._peer:
            line('peer', 'peer')
            line('tlswarden, [dane] enabled = no', 'no-dane', ratio('no-dane', 'peer'),
                 f'>={PEER_TARGET} of the peer')

    def _print_leftovers(self, runs):
        for field, title, target in (
                ('resident', 'resident memory after it, MiB', f'<={RESIDENT_TARGET}'),
                ('fetched_again', 'fetches after a restart', '0')):
            texts = [f'{server.name} {runs.median(server.name, field):.1f}'
                     for server in self._both()]
            print(f'{title:34}{", ".join(texts)}; target {target}', flush=True)

    def _fresh_runs(self, run, contestants=None):
        """Each server, started knowing nothing, through `run`, round by round."""
        runs = Runs()
        contestants = contestants or self._both()
        for number in range(self._rounds):
            for server in in_turn(contestants, number):
                server.forget_all()
                server.start()
                runs.add(server.name, run(server))
                server.stop()
        return runs

    def herd(self):
        def run(server):
            before = self._world.counters()
            result = self._load(server, asks=HERD, domains=1, connections=HERD)
            return {**result, 'fetches': world.since(before, self._world.counters())['fetches']}
        runs = self._fresh_runs(run)
        print(f'\n{HERD} clients ask about one new domain at once: fetches (target 1), ms to the '
              'last answer')
        for server in self._both():
            print(f'{server.name:34}{runs.median(server.name, "fetches"):>8.0f}'
                  f'{runs.median(server.name, "max_ms"):>8.0f}', flush=True)

    def dead_name_servers(self):
        def run(server):
            ask = dict(name='dead', asks=DEAD, connections=DEAD)
            first, second = self._load(server, **ask), self._load(server, **ask)
            return {'first': first['max_ms'], 'second': second['max_ms'],
                    'answers': answers(second)}
        runs = self._fresh_runs(run)
        print(f'\n{DEAD} domains with dead name servers, asked at once, and again when all have '
              'their answer:\nms to the last answer, first (target: 8000, the deadline) and '
              'second time (at once)')
        for server in self._both():
            print(f'{server.name:34}{runs.median(server.name, "first"):>8.0f}'
                  f'{runs.median(server.name, "second"):>8.1f}  second time: '
                  f'{runs.last(server.name)["answers"]}', flush=True)

    def slow_policy_hosts(self):
        runs = self._fresh_runs(
            lambda server: self._load(server, name='slow', asks=SLOW, connections=SLOW))
        print(f'\n{SLOW} domains whose policy hosts take a second each, asked by {SLOW} clients: '
              'ms in all (target: about 1000)')
        for server in self._both():
            print(f'{server.name:34}{runs.median(server.name, "all_ms"):>8.0f}  '
                  f'{answers(runs.last(server.name))}', flush=True)

    def cached_while_others_hang(self):
        runs = Runs()
        for _ in range(self._rounds):
            self._short.forget_all()
            self._short.start()
            runs.add('calm', self._cached_run())
            # Its askers leave at their deadline; the inquiries hang as long as DNS takes.
            self._load(self._short, name='dead', asks=HANGING, connections=HANGING_CONNECTIONS)
            runs.add('hanging', self._cached_run())
            self._short.stop()
        print(f'\nCached answers, 8 connections, before and while {HANGING} domains hang in a dead '
              f'DNS server: 99th percentile µs\n'
              f'{runs.median("calm", "p99_us"):.0f} and {runs.median("hanging", "p99_us"):.0f}, '
              f'ratio {runs.ratio("hanging", "calm", "p99_us")}; target <={CALM_TARGET}',
              flush=True)

    def _cached_run(self):
        return run_load(os.path.join(self._programs, 'bench_socketmap_load'), '--port',
                        self._short.port, '--connections', 8, '--seconds', self._seconds,
                        '--key', servers.KEY)


def asked_since(before, after):
    """DNS questions and fetches for each domain."""
    counts = world.since(before, after)
    return {'questions': world.questions(counts) / DOMAINS, 'fetches': counts['fetches'] / DOMAINS}


def answers(result):
    return ', '.join(f'{result[name]} {name.upper()}' for name in ('ok', 'notfound', 'temp')
                     if result[name] != '0')
