"""What the sender meets outside, but for the name server: the policy web server and the receiving Postfix."""

import os

import certificates

NGINX = """user www-data;
error_log /var/log/nginx/error.log;
events {}
http {
    log_format lab '$host "$http_user_agent" $status $bytes_sent';
    access_log /var/log/nginx/access.log lab;
    default_type text/plain;
    server_names_hash_bucket_size 128;
"""
POLICY_SERVER = """    server {
        listen 443 ssl;
        server_name mta-sts.%(name)s;
        ssl_certificate %(certificate)s;
        ssl_certificate_key %(certificate)s;
        root /var/www/%(name)s;
        %(extra)s
    }
"""
# Takes reports (RFC 8460 section 5.4), and keeps each in a file of its own.
REPORT_HOST = "reports.test"
REPORTS = "/var/www/reports"
REPORT_SERVER = """    server {
        listen 443 ssl;
        server_name %(name)s;
        ssl_certificate %(certificate)s;
        ssl_certificate_key %(certificate)s;
        location = /tlsrpt {
            limit_except POST { deny all; }
            client_body_in_file_only on;
            client_body_temp_path %(folder)s;
            proxy_pass http://127.0.0.1:8080/;
        }
    }
    server {
        listen 127.0.0.1:8080;
        return 201;
    }
"""
POLICY_PATH = "/.well-known/mta-sts.txt"
BEHAVIOUR = {
    # SSI leaves out the Content-Length, which would warn the client. The rate is bounded for this machine's sake.
    "endless": "ssi on; ssi_types text/plain; limit_rate 10m;",
    # The header at once, and then an octet a second.
    "drip": "limit_rate 1; limit_rate_after 250;",
}
ENDLESS = 10 * 2**30  # octets, none of them on a disk

MX_MAIN = """compatibility_level = 3.6
myhostname = mx.test
inet_protocols = ipv4
mydestination =
relay_domains = test
relay_transport = discard:
local_transport = discard:
local_recipient_maps =
alias_maps =
smtpd_relay_restrictions = permit_auth_destination, reject
smtpd_peername_lookup = no
smtpd_tls_loglevel = 1
header_checks = regexp:/etc/postfix/marks
tls_server_sni_maps = hash:/etc/postfix/sni
"""
MX_MASTER = """pickup    unix  n - n 60   1 pickup
cleanup   unix  n - n -    0 cleanup
qmgr      unix  n - n 300  1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n -    - trivial-rewrite
bounce    unix  - - n -    0 bounce
defer     unix  - - n -    0 bounce
discard   unix  - - n -    - discard
anvil     unix  - - n -    1 anvil
"""


def start_web(host, domains):
    _write_web(host, domains)
    host.run("nginx", "-e", "/var/log/nginx/error.log")


def change_web(host, domains):
    _write_web(host, domains)
    host.run("nginx", "-e", "/var/log/nginx/error.log", "-s", "reload")


def _write_web(host, domains):
    config = NGINX
    for domain in (domain for domain in domains if domain.sts):
        kind = "unknown-authority" if domain.sts_web == "unknown-authority" else "authority"
        certificate = certificates.issue(f"mta-sts.{domain.name}", f"mta-sts.{domain.label}.{kind}.pem", kind)
        config += POLICY_SERVER % {"name": domain.name, "certificate": certificate, "extra": _behaviour(domain)}
        _write_policy(host, domain)
    host.run("install", "-d", "-o", "www-data", REPORTS)
    config += REPORT_SERVER % {"name": REPORT_HOST, "certificate": certificates.issue(REPORT_HOST, "reports.pem"), "folder": REPORTS}
    host.write("/etc/nginx/nginx.conf", config + "}\n")


def _behaviour(domain):
    if not domain.sts_web.startswith("301"):
        return BEHAVIOUR.get(domain.sts_web, "")
    # A redirect leads to a good policy: only its being a redirect is wrong.
    to = domain.sts_web[4:] + POLICY_PATH if domain.sts_web[4:] else f"mta-sts.{domain.name}/policy.txt"
    return f"location = {POLICY_PATH} {{ return 301 https://{to}; }}"


def _write_policy(host, domain):
    if domain.sts_web == "404":
        return
    path = f"/var/www/{domain.name}" + ("/policy.txt" if domain.sts_web.startswith("301") else POLICY_PATH)
    host.write(path, domain.policy())
    if domain.sts_web == "endless":
        os.truncate(host.path(path), ENDLESS)


def start_mx(host, domains):
    """One Postfix, and an smtpd for each domain: its own address, name, certificate and log name."""
    host.add_addresses([domain.address for domain in domains])
    host.write("/etc/postfix/main.cf", MX_MAIN)
    _write_mx_master(host, domains)
    # No sender's own mark may arrive here.
    host.write("/etc/postfix/marks", "/^X-Tlswarden/ WARN\n")
    host.run("chown", "postfix", "/var/lib/postfix")
    host.run("postfix", "start")


def change_mx(host, domains):
    _write_mx_master(host, domains)
    host.run("postfix", "reload")


def _write_mx_master(host, domains):
    master, sni = MX_MASTER, ""
    for domain in domains:
        master += f"{domain.address}:smtp inet n - n - - smtpd\n"
        master += f"    -o myhostname={domain.server} -o syslog_name=postfix/{domain.label}\n"
        if domain.starttls:
            # The common name is always right: nobody may look at it where there is a subjectAltName.
            certificate = certificates.issue(domain.certificate_name, f"mx.{domain.label}.pem", domain.certificate, domain.server)
            if domain.sni:
                sni += f"{domain.server} {certificate}\n"
                certificate = certificates.issue(f"www.{domain.name}", f"www.{domain.label}.pem", "self")
            master += f"    -o smtpd_tls_security_level=may -o smtpd_tls_chain_files={certificate}\n"
    host.write("/etc/postfix/master.cf", master)
    host.write("/etc/postfix/sni", sni)
    host.run("postmap", "-F", "hash:/etc/postfix/sni")
