"""TLS reports: what Postfix and Sendmail log, or an MTA tells by datagrams, ends as reports in a mailbox and at an HTTPS server, and
is read back."""

import gzip
import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from email import message_from_string, policy

import sender
import servers
import table
from episodes import changed, expect, expect_answer, expect_outcome, expect_sendmail, send_from_sendmail

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


def forget(warden):
    """What was counted before, by looks at hosts and refusals, isn't what these episodes are about. Leaves tlswarden stopped."""
    warden.stop()
    warden.host.run("sh", "-c", f"rm -f {sender.STORE}/ledger.db* {sender.STORE}/reports.db*")


def from_postfix(lab):
    """Postfix's log becomes sessions, they become reports for a mailbox and for HTTPS, and those say the same when they are read."""
    forget(lab.warden)
    lab.warden.start()
    with changed(lab, {"tlsrpt": CONFIG}):
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
    uploaded = [json.loads(gzip.decompress(file.read_bytes())) for file in uploads(lab)]
    found = {each["policies"][0]["policy"]["policy-domain"] for each in uploaded}
    expect(found == {"sts.test", "stsbad.test", "self.test"}, f"uploaded: {found}")
    expect(all(each["organization-name"] == "Lab Inc." for each in uploaded), f"uploaded: {uploaded}")
    for file in uploads(lab):
        check_upload(lab, file, expected)
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
    """Sendmail's log becomes sessions and reports as well; Sendmail takes those that are mailed."""
    log, warden = lab.logs["sendmail"], lab.sendmail_warden
    lab.sendmail.run("sh", "-c", "rm -rf /var/lib/sendmail/host_status/*")
    forget(warden)
    warden.start()
    warden.restart({**sender.LAB, "tlsrpt": {**CONFIG, "contact-info": "tls@sendmail.test", "socket": ""}})
    since = log.mark()
    expected = {"sts.test": (1, 0), "self.test": (1, 0), "stsbad.test": (0, 1)}
    for recipient, outcome in (("s1@sts.test", "sent OK"), ("s2@self.test", "sent FAIL"), ("s3@stsbad.test", "deferred")):
        send_from_sendmail(lab, [recipient], "other@sendmail.test")
        expect_sendmail(log, recipient, outcome, since)
    for domain, sessions in expected.items():
        wait_for_count(lab.sendmail, warden, domain, sessions)
    before = set(uploads(lab))
    sent = run_report(lab.sendmail, warden, "--send", "--now", tomorrow())
    expect(sent.endswith("4 sent, 0 to be tried again, 0 given up\n"), f"4 reports expected, got {sent}")
    for file in set(uploads(lab)) - before:
        check_upload(lab, file, expected)
    # With TLS or without: that is the receiver's set-up, which other parts of the lab change.
    seen, text = log.outcome("reports@out.test", 20, since)
    expect(seen in ("sent none", "sent OK"), f"the mailed report: {seen} ({text})")
    warden.restart(sender.LAB)


def uploads(lab):
    return lab.web.path(servers.REPORTS).iterdir()


def check_upload(lab, file, expected):
    """What was posted says the same when it is read, as any receiver would."""
    policy = json.loads(gzip.decompress(file.read_bytes()))["policies"][0]["policy"]
    good, failed = expected[policy["policy-domain"]]
    copy = lab.out.path("/tmp/report.json.gz")
    copy.write_bytes(file.read_bytes())
    said = run_report(lab.out, lab.warden, "read", "/tmp/report.json.gz")
    expect(f"Lab Inc.: {good} good, {failed} failed" in said, f"{policy['policy-domain']}: {said}")


DATAGRAM = ('{"dpv": "1","d": "%s","pr": "v=TLSRPTv1; rua=https://reports.test/tlsrpt","policies":[{"policy-type":9,'
            '"policy-domain": "%s",%s"t":%d,"f":%d}]}')
DETAIL = '"failure-details":[{"c":201,"s": "198.18.0.4","n": "mx.expired.test","r": "198.18.1.1"}],'


def from_datagrams(lab):
    """What an MTA tells by datagrams is counted and reported, bad ones are passed over, and it goes on after a restart. (No Postfix
    3.10 is in Debian 12: these are written as libtlsrpt writes them.)"""
    domain = "expired.test"
    with changed(lab, {"tlsrpt": CONFIG}):
        before = counted(lab.out, lab.warden, domain)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mta:
            address = str(lab.out.path(CONFIG["socket"]))
            for octets in (b"", b"no JSON", b"\xff\xfe", b"[" * 10000, b'{"dpv": 1}'):
                mta.sendto(octets, address)
            for _ in range(5):
                mta.sendto((DATAGRAM % (domain, domain, "", 0, 0)).encode(), address)
            mta.sendto((DATAGRAM % (domain, domain, DETAIL, 1, 1)).encode(), address)
        expected = (before[0] + 5, before[1] + 1)
        wait_for_count(lab.out, lab.warden, domain, expected)
        # Its sessions are told by datagrams, so the log doesn't count them once more.
        since = lab.log.mark()
        table.send(["told@expired.test"])
        expect_outcome(lab, "told@expired.test", "sent Untrusted", since)
        time.sleep(12)  # the log's sessions are joined after ten seconds
        expect(counted(lab.out, lab.warden, domain) == expected, "a session counted twice")
        lab.warden.stop()
        lab.warden.start()
        expect(counted(lab.out, lab.warden, domain) == expected, "counts were lost by a restart")
        old = set(uploads(lab))
        sent = run_report(lab.out, lab.warden, "--send", "--now", tomorrow())
        expect(sent.endswith("1 sent, 0 to be tried again, 0 given up\n"), f"1 report expected, got {sent}")
        for file in set(uploads(lab)) - old:
            check_upload(lab, file, {domain: expected})


def learned(lab):
    """With learn = yes, mail is stopped before it is taken where TLS has just failed at every MX host."""
    with changed(lab, {"outbound": {"learn": "yes", "on-failure": "reject"}, "tlsrpt": CONFIG}):
        before = counted(lab.out, lab.warden, "stsbad.test")
        for number in (1, 2):
            since = lab.log.mark()
            replies, _ = table.send([f"learn{number}@stsbad.test"])
            expect(replies[f"learn{number}@stsbad.test"][0] == 250, f"stopped before anything was known: {replies}")
            expect_outcome(lab, f"learn{number}@stsbad.test", "deferred 4.7.5", since)
            wait_for_count(lab.out, lab.warden, "stsbad.test", (before[0], before[1] + number))
            if number == 1:
                replies, _ = table.send(["once@stsbad.test"])
                expect(replies["once@stsbad.test"][0] == 451, f"after one session: 451 expected, got {replies}")
                # The second message has to come to its session.
                lab.warden.stop()
                lab.warden.start()
        replies, _ = table.send(["learn3@stsbad.test"])
        code, text = replies["learn3@stsbad.test"]
        expect("failed at every MX host" in text, f"no reason in the reply: {code} {text}")
        replies, _ = table.send(["learn4@sts.test"])
        expect(replies["learn4@sts.test"][0] == 250, f"another domain was stopped: {replies}")


REMEMBER = """INSERT INTO domain_day SELECT day, 'hadtls.test', '', 0, 5, 0, 0, day * 86400 + 3600
FROM (SELECT unixepoch() / 86400 - 4 AS day UNION SELECT unixepoch() / 86400 - 3 UNION SELECT unixepoch() / 86400 - 2)"""


def remembered(lab):
    """A domain that had TLS on three days is held to it with remember-tls = require, until it is let go."""
    with changed(lab, {"outbound": {"remember-tls": "require"}, "tlsrpt": CONFIG}):
        lab.warden.stop()
        lab.out.run(*lab.warden.as_user("sqlite3", STATE, REMEMBER))
        lab.warden.start()
        expect_answer("hadtls.test", "OK encrypt")
        since = lab.log.mark()
        table.send(["remembered@hadtls.test"])
        expect_outcome(lab, "remembered@hadtls.test", "deferred 4.7.4", since)
        line = table.warden_line(lab.log, "remembered@hadtls.test", since)
        expect("rule=remembered" in line, f"the log doesn't say why: {line}")
        wait_for_count(lab.out, lab.warden, "hadtls.test", (0, 1))
        lab.warden.stop()
        lab.warden.start()
        status = lab.out.run(*lab.warden.as_user("tlswarden", "status"))
        expect("tlswarden cache purge hadtls.test" in status, status)
        said = lab.out.run(*lab.warden.as_user("tlswarden", "cache", "purge", "hadtls.test"))
        expect("hadtls.test: " in said, said)
        lab.warden.stop()
        lab.warden.start()
        expect_answer("hadtls.test", "NOTFOUND ")
        status = lab.out.run(*lab.warden.as_user("tlswarden", "status"))
        expect("No domain has lost the TLS" in status, status)


# A file of aliases whose commands run as its owner.
ALIASES = f"{sender.STORE}/aliases"
OPENDKIM = """Syslog yes
Mode s
Domain out.test
Selector lab
KeyFile /etc/dkimkeys/lab.private
Socket inet:8891@127.0.0.1
UserID opendkim
PidFile /etc/dkimkeys/opendkim.pid
"""


def doctor(lab):
    """`tlswarden doctor` says whether report mail is signed: looked at by hand, by an alias, with OpenDKIM, and where it is refused."""
    mine = {**CONFIG, "send": "yes"}
    with changed(lab, {"tlsrpt": mine}):
        code, said = doctor_by_hand(lab)
        expect(code == 1 and "report-mail postmaster@out.test: not signed" in said, f"not signed, exit 1, expected: {code} {said}")
        for line in ("resolver 127.0.0.1:53: answers and validates", "ca-store: has certificates", "milter unix:", "socketmap inet:"):
            expect(f"\nok       {line}" in f"\n{said}", f"'ok {line}' expected: {said}")
        expect("SigningTable" in said and "rspamd" in said, f"what to do isn't said: {said}")
    with changed(lab, {"tlsrpt": {**mine, "contact-info": "nobody-here@out.test"}}):
        code, said = run_doctor(lab)
        expect(code == 1 and "refused: RCPT: nobody-here@out.test: 550 5.1.1" in said, f"the relay's refusal, exit 1, expected: {code} {said}")
    with changed(lab, {"tlsrpt": {**mine, "contact-info": "tls-test@out.test"}}), signing(lab):
        code, said = run_doctor(lab, "--json")
        finding = json.loads(said)["findings"][-1]
        expect(code == 0 and finding["result"] == "ok", f"signed, exit 0, expected: {code} {said}")
        expect(finding["signatures"] == [{"domain": "out.test", "selector": "lab"}], f"signatures: {said}")
    received = lab.out.run("sqlite3", f"{sender.STORE}/received.db", "SELECT count(*) FROM received WHERE id LIKE '%test.%'")
    expect(received == "0\n", f"a test is kept as a report: {received}")


def run_doctor(lab, *options):
    said = lab.out.run("sh", "-c", 'tlswarden "$@" doctor; echo $?', "sh", *options)
    said, _, code = said.rstrip("\n").rpartition("\n")
    return int(code), said


def doctor_by_hand(lab):
    """The mail lies in a mailbox, and is given to `report read` while `doctor` waits."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(run_doctor, lab)
        mail = lab.log.wait_for(lambda: test_mail(lab), 20, every=0.2)
        expect(mail, "the test report isn't in the mailbox")
        said = run_report(lab.out, lab.warden, "read", "-", input=mail)
        expect(re.fullmatch(r"the test report of \S+ is not signed\n", said), f"report read: {said}")
        return waiting.result()


def test_mail(lab):
    return next((mail for mail in mailed(lab, 1) or [] if "<tlswarden-test." in mail and "report--\n" in mail), None)


class signing:
    """In this block OpenDKIM signs what Postfix takes from this host, and an alias gives mail to `report read`."""

    def __init__(self, lab):
        self.lab, self.host = lab, lab.out

    def __enter__(self):
        self.host.write(ALIASES, f'tls-test: "|{self.host.run("which", "tlswarden").strip()} report read -"\n')
        self.host.run("chown", "tlswarden", ALIASES)
        self.host.run("postalias", ALIASES)
        self.host.run("install", "-d", "-o", "opendkim", "-m", "700", "/etc/dkimkeys")
        self.host.run("openssl", "genrsa", "-out", "/etc/dkimkeys/lab.private", "2048")
        self.host.run("chown", "opendkim", "/etc/dkimkeys/lab.private")
        self.host.write("/etc/opendkim.conf", OPENDKIM)
        self.host.run("opendkim", "-x", "/etc/opendkim.conf")
        self.before = {key: self.host.run("postconf", "-h", key).strip() for key in ("smtpd_milters", "alias_maps")}
        self._set({"smtpd_milters": f"{self.before['smtpd_milters']} inet:127.0.0.1:8891",
                   "alias_maps": f"{self.before['alias_maps']} hash:{ALIASES}"}, [25, 8891])

    def __exit__(self, *_):
        self._set(self.before, [25])

    def _set(self, values, ports):
        self.host.run("postconf", "-e", *(f"{key}={value}" for key, value in values.items()))
        sender.reload_postfix(self.lab, ports)


ALL = [from_postfix, proof, page, from_sendmail, from_datagrams, learned, remembered, doctor]
