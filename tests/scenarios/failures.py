#!/usr/bin/env python3
"""Makes tests and a page of failures.table.

    failures.py --into DIR   writes a scenario for each failure and state, and prints their names
    failures.py --check      says what the table lacks, and whether doc/failures.md is made of it
    failures.py --write      writes the tables of doc/failures.md anew
"""

import re
import sys
from pathlib import Path

import failures_page
import failures_table
from failures_table import STATES

DOMAIN, MX, HOST = "bank.example", "mx.bank.example", "mta-sts.bank.example"
QUESTIONS = {
    "mx": [f"MX {DOMAIN}"],
    "address": [f"A {MX}", f"AAAA {MX}"],
    "tlsa": [f"TLSA _25._tcp.{MX}"],
    "tlsa-unsigned-mx": [f"TLSA _25._tcp.{MX}"],
    "txt": [f"TXT _mta-sts.{DOMAIN}"],
    "record": [f"TXT _mta-sts.{DOMAIN}"],
    "host": [f"A {HOST}", f"AAAA {HOST}"],
    "https": [f"A {HOST}"],
    "policy": [f"A {HOST}"],
}
DANE = ("address", "tlsa", "tlsa-unsigned-mx")
POLICY = {"version": "STSv1", "mode": "enforce", "mx": MX, "max_age": "604800"}
MAX_AGE = {"valid-cached": "7d", "expired-cached": "1h"}
SECONDS = {"1m": 60, "5m": 300, "ttl": 240}
# Where a policy is read or a look-up goes well, the domain announces a policy with another id.
NEW_ID = f'dns TXT _mta-sts.{DOMAIN} insecure ttl 1h "v=STSv1; id=2"'


def scenario(failure, state):
    lines = [f"# {failure.test}, {state}: from failures.table.", "default error"]
    lines += surroundings(failure.what) + history(state)
    if failure.what in ("txt", "record", "host", "https", "policy"):
        lines += [NEW_ID, f"https {HOST} 200", *policy_lines(), "end"]
    elif state == "valid-cached":
        lines += [NEW_ID.replace("id=2", "id=1")]
    else:
        lines += [f"dns TXT _mta-sts.{DOMAIN} insecure ttl 1h nxdomain"]
    lines += [*trouble(failure), f"ask {DOMAIN}", *expectations(failure, state), *next_try(failure, state)]
    return "\n".join(lines) + "\n"


def surroundings(what):
    signed = "secure" if what in ("mx", "address", "tlsa") else "insecure"
    lines = [f"dns MX {DOMAIN} {signed} ttl 1h 10 {MX}"]
    if what not in DANE:
        return lines + [f"dns A {MX} insecure ttl 1h 192.0.2.1"]
    return lines + [f"dns A {MX} secure ttl 1h 192.0.2.1", f"dns TLSA _25._tcp.{MX} secure ttl 1h 3 1 1 ab*32"]


def history(state):
    if state == "nothing-cached":
        return []
    return [f"sts {DOMAIN} 1 enforce {MAX_AGE[state]} {MX}", f"ask {DOMAIN}", "expect policy 1 enforce", "clock +61m"]


def trouble(failure):
    if failure.what == "record":
        return [f"dns TXT _mta-sts.{DOMAIN} insecure ttl 4m {unpacked(failure.given)}"]
    if failure.what == "https":
        return [f"https {HOST} {real(failure.failure).replace(':', '', 1)}"]
    if failure.what == "policy":
        return [f"https {HOST} 200", *policy_lines(failure.given), "end"]
    signed = "secure" if failure.what in DANE else "insecure"
    said = {"failed": f"fail {failure.reason}", "bogus": "bogus", "denied": f"{signed} ttl 4m nxdomain"}
    return [f"dns {question} {said[failure.comes_to]}" for question in QUESTIONS[failure.what] if failure.comes_to in said]


def policy_lines(difference=""):
    fields, more = dict(POLICY), []
    if difference.startswith("- "):
        fields = {key: value for key, value in fields.items() if key not in difference.split()}
    elif difference.startswith("+ "):
        more = [unpacked(difference[2:])]
    elif difference:
        key, value = difference.split(": ", 1)
        fields[key] = unpacked(value)
    return [f"{key}: {value}" for key, value in fields.items()] + more


def unpacked(text):
    text = re.sub(r"\{([^{}]*)\*(\d+)\}", lambda match: match[1] * int(match[2]), text)
    return text.encode("ascii").decode("unicode_escape")


def real(failure):
    return failure.replace("ADDRESS", "93.184.215.14").replace("TIME", "60 s")


def expectations(failure, state):
    outcome = failure.outcomes[state]
    yield f"expect map {answer(failure, state)}"
    yield f"expect milter {outcome.milter}"
    yield f"expect policy {'2 enforce' if failure.outcome == 'learned' else '1 enforce' if state == 'valid-cached' else 'none'}"
    yield f"expect failure {real(failure.failure) if 'reply' in outcome.log else 'none'}"
    yield f"expect policy-failure {real(failure.failure) if failure.outcome.startswith('goes') else 'none'}"
    yield from (f"expect {line}" for line in log_lines(failure, state))
    if state == "expired-cached" and failure.outcome != "learned":
        yield f"expect record warning: policy=expired policy-type=sts policy-domain={DOMAIN}"


def answer(failure, state):
    said = failure.outcomes[state].map
    return {"OK secure": f"OK secure match={MX} servername=hostname", "TEMP": f"TEMP {failure.failure}"}.get(said, said)


def log_lines(failure, state):
    outcome = failure.outcomes[state]
    result_type, _, reason = real(failure.failure).partition(": ")
    why = f"result-type={result_type} failure-reason-code={quoted(reason)}"
    if "inquiry" in outcome.log:
        of_policy = " policy=none" if failure.outcome.startswith("goes") else ""
        yield f"record inquiry=failed policy-domain={DOMAIN} {why}{of_policy}"
    elif "kept" in outcome.log:
        yield f"record warning: inquiry=failed policy-domain={DOMAIN} {why} policy=kept"
    else:
        yield "not-record inquiry=failed"
    yield f'record action=defer reply="{outcome.milter}"...{why}' if "reply" in outcome.log else "record action=accept"


def quoted(text):
    return f'"{text}"' if re.search('[ "=]', text) else text


def next_try(failure, state):
    if failure.again == "none":
        return
    yield from [f"clock {SECONDS[failure.again] - 1}", f"ask {DOMAIN}", "expect questions 0", "expect fetches 0"]
    yield f"expect map {answer(failure, state)}"
    yield from ["clock 1", f"ask {DOMAIN}", f"expect asked {QUESTIONS[failure.what][0]}"]
    if failure.what in ("https", "policy"):
        yield "expect fetches 1"


def write_scenarios(directory):
    directory.mkdir(parents=True, exist_ok=True)
    for failure in failures_table.failures(failures_table.sections()):
        for state in STATES:
            # Octets of any kind, so not UTF-8.
            (directory / f"{failure.test}.{state}.scn").write_text(scenario(failure, state), encoding="latin-1")
            print(f"{failure.test}.{state}")


def main(arguments):
    match arguments:
        case ["--into", directory]:
            write_scenarios(Path(directory))
        case ["--check"]:
            table = failures_table.sections()
            faults = [*failures_table.faults(table), *failures_page.faults(table)]
            print(*faults, sep="\n")
            return 1 if faults else 0
        case ["--write"]:
            failures_page.write(failures_table.sections())
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
