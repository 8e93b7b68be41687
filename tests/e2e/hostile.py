"""The attacker's own servers: a name server between a resolver and the lab's, and a listener where no policy host may be."""

import socket
import struct
import threading

ADDRESS = "198.18.0.5"
TYPES = {"TXT": 16, "TLSA": 52}
AUTHENTICATED, RECURSION_AVAILABLE = 0x20, 0x80  # both in the fourth octet of a message


class NameServer:
    """Stands between a resolver and the lab's name server, and passes on all but what it is ordered not to. That name server knows all
    zones, so this serves as a resolver too: one that claims of each answer that it is signed and valid."""

    def __init__(self, host):
        self.host = host
        self.orders = {}  # zone: "drop TYPE" (no answer) or "strip TYPE" (an answer without records, and without proof)

    def start(self):
        self.host.add_addresses([ADDRESS])
        ready = threading.Event()
        threading.Thread(target=self._serve, args=(ready,), daemon=True).start()
        if not ready.wait(5):
            raise RuntimeError("the attacker's name server doesn't start")

    def _serve(self, ready):
        self.host.join_network()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as front:
            front.bind((ADDRESS, 53))
            ready.set()
            while True:
                query, client = front.recvfrom(4096)
                if reply := self._answer(query):
                    front.sendto(reply, client)

    def _answer(self, query):
        name, kind, question = read_question(query)
        order = next((order.split() for zone, order in self.orders.items() if f".{name}".endswith(f".{zone}")), [])
        ordered = len(order) == 2 and TYPES[order[1]] == kind
        if ordered and order[0] == "drop":
            return None
        if ordered:
            edns = b"\0" + struct.pack("!HHIH", 41, 1232, 0x8000, 0)
            return query[:2] + struct.pack("!HHHHH", 0x8400, 1, 0, 0, 1) + question + edns
        reply = bytearray(self._ask(query))
        if reply:
            reply[3] |= AUTHENTICATED | RECURSION_AVAILABLE
        return bytes(reply)

    def _ask(self, query):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
            back.settimeout(1)
            back.connect((self.host.address, 53))
            try:
                back.send(query)
                return back.recv(65535)
            except OSError:
                return b""


def read_question(query):
    """Name with a dot at its end, type, and the question's octets."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("latin-1").lower())
        at += 1 + query[at]
    return ".".join(labels) + ".", struct.unpack("!H", query[at + 1:at + 3])[0], query[12:at + 5]


class Listener:
    """Counts who comes to port 443 of an address. To be made on the network where the address is."""

    def __init__(self, address):
        self.address, self._visits, self._seen = address, 0, 0
        self._socket = socket.create_server((address, 443))
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self):
        while True:
            self._socket.accept()[0].close()
            self._visits += 1

    def visits_since_last_time(self):
        last, self._seen = self._seen, self._visits
        return self._seen - last
