"""TLS reports: what Postfix and Sendmail log, or an MTA tells by datagrams, ends as reports in a mailbox and at an HTTPS server, and
is read back."""

import gzip
import json
import re
import socket
import time
from datetime import datetime, timedelta, timezone
from email import message_from_string, policy

import sender
import servers
import table
from episodes import changed, expect, expect_outcome, expect_sendmail, send_from_sendmail

CONFIG = {"organization-name": "Lab Inc.", "contact-info": "postmaster@out.test", "mail-log": "/var/log/mail.log",
          "socket": f"{sender.MILTER_FOLDER}/tlsrpt.sock"}
REPORT = ["tlswarden", "report"]
STATE = f"{sender.STORE}/ledger.db"


def tomorrow():
    return (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%dT05:00:00Z")


def run_report(lab, warden, *arguments, **options):
    return lab.run(*warden.as_user(*REPORT, *arguments), **options)


def figures(text):
    """{domain: (successes, failures)} of `report --json` for one domain at a time."""
    overview = json.loads(text)
    return overview["total-successful-session-count"], overview["total-failure-session-count"]


def counted(host, warden, domain):
    return figures(run_report(host, warden, "--domain", domain, "--json"))


def wait_for_count(host, warden, domain, expected):
    for _ in range(150):
        seen = counted(host, warden, domain)
        if seen == expected:
            return
        time.sleep(0.1)
    raise AssertionError(f"{domain}: {expected} good and failed sessions expected, counted {seen}")


def from_postfix(lab):
    """Postfix's log becomes sessions, they become reports for a mailbox and for HTTPS, and those say the same when they are read."""
    with changed(lab, {"tlsrpt": {**CONFIG}}):
        since = lab.log.mark()
        for recipient, outcome in (("r1@dane.test", "sent Verified"), ("r2@danebad.test", "deferred 4.7.5"),
                                   ("r3@sts.test", "sent Verified"), ("r4@stsbad.test", "deferred 4.7.5"),
                                   ("r5@self.test", "sent Untrusted"), ("r6@plain.test", "sent none")):
            table.send([recipient])
            expect_outcome(lab, recipient, outcome, since)
        expected = {"dane.test": (1, 0), "danebad.test": (0, 1), "sts.test": (1, 0), "stsbad.test": (0, 1), "self.test": (1, 0)}
        for domain, sessions in expected.items():
            wait_for_count(lab.out, lab.warden, domain, sessions)
        expect(counted(lab.out, lab.warden, "plain.test") == (0, 0), "a session in the clear was counted")
        check_sending(lab, expected)


def check_sending(lab, expected):
    early = run_report(lab.out, lab.warden, "--send")
    expect("0 sent" in early, f"a day that isn't over was reported: {early}")
    dry = run_report(lab.out, lab.warden, "--dry-run", "--now", tomorrow())
    for domain in expected:
        expect(f" {domain}: " in dry, f"{domain} isn't in the dry run: {dry}")
    since = lab.log.mark()
    sent = run_report(lab.out, lab.warden, "--send", "--now", tomorrow())
    # danebad.test and stsbad.test have two targets.
    expect(sent.endswith("7 sent, 0 to be tried again, 0 given up\n"), f"7 reports expected, got {sent}")
    again = run_report(lab.out, lab.warden, "--send", "--now", tomorrow())
    expect(again.startswith("0 sent"), f"reports were sent twice: {again}")
    uploaded = [json.loads(gzip.decompress(file.read_bytes())) for file in lab.web.path(servers.REPORTS).iterdir()]
    found = {each["policies"][0]["policy"]["policy-domain"] for each in uploaded}
    expect(found == {"sts.test", "stsbad.test", "self.test"}, f"uploaded: {found}")
    expect(all(each["organization-name"] == "Lab Inc." for each in uploaded), f"uploaded: {uploaded}")
    mails = lab.log.wait_for(lambda: mailed(lab, 3), 20)
    expect(mails, f"3 reports expected in the mailbox, got {mailed(lab, 0)}")
    check_received(lab, mails, expected)
    # One goes to a domain whose DANE is wrong. The milter lets it through; Postfix 3.7, which doesn't know TLS-Required, tries it
    # and is held to the policy. That session isn't counted.
    log = lab.log.lines("rcpt=<tls@danebad.test> action=accept", since)
    expect(log and "rule=tls-reports" in log[0], f"no rule let the report through: {log}")
    expect_outcome(lab, "tls@danebad.test", "deferred 4.7.5", since)
    time.sleep(12)  # the log's sessions are joined after ten seconds
    for domain, sessions in expected.items():
        expect(counted(lab.out, lab.warden, domain) == sessions, f"{domain}: counts changed by reporting")


def mailed(lab, least):
    mailbox = lab.out.path("/var/mail/root")
    text = mailbox.read_text() if mailbox.exists() else ""
    mails = [mail for mail in re.split(r"(?m)^From .*\n", text) if "\nTLS-Report-Domain: " in mail]
    return mails if len(mails) >= least else None


def check_received(lab, mails, expected):
    for mail in mails:
        message = message_from_string(mail, policy=policy.default)
        domain = message["TLS-Report-Domain"]
        expect(message["TLS-Report-Submitter"] == "out.test", f"submitter: {message['TLS-Report-Submitter']}")
        expect(message["TLS-Required"] == "No", "the report's mail isn't let through where TLS fails")
        expect(message.get_content_type() == "multipart/report", message.get_content_type())
        said = run_report(lab.out, lab.warden, "read", "-", input=mail)
        good, failed = expected[domain]
        expect(f"Lab Inc.: {good} good, {failed} failed" in said, f"{domain}: {said}")
        again = run_report(lab.out, lab.warden, "read", "-", input=mail)
        expect("known already" in again, f"read twice: {again}")


def proof(lab):
    """`report --message` says for each recipient what was demanded, and how it went."""
    since = lab.log.mark()
    table.send(["proof@dane.test", "proof@self.test"])
    for recipient, outcome in (("proof@dane.test", "sent Verified"), ("proof@self.test", "sent Untrusted")):
        expect_outcome(lab, recipient, outcome, since)
    queue_id = re.search(r"postfix/smtp\[\d+\]: (\w+): to=<proof@dane\.test>", "\n".join(lab.log.lines(since=since)))[1]
    text = run_report(lab.out, lab.warden, "--message", queue_id)
    found = json.loads(run_report(lab.out, lab.warden, "--message", queue_id, "--json"))
    expect("proof@dane.test" in text and "tlsa" in text and "Verified" in text, text)
    expect(len(found["recipients"]) == 2, f"two recipients expected: {found}")


def page(lab):
    """The page is one file without a script, and has the figures."""
    run_report(lab.out, lab.warden, "--html", "/tmp/report.html")
    text = lab.out.path("/tmp/report.html").read_text()
    text = re.sub("<wbr>", "", text)
    for word in ("danebad.test", "certificate-not-trusted", "certificate-host-mismatch"):
        expect(word in text, f"the page doesn't have {word}: {re.sub('<[^>]*>', ' ', text)[:3000]}")
    expect("<script" not in text, "there is a script in the page")


def from_sendmail(lab):
    """Sendmail's log becomes sessions as well."""
    log, warden = lab.logs["sendmail"], lab.sendmail_warden
    lab.sendmail.run("sh", "-c", "rm -rf /var/lib/sendmail/host_status/*")
    warden.restart({**sender.LAB, "tlsrpt": {"mail-log": "/var/log/mail.log"}})
    since = log.mark()
    send_from_sendmail(lab, ["s1@sts.test"], "other@sendmail.test")
    send_from_sendmail(lab, ["s2@self.test"], "other@sendmail.test")
    send_from_sendmail(lab, ["s3@stsbad.test"], "other@sendmail.test")
    for recipient, outcome in (("s1@sts.test", "sent OK"), ("s2@self.test", "sent FAIL"), ("s3@stsbad.test", "deferred")):
        expect_sendmail(log, recipient, outcome, since)
    for domain, sessions in (("sts.test", (1, 0)), ("self.test", (1, 0)), ("stsbad.test", (0, 1))):
        wait_for_count(lab.sendmail, warden, domain, sessions)
    warden.restart(sender.LAB)


DATAGRAM = ('{"dpv": "1","d": "%s","pr": "v=TLSRPTv1; rua=mailto:reports@out.test","policies":[{"policy-type":9,'
            '"policy-domain": "%s",%s"t":%d,"f":%d}]}')
DETAIL = '"failure-details":[{"c":201,"s": "198.18.0.4","n": "mx.told.test","r": "198.18.1.1"}],'


def from_datagrams(lab):
    """What an MTA tells by datagrams is counted, bad ones are passed over, and it goes on after a restart. (No Postfix 3.10 is in
    Debian 12: these are written as libtlsrpt writes them.)"""
    path = CONFIG["socket"]
    with changed(lab, {"tlsrpt": {"socket": path}}):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mta:
            address = str(lab.out.path(path))
            for octets in (b"", b"no JSON", b"\xff\xfe", b"[" * 10000, b'{"dpv": 1}'):
                mta.sendto(octets, address)
            for _ in range(5):
                mta.sendto((DATAGRAM % ("told.test", "told.test", "", 0, 0)).encode(), address)
            mta.sendto((DATAGRAM % ("told.test", "told.test", DETAIL, 1, 1)).encode(), address)
        wait_for_count(lab.out, lab.warden, "told.test", (5, 1))
        lab.warden.stop()
        lab.warden.start()
        expect(counted(lab.out, lab.warden, "told.test") == (5, 1), "counts were lost by a restart")


ALL = [from_postfix, proof, page, from_sendmail, from_datagrams]
