"""What the sender meets outside: the name servers, the policy web server and the receiving Postfix."""

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

import certificates
import hostile
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
ZONE = "$ORIGIN {origin}\n$TTL {ttl}\n@ SOA ns. hostmaster.test. {serial} 3600 600 86400 {negative_ttl}\n@ NS ns.\n"

NGINX = """user www-data;
error_log /var/log/nginx/error.log;
events {}
http {
    log_format lab '$host "$http_user_agent" $status $bytes_sent';
    access_log /var/log/nginx/access.log lab;
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
# SSI, so that no Content-Length warns the client, and not faster than this machine can bear; the header at once, and then an octet a
# second.
BEHAVIOUR = {"endless": "ssi on; ssi_types text/plain; limit_rate 10m;", "drip": "limit_rate 1; limit_rate_after 250;"}
ENDLESS = 10 * 2**30  # octets, none of them on a disk

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
        self._write_zone("test.", [f"{self.out.name} A {self.out.address}", *self._delegations()])
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


def start_web(host, domains):
    _write_web(host, domains)
    host.run("nginx", "-e", "/var/log/nginx/error.log")


def change_web(host, domains):
    _write_web(host, domains)
    host.run("nginx", "-e", "/var/log/nginx/error.log", "-s", "reload")


def _write_web(host, domains):
    config = NGINX
    for domain in (domain for domain in domains if domain.sts):
        kind = "unknown" if domain.sts_web == "unknown-authority" else "authority"
        certificate = certificates.issue(f"mta-sts.{domain.name}", f"mta-sts.{domain.label}.{kind}.pem", kind)
        config += POLICY_SERVER % {"name": domain.name, "certificate": certificate, "extra": _behaviour(domain)}
        _write_policy(host, domain)
    host.write("/etc/nginx/nginx.conf", config + "}\n")


def _behaviour(domain):
    if not domain.sts_web.startswith("301"):
        return BEHAVIOUR.get(domain.sts_web, "")
    # A redirect leads to a good policy: only its being a redirect is wrong.
    to = domain.sts_web[4:] + POLICY_PATH if domain.sts_web[4:] else f"mta-sts.{domain.name}/policy.txt"
    return f"location = {POLICY_PATH} {{ return 301 https://{to}; }}"


def _write_policy(host, domain):
    if domain.sts_web == "404":
        return
    path = f"/var/www/{domain.name}" + ("/policy.txt" if domain.sts_web.startswith("301") else POLICY_PATH)
    host.write(path, domain.policy())
    if domain.sts_web == "endless":
        os.truncate(host.path(path), ENDLESS)


def start_mx(host, domains):
    """One Postfix, and an smtpd for each domain: its own address, name, certificate and log name."""
    host.add_addresses([domain.address for domain in domains])
    host.write("/etc/postfix/main.cf", MX_MAIN)
    _write_mx_master(host, domains)
    host.run("chown", "postfix", "/var/lib/postfix")
    host.run("postfix", "start")


def change_mx(host, domains):
    _write_mx_master(host, domains)
    host.run("postfix", "reload")


def _write_mx_master(host, domains):
    master = MX_MASTER
    for domain in domains:
        master += f"{domain.address}:smtp inet n - n - - smtpd\n"
        master += f"    -o myhostname={domain.server} -o syslog_name=postfix/{domain.label}\n"
        if domain.starttls:
            certificate = certificates.issue(domain.certificate_name, f"mx.{domain.label}.pem", domain.certificate)
            master += f"    -o smtpd_tls_security_level=may -o smtpd_tls_chain_files={certificate}\n"
    host.write("/etc/postfix/master.cf", master)
