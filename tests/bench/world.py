"""The small internet of the benchmark: DNS on 127.0.0.1:53 and the policy host of sts.test.

sts.test publishes an enforced MTA-STS policy for its only MX; plain.test has an MX and no policy.
All answers are unsigned (no AD bit) and may be kept for a day. Meant for a network namespace of
its own: it takes ports 53 and 443 of loopback addresses.
"""

import http.server
import os
import socket
import ssl
import struct
import subprocess
import threading

A, SOA, MX, TXT, OPT = 1, 6, 15, 16, 41
DAY = 86400
POLICY = 'version: STSv1\r\nmode: enforce\r\nmx: mx.sts.test\r\nmax_age: 604800\r\n'
POLICY_HOST = '127.0.0.2'


def wire_name(name):
    labels = [label.encode() for label in name.split('.') if label]
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


def address(text):
    return {A: [socket.inet_aton(text)]}


def mail_host(name):
    return {MX: [struct.pack('!H', 10) + wire_name(name)]}


STS_RECORD = b'v=STSv1; id=20240101T000000;'
ZONE = {
    'test': {},
    'sts.test': mail_host('mx.sts.test'),
    'mx.sts.test': address('127.0.0.3'),
    '_mta-sts.sts.test': {TXT: [bytes([len(STS_RECORD)]) + STS_RECORD]},
    'mta-sts.sts.test': address(POLICY_HOST),
    'plain.test': mail_host('mx.plain.test'),
    'mx.plain.test': address('127.0.0.4'),
}
SOA_RECORD = (wire_name('test') + struct.pack('!HHI', SOA, 1, DAY) +
              (lambda data: struct.pack('!H', len(data)) + data)(
                  wire_name('ns.test') + wire_name('root.test') +
                  struct.pack('!IIIII', 1, DAY, DAY, DAY, DAY)))


def dns_answer(query):
    """The reply to one question; raises on a query that isn't one."""
    identity, flags, _, _, _, additional = struct.unpack('!HHHHHH', query[:12])
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    kind, _ = struct.unpack('!HH', query[at + 1:at + 5])
    question = query[12:at + 5]
    node = ZONE.get('.'.join(labels))
    records = node.get(kind, []) if node is not None else []
    answers = b''.join(b'\xc0\x0c' + struct.pack('!HHIH', kind, 1, DAY, len(data)) + data
                       for data in records)
    # QR and RA, the client's RD, and NXDOMAIN for a name that doesn't exist.
    flags = 0x8080 | (flags & 0x0100) | (3 if node is None else 0)
    header = struct.pack('!HHHHHH', identity, flags, 1, len(records), 0 if records else 1,
                         1 if additional else 0)
    edns = b'\0' + struct.pack('!HHIH', OPT, 1232, 0, 0) if additional else b''
    return header + question + (answers or SOA_RECORD) + edns


class PolicyHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        found = self.path == '/.well-known/mta-sts.txt'
        body = POLICY.encode() if found else b'nothing here\n'
        self.send_response(200 if found else 404)
        self.send_header('Content-Type', 'text/plain')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class World:
    """Starts on construction and lives as long as the process. The authority's certificate is
    in `ca_file` (PEM); `dns_questions` counts what was asked so far."""

    def __init__(self, directory):
        self.dns_questions = 0
        self.ca_file = os.path.join(directory, 'ca.pem')
        chain, key = self._certificates(directory)
        self._dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._dns.bind(('127.0.0.1', 53))
        web = http.server.ThreadingHTTPServer((POLICY_HOST, 443), PolicyHandler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        # The handshake belongs to the connection's thread, not to the one that accepts.
        web.socket = context.wrap_socket(web.socket, server_side=True,
                                         do_handshake_on_connect=False)
        for serve in (self._serve_dns, web.serve_forever):
            threading.Thread(target=serve, daemon=True).start()

    def _certificates(self, directory):
        """An authority of our own and the policy host's certificate by it; (chain, key) files."""
        new_key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
        ca_key, chain, key = (os.path.join(directory, name)
                              for name in ('ca.key', 'host.pem', 'host.key'))
        host = 'mta-sts.sts.test'
        for arguments in (
                ['-subj', '/CN=bench authority', '-keyout', ca_key, '-out', self.ca_file],
                ['-subj', '/CN=' + host, '-keyout', key, '-out', chain, '-CA', self.ca_file,
                 '-CAkey', ca_key, '-addext', 'subjectAltName=DNS:' + host,
                 '-addext', 'basicConstraints=critical,CA:FALSE',
                 '-addext', 'extendedKeyUsage=serverAuth']):
            subprocess.run(['openssl', 'req', '-x509', *new_key, *arguments], check=True,
                           capture_output=True, timeout=30)
        return chain, key

    def _serve_dns(self):
        while True:
            query, client = self._dns.recvfrom(4096)
            self.dns_questions += 1
            try:
                self._dns.sendto(dns_answer(query), client)
            except (IndexError, ValueError, struct.error, OSError):
                pass  # not a question, or nobody waits for the answer
