"""The lab's mail domains, read from domains.conf, and those that attacks.conf describes before and under an attack."""

import configparser
import hashlib
from dataclasses import dataclass
from pathlib import Path

import certificates

FILE = Path(__file__).with_name("domains.conf")
ATTACKS = Path(__file__).with_name("attacks.conf")
ATTACKED = " attacked"  # ends the name of a section that says what the attack changes


@dataclass
class Domain:
    label: str
    name: str
    address: str
    zone: str
    mx: str
    tlsa: list
    starttls: bool
    certificate: str
    certificate_name: str
    sni: bool
    sts: str
    sts_id: str
    sts_mx: list
    sts_lines: list
    sts_web: str
    sts_address: str
    ttl: int
    intercept: str
    rua: str
    attacked: "Domain" = None  # the same domain under attack

    @property
    def own_mx_host(self):
        return self.name if self.mx == "none" else f"mx.{self.name}"

    @property
    def mx_hosts(self):
        """The names that the MX records give, from the most preferred."""
        return self.mx.split() if "." in self.mx else [self.own_mx_host]

    @property
    def server(self):
        """The name that has the address: behind the alias, if there is one."""
        return f"host.{self.name}" if self.mx == "cname" else self.own_mx_host

    def policy(self):
        lines = ["version: STSv1", f"mode: {self.sts}", *(f"mx: {pattern}" for pattern in self.sts_mx), "max_age: 86400"]
        return "".join(f"{line}\n" for line in lines + self.sts_lines)

    def records(self, web_address):
        """The zone's records but SOA and NS."""
        lines = [f"{self.server}. A {self.address}"]
        if self.mx == "cname":
            lines.append(f"{self.own_mx_host}. CNAME {self.server}.")
        if self.mx == "null":
            lines.append("@ MX 0 .")
        elif self.mx != "none":
            lines += [f"@ MX {10 * number} {host}." for number, host in enumerate(self.mx_hosts, 1)]
        if self.tlsa == ["fails"]:
            lines.append(f"_tcp.{self.server}. NS ns.")  # where that zone can't be loaded
        else:
            lines += [f"_25._tcp.{self.server}. TLSA {self._tlsa(record)}" for record in self.tlsa]
        if self.rua:
            lines.append(f'_smtp._tls TXT "v=TLSRPTv1; rua={self.rua}"')
        if self.sts:
            lines.append(f"mta-sts A {self.sts_address or web_address}")
        if self.sts and self.sts_id != "none":
            lines.append(f'_mta-sts TXT "v=STSv1; id={self.sts_id};"')
        return lines

    def _tlsa(self, record):
        usage, selector, matching, *wrong = record.split()
        if wrong:
            data = b"nothing has this digest"
        elif selector == "0":
            data = certificates.authority_der(self.certificate)
        else:
            data = certificates.public_key_der()
        return f"{usage} {selector} {matching} {hashlib.new('sha512' if matching == '2' else 'sha256', data).hexdigest()}"


def _domain(label, section, address):
    name = f"{label}.test"
    domain = Domain(label, name, address, section["zone"], section["mx"], _lines(section["tlsa"]),
                    section["starttls"] == "yes", section["certificate"], section["certificate-name"], section["sni"] == "yes",
                    section["sts"], section["sts-id"], _lines(section["sts-mx"]), _lines(section["sts-lines"]),
                    section["sts-web"], section["sts-address"], int(section["ttl"]), section["intercept"], section["rua"])
    domain.certificate_name = domain.certificate_name or domain.server
    domain.sts_mx = domain.sts_mx or [domain.own_mx_host]
    return domain


def _lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def _sections(file):
    # Without configparser's own defaults, which would hide what a section sets itself.
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    parser.read_string(file.read_text())
    return {name: dict(parser[name]) for name in parser.sections()}


def read(with_attacks=False):
    sections = _sections(FILE)
    common = sections.pop("DEFAULT")
    settings = {label: {**common, **own} for label, own in sections.items()}
    attacked = _sections(ATTACKS) if with_attacks else {}
    common |= attacked.pop("DEFAULT", {})
    settings |= {label: {**common, **own} for label, own in attacked.items() if not label.endswith(ATTACKED)}
    found = []
    for number, (label, section) in enumerate(settings.items(), 1):
        address = f"198.18.1.{number}"
        found.append(_domain(label, section, address))
        if (changes := attacked.get(label + ATTACKED)) is not None:
            found[-1].attacked = _domain(label, {**section, **changes}, address)
    return found
