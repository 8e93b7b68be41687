"""The lab's name server."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import hostile
import servers
from hosts import CommandFailed

KNOT = """server:
    rundir: /run/knot
    listen: {address}@53
log:
  - target: /var/log/knot.log
    any: info
database:
    storage: /var/lib/knot
policy:
  - id: lab
    manual: on
    single-type-signing: on
template:
  - id: default
    storage: /var/lib/knot
    file: "zone.%s"
    zonefile-sync: -1
    journal-content: none
  - id: signed
    storage: /var/lib/knot
    file: "zone.%s"
    zonefile-sync: -1
    journal-content: none
    dnssec-signing: on
    dnssec-policy: lab
zone:
"""
ZONE = "$ORIGIN {origin}\n$TTL {ttl}\n@ SOA ns. hostmaster.test. {serial} 3600 600 86400 {negative_ttl}\n@ NS ns.\n"


class NameServer:
    """Root, test. and one zone for each domain, on one address, signed by knot as it loads them."""

    def __init__(self, host, domains, web_address, senders):
        self.host, self.domains, self.web_address, self.senders = host, domains, web_address, senders
        self.signed = [".", "test.", *(f"{domain.name}." for domain in domains if domain.zone in ("signed", "bogus"))]
        self.unsigned = [f"{domain.name}." for domain in domains if domain.zone in ("insecure", "broken")]
        # Without a file: knot answers SERVFAIL.
        self.unsigned += [f"_tcp.{domain.server}." for domain in domains if domain.tlsa == ["fails"]]
        self.attacker = hostile.NameServer(host) if any(domain.intercept for domain in domains) else None

    def start(self):
        zones = "".join(f"  - domain: {zone}\n    template: signed\n" for zone in self.signed)
        zones += "".join(f"  - domain: {zone}\n" for zone in self.unsigned)
        self.host.write("/etc/knot/knot.conf", KNOT.format(address=self.host.address) + zones)
        self.host.path("/run/knot").mkdir()
        with ThreadPoolExecutor(4) as pool:
            self.ds = dict(zip(self.signed, pool.map(self._make_key, self.signed)))
        for domain in (domain for domain in self.domains if domain.zone != "broken"):
            self._write_domain(domain)
        own = [f"{each.domain}. A {each.address}" for each in self.senders]
        own.append(f"{servers.REPORT_HOST}. A {self.web_address}")
        self._write_zone("test.", [*own, *self._delegations()])
        self._write_zone(".", [f"ns. A {self.host.address}", "test. NS ns.", f"test. DS {self.ds['test.']}"])
        self.host.run("knotd", "-d")
        self._wait_until_signed()
        if self.attacker:
            self.attacker.start()

    def change(self, domains):
        """Publishes these instead of the domains of the same names."""
        for domain in domains:
            self._write_domain(domain, serial=2)
            self.attacker.orders[f"{domain.name}."] = domain.intercept
        self.host.run("knotc", "--blocking", "zone-reload", *(domain.name for domain in domains))

    def trust_anchor(self):
        return f". DS {self.ds['.']}"

    def _make_key(self, zone):
        self.host.run("keymgr", zone, "generate", "algorithm=13", "ksk=yes", "zsk=yes")
        return re.search(r" DS (\d+ 13 2 [0-9a-f]+)", self.host.run("keymgr", zone, "ds")).group(1)

    def _write_domain(self, domain, serial=1):
        self._write_zone(f"{domain.name}.", domain.records(self.web_address), domain.ttl, serial)

    def _write_zone(self, zone, lines, ttl=3600, serial=1):
        name = "zone." + zone.rstrip(".")  # so knot calls the files; the root has no name
        head = ZONE.format(origin=zone, ttl=ttl, serial=serial, negative_ttl=min(ttl, 60))
        self.host.write(f"/var/lib/knot/{name}", head + "".join(f"{line}\n" for line in lines))

    def _delegations(self):
        for domain in self.domains:
            yield f"{domain.name}. NS ns."
            if domain.zone == "signed":
                yield f"{domain.name}. DS {self.ds[domain.name + '.']}"
            elif domain.zone == "bogus":
                yield f"{domain.name}. DS {self.ds['.']}"

    def _wait_until_signed(self):
        ask = ["kdig", "+time=1", "+retry=0", "+dnssec", f"@{self.host.address}"]
        for zone in self.signed:
            for _ in range(200):
                if "RRSIG" in (answer := self.host.run(*ask, zone, "SOA", check=False)):
                    break
                time.sleep(0.05)
            else:
                log = self.host.path("/var/log/knot.log").read_text()
                raise CommandFailed(f"no signed {zone} SOA from knot:\n{answer}\n{log}")
