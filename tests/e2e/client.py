"""An SMTP client of another site, with a chosen TLS version, cipher, certificate and login."""

import smtplib
import ssl
import warnings
from dataclasses import dataclass

import certificates
import receiver

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2,
            "1.3": ssl.TLSVersion.TLSv1_3}
KINDS = {"self-signed": "self", "trusted": "authority", "untrusted": "unknown-authority", "expired": "expired"}
NAME = "client.test"


@dataclass
class Seen:
    tls: str = ""  # version and cipher, as the client sees them
    mail: tuple = ()  # code and text of the replies
    rcpt: tuple = ()
    message: tuple = ()  # empty if it didn't come to that
    error: str = ""  # what ended the session before its time

    @property
    def final(self):
        return self.message or self.rcpt or self.mail


def make_certificates():
    """Before threads need them."""
    for kind in KINDS:
        _certificate(kind)


def _certificate(kind):
    return certificates.issue(NAME, f"{NAME}.{kind}.pem", KINDS[kind])


def _context(version, cipher, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of old versions
        context.minimum_version = context.maximum_version = VERSIONS[version]
    # Without a level of 0, OpenSSL 3 offers neither TLS 1.0 nor 1.1. The ciphers of TLS 1.3 are others, and always there.
    context.set_ciphers(f"{cipher or 'ALL'}:@SECLEVEL=0")
    if certificate != "none":
        context.load_cert_chain(_certificate(certificate))
    return context


def _connect(host, listener, tls, context):
    port = receiver.PORTS[listener]
    if listener == "smtps":
        smtp = smtplib.SMTP_SSL(host, port, local_hostname=NAME, timeout=20, context=context)
    else:
        smtp = smtplib.SMTP(host, port, local_hostname=NAME, timeout=20)
        if tls != "none":
            smtp.starttls(context=context)
    smtp.ehlo_or_helo_if_needed()
    return smtp


def send(host, listener, tls, sender, recipient, cipher="", certificate="none", user=""):
    """One message. `tls` is a version or none."""
    seen = Seen()
    try:
        with _connect(host, listener, tls, None if tls == "none" else _context(tls, cipher, certificate)) as smtp:
            if tls != "none":
                seen.tls = f"{smtp.sock.version()} {smtp.sock.cipher()[0]}"
            if user:
                smtp.login(user, receiver.PASSWORDS.get(user, "wrong"))
            _message(smtp, sender, recipient, seen)
    except (smtplib.SMTPException, OSError) as error:
        seen.error = f"{type(error).__name__}: {error}"
    return seen


def _message(smtp, sender, recipient, seen):
    seen.mail = _reply(smtp.mail(sender))
    if seen.mail[0] != 250:
        return
    seen.rcpt = _reply(smtp.rcpt(recipient))
    if seen.rcpt[0] == 250:
        seen.message = _reply(smtp.data(f"From: {sender}\nSubject: lab\n\nFrom another site.\n"))


def _reply(reply):
    return reply[0], reply[1].decode()
