"""What the sender meets outside: the name servers, the policy web server and the receiving Postfix."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import certificates
from hosts import CommandFailed, run

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
ZONE = "$ORIGIN {origin}\n$TTL 3600\n@ SOA ns. hostmaster.test. 1 3600 600 86400 60\n@ NS ns.\n"

NGINX = """user www-data;
error_log /var/log/nginx/error.log;
events {}
http {
    access_log /var/log/nginx/access.log;
    default_type text/plain;
    server_names_hash_bucket_size 128;
"""
POLICY_SERVER = """    server {
        listen 443 ssl;
        server_name mta-sts.%(name)s;
        ssl_certificate %(certificate)s;
        ssl_certificate_key %(certificate)s;
        root /var/www/%(name)s;
        %(extra)s
    }
"""
POLICY_PATH = "/.well-known/mta-sts.txt"

MX_MAIN = """compatibility_level = 3.6
myhostname = mx.test
inet_protocols = ipv4
mydestination =
relay_domains = test
relay_transport = discard:
local_transport = discard:
local_recipient_maps =
alias_maps =
smtpd_relay_restrictions = permit_auth_destination, reject
smtpd_peername_lookup = no
smtpd_tls_loglevel = 1
"""
MX_MASTER = """pickup    unix  n - n 60   1 pickup
cleanup   unix  n - n -    0 cleanup
qmgr      unix  n - n 300  1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n -    - trivial-rewrite
bounce    unix  - - n -    0 bounce
defer     unix  - - n -    0 bounce
discard   unix  - - n -    - discard
anvil     unix  - - n -    1 anvil
"""


class NameServer:
    """Root, test. and one zone for each domain, on one address, signed by knot as it loads them."""

    def __init__(self, host, domains, web_address, out):
        self.host, self.domains, self.web_address, self.out = host, domains, web_address, out
        self.signed = [".", "test.", *(f"{domain.name}." for domain in domains if domain.zone in ("signed", "bogus"))]
        self.unsigned = [f"{domain.name}." for domain in domains if domain.zone in ("insecure", "broken")]

    def start(self):
        zones = "".join(f"  - domain: {zone}\n    template: signed\n" for zone in self.signed)
        zones += "".join(f"  - domain: {zone}\n" for zone in self.unsigned)
        self.host.write("/etc/knot/knot.conf", KNOT.format(address=self.host.address) + zones)
        self.host.path("/run/knot").mkdir()
        with ThreadPoolExecutor(4) as pool:
            self.ds = dict(zip(self.signed, pool.map(self._make_key, self.signed)))
        for domain in (domain for domain in self.domains if domain.zone != "broken"):
            self._write_zone(f"{domain.name}.", domain.records(self.web_address))
        self._write_zone("test.", [f"{self.out.name} A {self.out.address}", *self._delegations()])
        self._write_zone(".", [f"ns. A {self.host.address}", "test. NS ns.", f"test. DS {self.ds['test.']}"])
        self.host.run("knotd", "-d")
        self._wait_until_signed()

    def trust_anchor(self):
        return f". DS {self.ds['.']}"

    def _make_key(self, zone):
        self.host.run("keymgr", zone, "generate", "algorithm=13", "ksk=yes", "zsk=yes")
        return re.search(r" DS (\d+ 13 2 [0-9a-f]+)", self.host.run("keymgr", zone, "ds")).group(1)

    def _write_zone(self, zone, lines):
        name = "zone." + zone.rstrip(".")  # so knot calls the files; the root has no name
        self.host.write(f"/var/lib/knot/{name}", ZONE.format(origin=zone) + "".join(f"{line}\n" for line in lines))

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


def start_web(host, domains):
    config = NGINX
    for domain in (domain for domain in domains if domain.sts):
        kind = "unknown" if domain.sts_web == "unknown-authority" else "authority"
        certificate = certificates.issue(f"mta-sts.{domain.name}", f"mta-sts.{domain.label}.pem", kind)
        # A redirect leads to a good policy: only its being a redirect is wrong.
        extra = f"location = {POLICY_PATH} {{ return 301 https://mta-sts.{domain.name}/policy.txt; }}"
        config += POLICY_SERVER % {"name": domain.name, "certificate": certificate,
                                   "extra": extra if domain.sts_web == "301" else ""}
        if domain.sts_web != "404":
            place = "/policy.txt" if domain.sts_web == "301" else POLICY_PATH
            host.write(f"/var/www/{domain.name}{place}", domain.policy())
    host.write("/etc/nginx/nginx.conf", config + "}\n")
    host.run("nginx", "-e", "/var/log/nginx/error.log")


def start_mx(host, domains):
    """One Postfix, and an smtpd for each domain: its own address, name, certificate and log name."""
    host.add_addresses([domain.address for domain in domains])
    master = MX_MASTER
    for domain in domains:
        master += f"{domain.address}:smtp inet n - n - - smtpd\n"
        master += f"    -o myhostname={domain.server} -o syslog_name=postfix/{domain.label}\n"
        if domain.starttls:
            certificate = certificates.issue(domain.certificate_name, f"mx.{domain.label}.pem", domain.certificate)
            master += f"    -o smtpd_tls_security_level=may -o smtpd_tls_chain_files={certificate}\n"
    host.write("/etc/postfix/main.cf", MX_MAIN)
    host.write("/etc/postfix/master.cf", master)
    host.run("chown", "postfix", "/var/lib/postfix")
    host.run("postfix", "start")
