"""The lab's certificate authority, and one nobody trusts. All servers share one key: TLSA records name it, so they can be right."""

import base64
import subprocess

from hosts import STATE, run

FOLDER = STATE / "certificates"
KEY = FOLDER / "server.key"
AUTHORITY = FOLDER / "authority.crt"


def make_authorities():
    FOLDER.mkdir()
    _make_key(KEY)
    for name in ("authority", "unknown"):
        _make_key(FOLDER / f"{name}.key")
        run(["openssl", "req", "-x509", "-new", "-key", FOLDER / f"{name}.key", "-subj", f"/CN=lab {name}", "-days", "30",
             "-out", FOLDER / f"{name}.crt"])


def _make_key(file):
    run(["openssl", "genpkey", "-quiet", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", file])


def issue(name, file_name, kind="authority", common_name=None):
    """Writes key, certificate and issuer to one file, once. The kinds are those of domains.conf."""
    file = FOLDER / file_name
    if file.exists():
        return file
    request = ["openssl", "req", "-new", "-key", str(KEY), "-subj", f"/CN={common_name or name}"]
    if kind != "common-name":
        request += ["-addext", f"subjectAltName=DNS:{name}"]
    sign = ["openssl", "x509", "-req", "-copy_extensions", "copy", "-days", "0" if kind == "expired" else "30"]
    issuer = _issuer(kind)
    if kind == "self":
        sign += ["-key", str(KEY)]
    else:
        sign += ["-CA", str(FOLDER / f"{issuer}.crt"), "-CAkey", str(FOLDER / f"{issuer}.key")]
    text = subprocess.run(request, check=True, capture_output=True).stdout
    certificate = subprocess.run(sign, input=text, check=True, capture_output=True).stdout.decode()
    chain = "" if kind == "self" else (FOLDER / f"{issuer}.crt").read_text()
    file.write_text(KEY.read_text() + certificate + chain)
    return file


def _issuer(kind):
    return "unknown" if kind == "unknown-authority" else "authority"


def authority_der(kind):
    return _der((FOLDER / f"{_issuer(kind)}.crt").read_text())


def public_key_der():
    return _der(run(["openssl", "pkey", "-in", KEY, "-pubout"]))


def _der(pem):
    return base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))
