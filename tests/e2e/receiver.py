"""The receiving side of `out`: Postfix's three ways in over TLS, a domain of its own, and accounts for those who log in."""

import base64
import re
import socket
import threading

import certificates

DOMAIN = "in.test"
PASSWORDS = {"alice": "secret"}
MAILBOXES = "/var/mail/virtual"
AUTH_SOCKET = "/var/spool/postfix/private/lab-auth"

MAIN = f"""virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_maps = static:inbox
virtual_mailbox_base = {MAILBOXES}
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/lab-auth
"""
# Postfix lowers OpenSSL's security level by itself: TLS 1.0 and 1.1 need no setting, neither here nor in any Debian 12. Ciphers
# that don't encrypt do.
ANY_CIPHER = "-o { tls_medium_cipherlist = ALL:COMPLEMENTOFALL }"
LISTENER = """{port} inet n - y - - smtpd
    -o smtpd_tls_chain_files={certificate} -o smtpd_tls_CAfile={authority} -o smtpd_tls_ask_ccert=yes
    -o smtpd_tls_loglevel=1 -o smtpd_tls_received_header=yes {any_cipher} {own}
"""
LOGIN = "-o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=no -o milter_macro_daemon_name=ORIGINATING"
OWN = {
    "smtp": "-o smtpd_tls_security_level=may",
    "smtps": f"-o smtpd_tls_wrappermode=yes {LOGIN} -o syslog_name=postfix/smtps",
    "submission": f"-o smtpd_tls_security_level=may {LOGIN} -o syslog_name=postfix/submission",
}
PORTS = {"smtp": 25, "smtps": 465, "submission": 587}


def set_up(host):
    """Postfix is told, but not to read it again."""
    certificate = certificates.issue("out.test", "mx.out.pem", "authority")
    # smtpd reads it before the chroot.
    for source, name in ((certificate, "out.pem"), (certificates.AUTHORITY, "lab-authority.crt")):
        host.write(f"/etc/postfix/{name}", source.read_text())
    master = re.sub(r"(?m)^smtp +inet .*\n", "", host.path("/etc/postfix/master.cf").read_text())
    for name, port in PORTS.items():
        master += LISTENER.format(port=port, certificate="/etc/postfix/out.pem", authority="/etc/postfix/lab-authority.crt",
                                  any_cipher=ANY_CIPHER, own=OWN[name])
    host.write("/etc/postfix/master.cf", master)
    host.run("postconf", "-e", *MAIN.splitlines())
    host.run("install", "-d", "-o", "nobody", MAILBOXES)
    return AuthServer(host)


def received(host, recipient):
    """The header, without line breaks, that Postfix put on the message to `recipient`."""
    mailbox = host.path(f"{MAILBOXES}/inbox").read_text()
    header = re.search(rf"^Received: (?:[^\n]|\n[\t ])*for <{re.escape(recipient)}>", mailbox, re.M)
    return re.sub(r"\s+", " ", header.group()) if header else ""


class AuthServer:
    """Dovecot's authentication protocol, as much of it as Postfix speaks, for the mechanism PLAIN."""

    def __init__(self, host):
        path = host.path(AUTH_SOCKET)
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o666)
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rw", encoding="ascii", newline="\n") as file:
            file.write("VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t0123456789abcdef0123456789abcdef\nDONE\n")
            file.flush()
            for line in file:
                command, *words = line.rstrip("\n").split("\t")
                if command == "AUTH":
                    file.write(self._answer(*words))
                    file.flush()

    def _answer(self, number, mechanism, *parameters):
        response = next(word[5:] for word in parameters if word.startswith("resp="))
        _, user, password = base64.b64decode(response).decode().split("\0")
        known = mechanism == "PLAIN" and PASSWORDS.get(user) == password
        return f"OK\t{number}\tuser={user}\n" if known else f"FAIL\t{number}\tuser={user}\n"
