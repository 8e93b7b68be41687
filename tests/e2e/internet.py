"""The whole lab: five hosts, each with its servers."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import certificates
import domains
import hostile
import name_server
import sender
import sendmail
import servers
from hosts import STATE, Host, make_cage_private
from maillog import MailLog, SendmailLog

PROGRAMS = ["unshare", "nsenter", "setpriv", "ip", "openssl", "knotd", "knotc", "keymgr", "kdig", "unbound", "nginx", "postfix",
            "opendkim", "sqlite3", "cmake", "m4"]


def missing_programs():
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    return missing if sendmail.PACKAGES else [*missing, "Sendmail's packages"]


class Lab:
    def __init__(self, build, say=lambda text: None, with_attacks=False):
        self.say = say
        make_cage_private()
        STATE.mkdir(exist_ok=True)
        self.domains = domains.read(with_attacks)
        self.logs = {}
        for name in ("mx", "out", "sendmail"):
            (STATE / name).mkdir()
            kind = SendmailLog if name == "sendmail" else MailLog
            self.logs[name] = kind(STATE / name / "log", STATE / f"{name}.log")
        self.log = self.logs["out"]
        self.dns, self.web = Host("dns", "198.18.0.1"), Host("web", "198.18.0.2")
        self.mx, self.out = Host("mx", "198.18.0.3"), Host("out", "198.18.0.4")
        self.sendmail = Host("sendmail", "198.18.0.6")
        self.warden = sender.Warden(self.out, build, sender.SETTINGS, sender.MILTER_FOLDER, "postfix")
        self.sendmail_warden = sender.Warden(self.sendmail, build, sender.LAB, sendmail.MILTER_FOLDER, "smmta")

    def start(self):
        self.say("name servers, policy hosts, both Postfixes and Sendmail")
        certificates.make_authorities()
        self.names = name_server.NameServer(self.dns, self.domains, self.web.address,
                                            [self.out, self.sendmail])
        with ThreadPoolExecutor() as pool:
            started = [pool.submit(self.names.start),
                       pool.submit(servers.start_web, self.web, self.domains),
                       pool.submit(servers.start_mx, self.mx, self.domains),
                       pool.submit(sender.start_postfix, self.out),
                       pool.submit(sendmail.start, self.sendmail)]
        for each in started:
            each.result()
        self.say("resolvers and tlswarden")
        intercepted = [domain.name for domain in self.domains if domain.intercept]
        sender.start_resolver(self.out, self.dns.address, self.names.trust_anchor(), intercepted, hostile.ADDRESS)
        sender.start_resolver(self.sendmail, self.dns.address, self.names.trust_anchor())
        for warden in (self.warden, self.sendmail_warden):
            self._wait_until_validating(warden.host)
            warden.install()
            warden.start()
        self.out.join_network()

    def _wait_until_validating(self, host):
        for _ in range(100):
            if " ad;" in host.run("kdig", "+time=2", "+adflag", "@127.0.0.1", self.domains[0].name, "MX", check=False):
                return
            time.sleep(0.05)
        raise RuntimeError("unbound doesn't validate the lab's names")

    def restart_resolver(self):
        """For an empty cache, and no memory of name servers that didn't answer."""
        sender.stop_resolver(self.out)
        self.out.run("unbound")

    def attack(self):
        """From now on the domains of attacks.conf are under attack."""
        self.names.change([domain.attacked for domain in self.domains if domain.attacked])
        now = [domain.attacked or domain for domain in self.domains]
        servers.change_web(self.web, now)
        servers.change_mx(self.mx, now)
        self.restart_resolver()
