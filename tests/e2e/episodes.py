"""What a table row can't say: several recipients, sendmail(1), restarts, a killed daemon, a corrupt store, a second daemon, an alarm, a trial."""

import re
import signal
import smtplib
import time
from concurrent.futures import ThreadPoolExecutor

import sender
import sendmail as sendmail_host
import table

STS_ANSWER = "OK secure match=mx.{0}.test servername=hostname"


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def expect_outcome(lab, recipient, outcome, since):
    seen, text = lab.log.outcome(recipient, 20, since)
    expect(seen == outcome, f"{recipient}: {outcome} expected, got {seen} ({text})")


def expect_answer(key, answer):
    seen = sender.ask_policy_map(key)
    expect(seen == answer, f"policy map, {key}: '{answer}' expected, got '{seen}'")


def several_recipients(lab):
    """Of several recipients only the bad one is refused."""
    since = lab.log.mark()
    good, bad, also_good = "some@dane.test", "some@stsmx.test", "some@sts.test"
    replies, final = table.send([good, bad, also_good])
    codes = [replies[recipient][0] for recipient in (good, bad, also_good)]
    expect(codes == [250, 451, 250], f"replies to RCPT TO: 250, 451, 250 expected, got {replies}")
    expect(final[0] == 250, f"the message wasn't taken: {final}")
    expect_outcome(lab, good, "sent Verified", since)
    expect_outcome(lab, also_good, "sent Verified", since)


def aliases(lab):
    """Whom an alias leads to is seen by no milter. The policy map holds the line."""
    since = lab.log.mark()
    replies, final = table.send(["partners@out.test"])
    expect(replies["partners@out.test"][0] == 250 and final[0] == 250, f"the alias wasn't taken: {replies} {final}")
    expect_outcome(lab, "user@stsmx.test", "deferred 4.7.5", since)


def sendmail_rejected(lab):
    """Mail from sendmail(1) is rejected at its end where a rule says reject, and comes back."""
    since = lab.log.mark()
    sendmail(lab, "local@partner.test")
    rejected = lab.log.wait_for(lambda: lab.log.lines("milter-reject: END-OF-MESSAGE", since), 10)
    expect(rejected and "5.7.5" in rejected[0], f"no milter-reject with 5.7.5 at the end of the message: {rejected}")
    expect_outcome(lab, "root@out.test", "sent local", since)
    line = table.warden_line(lab.log, "local@partner.test", since)
    expect("action=reject" in line, f"log line: action=reject expected, got {line or 'no line'}")


def sendmail_never_deferred(lab):
    """Mail from sendmail(1) isn't deferred by the milter, which Postfix would repeat for ever. The policy map holds the line."""
    since = lab.log.mark()
    sendmail(lab, "local@stsmx.test")
    expect_outcome(lab, "local@stsmx.test", "deferred 4.7.5", since)
    line = table.warden_line(lab.log, "local@stsmx.test", since)
    expect("action=accept" in line and "validation-failure" in line,
           f"log line: action=accept and validation-failure expected, got {line or 'no line'}")


def sendmail(lab, recipient):
    lab.out.run("sendmail", "-f", "root@out.test", recipient, input="Subject: lab\n\nFrom sendmail(1).\n")


def second_daemon(lab):
    """A second daemon says in one line that the socket is taken. The first goes on."""
    output = lab.warden.output.with_name("second.out")
    second = lab.warden.spawn(output)
    try:
        code = second.wait(timeout=5)
    except Exception:
        second.kill()
        raise AssertionError("the second daemon keeps running") from None
    lines = output.read_text().splitlines()
    expect(code != 0, "the second daemon ended with exit code 0")
    expect(len(lines) == 1, f"one line expected, got {lines}")
    expect_answer("sts.test", STS_ANSWER.format("sts"))
    since = lab.log.mark()
    table.send(["second@dane.test"])
    expect_outcome(lab, "second@dane.test", "sent Verified", since)


def restart(lab):
    """SIGTERM ends the daemon within a second. It still knows the policies when web and name servers are gone."""
    code, seconds = lab.warden.stop()
    expect(code == 0, f"exit code {code} after SIGTERM\n{lab.warden.output.read_text()}")
    expect(seconds < 1, f"{seconds:.2f} s from SIGTERM to the end")
    with outside_gone(lab):
        lab.warden.start()
        expect_answer("sts.test", STS_ANSWER.format("sts"))


def kill(lab):
    """kill -9 forgets nothing that was answered more than a second before."""
    expect_answer("stslate.test", STS_ANSWER.format("stslate"))
    time.sleep(1.2)
    lab.warden.stop(signal.SIGKILL)
    with outside_gone(lab):
        lab.warden.start()
        expect_answer("stslate.test", STS_ANSWER.format("stslate"))


def corrupt_store(lab):
    """A corrupt store is moved aside with a warning, and the daemon starts."""
    lab.warden.stop()
    store = lab.out.path(f"{sender.STORE}/policies.db")
    garbage = b"This is no database. " * 1000
    for file in store.parent.glob("policies.db*"):
        file.write_bytes(garbage)
    since = lab.log.mark()
    lab.warden.start()
    expect_answer("sts.test", STS_ANSWER.format("sts"))
    aside = [file for file in store.parent.iterdir() if file != store and file.read_bytes() == garbage]
    expect(aside, "the corrupt file isn't beside the new one")
    expect(lab.log.lines("policies.db", since), "no line in the log names the corrupt file")
    check = lab.out.run(*lab.warden.as_user("sqlite3", f"{sender.STORE}/policies.db", "PRAGMA integrity_check"))
    expect(check == "ok\n", f"the new store isn't whole: {check}")


def alarm_and_mail(lab):
    """A domain that begins to fail is one warning and one mail to the administrator."""
    with changed(lab, {"outbound": {"notify": "root@out.test"}}):
        since = lab.log.mark()
        for _ in range(2):
            table.send(["alarm@stsmx.test"])
        handed = lab.log.wait_for(lambda: lab.log.lines("root@out.test about stsmx.test is handed to", since), 5)
        expect(handed, "no line says that the mail was handed over")
        expect_outcome(lab, "root@out.test", "sent local", since)
        alarms = lab.log.lines("alarm=begin policy-domain=stsmx.test mail=held ", since)
        expect(len(alarms) == 1, f"one alarm expected, got {alarms}")
    mail = lab.out.path("/var/mail/root").read_text()
    expect(mail.count("Subject: tlswarden: mail to stsmx.test is held back") == 1, f"one mail expected, got {mail}")
    expect("\nAuto-Submitted: auto-generated\n" in mail, "the mail isn't marked as automatic")


def trial(lab):
    """In observe mode mail passes; `status --would` says what enforcement would have refused, while the daemon runs and after."""
    status = lab.warden.as_user("tlswarden", "status", "--would")
    # Mail from the other hosts of the lab may have come in without TLS.
    before = lab.out.run(*status)
    expect(not re.search(r"(?m)^ +\d+ .* outbound ", before), f"something was counted before the trial: {before}")
    with changed(lab, {"outbound": {"mode": "observe"}}):
        for _ in range(2):
            replies, _ = table.send(["trial@stsmx.test"])
            expect(replies["trial@stsmx.test"][0] == 250, f"mail was held back in observe mode: {replies}")
        time.sleep(1)
        seen = lab.out.run(*status)
        expect(re.search(r"^ +2 +stsmx\.test +default +outbound +defer +validation-failure ", seen, re.M),
               f"two deferrals of stsmx.test expected, got {seen}")
        lab.warden.stop()
        expect(lab.out.run(*status) == seen, "the daemon ended, and the list is another")
        lab.warden.start()


class changed:
    """The daemon runs with other settings in this block."""

    def __init__(self, lab, settings):
        self.lab, self.settings = lab, settings

    def __enter__(self):
        self.lab.warden.restart({**sender.SETTINGS, **self.settings})

    def __exit__(self, *_):
        self.lab.warden.restart(sender.SETTINGS)


SENDMAIL_RULES = """
[rule.board]
sender = board@sendmail.test
require = encrypt

[rule.secret]
header = Subject: *[secret]*
require = authenticated

[rule.excepted]
recipient-domain = sts.test
require = none
"""
PER_MESSAGE = {**sender.LAB, "milter": {"per-message": "sendmail"}}


def sendmail_messages(lab):
    """What one message demands reaches Sendmail's delivery by its queue id, also when tlswarden was restarted in between."""
    warden, log = lab.sendmail_warden, lab.logs["sendmail"]
    warden.restart(PER_MESSAGE, SENDMAIL_RULES)
    since = log.mark()
    send_from_sendmail(lab, ["board@plain.test", "board@self.test"], "board@sendmail.test")
    send_from_sendmail(lab, ["other@plain.test"], "other@sendmail.test")
    # An exception for the domain, so nobody compares names there, and a message that demands names.
    send_from_sendmail(lab, ["excepted@sts.test"], "other@sendmail.test")
    send_from_sendmail(lab, ["secret@sts.test"], "other@sendmail.test", "[secret]")
    for recipient, outcome in (("board@plain.test", "deferred"), ("board@self.test", "sent FAIL"), ("other@plain.test", "sent none"),
                               ("excepted@sts.test", "sent OK"), ("secret@sts.test", "deferred")):
        expect_sendmail(log, recipient, outcome, since)
    # Sendmail says that it waits, tlswarden why.
    why = [line for line in log.lines(":secret@sts.test", since) if "for a domain, not for one message" in line]
    expect(why, f"why secret@sts.test waits isn't in the log: {log.lines(':secret@sts.test', since)}")
    warden.restart(PER_MESSAGE, SENDMAIL_RULES)
    since = log.mark()
    lab.sendmail.run(sendmail_host.PROGRAM, "-qf", "-OMinQueueAge=0", "-OTimeout.hoststatus=0")
    wanted = "ruleset=tls_rcpt, arg1=board@plain.test"
    refused = log.wait_for(lambda: log.lines(wanted, since), 20)
    expect(refused and "encryption too weak" in refused[0], f"after the restart: no '{wanted}' in {log.lines(since=since)[-8:]}")
    warden.restart(sender.LAB)


def sendmail_shared_session(lab):
    """Sendmail sends recipients of two domains with one MX host in one session, and checks the certificate for the first."""
    log = lab.logs["sendmail"]
    # Sendmail remembers hosts that deferred a message before, and wouldn't try this one.
    lab.sendmail.run("sh", "-c", "rm -rf /var/lib/sendmail/host_status/*")
    since = log.mark()
    send_from_sendmail(lab, ["shared@guest.test", "shared@stsself.test"], "other@sendmail.test")
    expect_sendmail(log, "shared@guest.test", "sent FAIL", since)
    expect_sendmail(log, "shared@stsself.test", "deferred", since)


def sendmail_without_tlswarden(lab):
    """While tlswarden is down, F=T asks clients to come again, F=R rejects, and without F= mail is taken, and waits."""
    log = lab.logs["sendmail"]
    try:
        for flag, expected in (("F=T, ", 451), ("F=R, ", 554), ("", 250)):
            sendmail_host.write_configuration(lab.sendmail, flag)
            sendmail_host.restart(lab.sendmail)
            lab.sendmail_warden.stop()
            since = log.mark()
            code = offer_to_sendmail(lab, "down@sts.test")
            lab.sendmail_warden.start()
            expect(code == expected, f"with '{flag}': {expected} expected, got {code}")
        expect_sendmail(log, "down@sts.test", "deferred", since)
        since = log.mark()
        lab.sendmail.run(sendmail_host.PROGRAM, "-L", "sm-mta", "-qf", "-OMinQueueAge=0", "-OTimeout.hoststatus=0")
        expect_sendmail(log, "down@sts.test", "sent OK", since)
    finally:
        sendmail_host.write_configuration(lab.sendmail)
        sendmail_host.restart(lab.sendmail)


def offer_to_sendmail(lab, recipient):
    """The code of the first reply that says no, or of the last."""
    def offer():
        try:
            with smtplib.SMTP("127.0.0.1", 25, timeout=60) as smtp:
                smtp.ehlo("client.test")
                for code, _ in (smtp.mail("other@sendmail.test"), smtp.rcpt(recipient)):
                    if code != 250:
                        return code
                return smtp.data("Subject: lab\n\nA message of the lab.\n")[0]
        except smtplib.SMTPConnectError as refused:
            return refused.smtp_code
    with ThreadPoolExecutor(1, initializer=lab.sendmail.join_network) as pool:
        return pool.submit(offer).result()


def send_from_sendmail(lab, recipients, mail_from, subject="lab"):
    with ThreadPoolExecutor(1, initializer=lab.sendmail.join_network) as pool:
        pool.submit(table.send, recipients, mail_from, subject).result()


def expect_sendmail(log, recipient, outcome, since):
    seen, text = log.outcome(recipient, 20, since)
    expect(seen == outcome, f"{recipient}: {outcome} expected, got {seen} ({text})")


class outside_gone:
    """Name servers and policy hosts are off the network in this block."""

    def __init__(self, lab):
        self.lab = lab

    def __enter__(self):
        for host in (self.lab.dns, self.lab.web):
            host.unplug()

    def __exit__(self, *_):
        for host in (self.lab.dns, self.lab.web):
            host.plug_in_again()
        # The resolver remembers for minutes that its name server was down.
        self.lab.restart_resolver()


ALL = [several_recipients, aliases, sendmail_rejected, sendmail_never_deferred, second_daemon, restart, kill, corrupt_store, alarm_and_mail, trial,
       sendmail_messages, sendmail_shared_session, sendmail_without_tlswarden]
