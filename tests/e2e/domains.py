"""The lab's mail domains, read from domains.conf."""

import configparser
import hashlib
from dataclasses import dataclass
from pathlib import Path

import certificates

FILE = Path(__file__).with_name("domains.conf")


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
    sts: str
    sts_mx: list
    sts_web: str

    @property
    def mx_host(self):
        """The name that the MX record gives."""
        return self.name if self.mx == "none" else f"mx.{self.name}"

    @property
    def server(self):
        """The name that has the address: behind the alias, if there is one."""
        return f"host.{self.name}" if self.mx == "cname" else self.mx_host

    def policy(self):
        lines = ["version: STSv1", f"mode: {self.sts}", *(f"mx: {pattern}" for pattern in self.sts_mx), "max_age: 86400"]
        return "".join(f"{line}\n" for line in lines)

    def records(self, web_address):
        """The zone's records but SOA and NS."""
        lines = [f"{self.server}. A {self.address}"]
        if self.mx == "cname":
            lines.append(f"{self.mx_host}. CNAME {self.server}.")
        if self.mx == "null":
            lines.append("@ MX 0 .")
        elif self.mx != "none":
            lines.append(f"@ MX 10 {self.mx_host}.")
        lines += [f"_25._tcp.{self.server}. TLSA {self._tlsa(record)}" for record in self.tlsa]
        if self.sts:
            lines += ['_mta-sts TXT "v=STSv1; id=20260101;"', f"mta-sts A {web_address}"]
        return lines

    def _tlsa(self, record):
        usage, selector, matching, *wrong = record.split()
        if wrong:
            digest = hashlib.sha256(b"nothing has this digest").hexdigest()
        elif selector == "0":
            digest = hashlib.sha256(certificates.authority_der()).hexdigest()
        else:
            digest = hashlib.sha256(certificates.public_key_der()).hexdigest()
        return f"{usage} {selector} {matching} {digest}"


def _domain(label, section, address):
    name = f"{label}.test"
    domain = Domain(label, name, address, section["zone"], section["mx"], _lines(section["tlsa"]),
                    section.getboolean("starttls"), section["certificate"], section["certificate-name"],
                    section["sts"], _lines(section["sts-mx"]), section["sts-web"])
    domain.certificate_name = domain.certificate_name or domain.server
    domain.sts_mx = domain.sts_mx or [domain.mx_host]
    return domain


def _lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def read():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(FILE.read_text())
    return [_domain(label, parser[label], f"198.18.1.{number}") for number, label in enumerate(parser.sections(), 1)]
