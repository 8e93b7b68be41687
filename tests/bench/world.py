"""The small internet of the benchmark: a child process with DNS and policy hosts.

bench_policy_world serves it, since Python can't make a thousand TLS handshakes a second;
world_dns.h says which domains there are.
"""

import os
import socket
import struct
import subprocess

TXT = 16
DNS_SERVER = ('127.0.0.1', 53)


def wire_name(name):
    labels = [label.encode() for label in name.split('.') if label]
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


class World:
    """Starts on construction and lives until the process namespace ends. The authority's
    certificate is in `ca_file` (PEM). `domains`: d0.test and so on have their certificates
    before they are asked for."""

    def __init__(self, directory, programs, domains=0):
        self.ca_file = os.path.join(directory, 'ca.pem')
        self._process = subprocess.Popen(
            [os.path.join(programs, 'bench_policy_world'), '--ca-file', self.ca_file,
             '--domains', str(domains)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        if self._process.stdout.readline() != b'ready\n':
            raise RuntimeError('bench_policy_world is not there')

    def counters(self):
        """What was asked so far: DNS questions by type in lower case, and `fetches`."""
        question = wire_name('counters.bench') + struct.pack('!HH', TXT, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dns:
            dns.settimeout(5)
            dns.sendto(struct.pack('!HHHHHH', 1, 0, 1, 0, 0, 0) + question, DNS_SERVER)
            reply = dns.recv(4096)
        record_header = 12  # a pointer to the name, type, class, TTL, length
        text = reply[12 + len(question) + record_header + 1:].decode()
        return {name: int(count) for name, count in (item.split('=') for item in text.split())}

    @property
    def dns_questions(self):
        return questions(self.counters())


def questions(counters):
    """How many DNS questions there were in all."""
    return sum(count for name, count in counters.items() if name != 'fetches')


def since(before, after):
    """The counters of the time between."""
    return {name: after[name] - before[name] for name in after}
