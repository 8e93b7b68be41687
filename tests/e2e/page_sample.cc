// page_sample DIRECTORY: writes pages of fixed figures there, for tests/e2e/page.py to look at.
// Among them are texts that strangers could send to hurt whoever looks at the page.
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>

#include "report/overview_json.h"
#include "report/overview_text.h"
#include "report/page.h"

namespace tlswarden {
namespace {

using std::chrono::days;

const Day kLast = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25);
constexpr char kScript[] = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";

// The same numbers at each run: a linear congruential generator.
class Numbers {
 public:
  std::int64_t Below(std::int64_t limit) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::int64_t>(state_ >> 33) % limit;
  }

 private:
  std::uint64_t state_ = 2026;
};

OverviewFrame Frame(int length) {
  return {kLast - days(length - 1), kLast,  "", Time(kLast) + std::chrono::hours(10),
          "mx.example.net",         "0.2.0"};
}

FailureDetail Failed(std::string type, std::int64_t sessions, std::string host = "",
                     std::string reason = "") {
  FailureDetail detail;
  detail.result_type = std::move(type);
  detail.sessions = sessions;
  detail.receiving_mx_hostname = std::move(host);
  detail.failure_reason_code = std::move(reason);
  return detail;
}

const std::vector<FailureDetail>& Kinds() {
  static const std::vector<FailureDetail> kinds = {
      Failed("certificate-expired", 0, "mx2.bank.example", "certificate has expired"),
      Failed("sts-policy-fetch-error", 0, "", "HTTP status 404"),
      Failed("starttls-not-supported", 0, "mail.oldtown.example", ""),
      Failed("certificate-host-mismatch", 0, "mx1.xn--bcher-kva.example",
             "certificate is for *.hosting.example"),
      Failed("tlsa-invalid", 0, "mx.dane.example", "all-TLSA-records-unusable"),
      Failed("validation-failure", 0, "mx.evil.example",
             "no MX host matches the MTA-STS policy (mx.evil.example)"),
      Failed("dnssec-invalid", 0, "", "SERVFAIL (DNSSEC validation failed)"),
  };
  return kinds;
}

// A mail server of some size: workdays, week-ends, and a bad week.
LedgerFigures Figures(int length, std::size_t kinds) {
  Numbers numbers;
  LedgerFigures figures;
  figures.failures.assign(Kinds().begin(), Kinds().begin() + static_cast<std::ptrdiff_t>(kinds));
  for (int back = length - 1; back >= 0; --back) {
    const Day day = kLast - days(back);
    const bool weekend = std::chrono::weekday(day).iso_encoding() > 5;
    DayTotal total{day, (weekend ? 600 : 1900) + numbers.Below(weekend ? 150 : 500), 0};
    DayFailures failed{day, {}};
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      const bool bad = kind == 0 && back >= 4 && back <= 9;
      const std::int64_t count = bad ? 25 + numbers.Below(20) : numbers.Below(kind < 3 ? 9 : 3);
      if (count == 0) continue;
      failed.failures.push_back(Failed(Kinds()[kind].result_type, count));
      figures.failures[kind].sessions += count;
      total.failures += count;
    }
    figures.days.push_back(total);
    figures.day_failures.push_back(std::move(failed));
  }
  return figures;
}

void AddDomains(LedgerFigures& figures, int count) {
  Numbers numbers;
  const std::vector<DomainTotal> named = {
      {"bank.example", 1210, 461},
      {"oldtown.example", 0, 96},
      {"xn--bcher-kva.example", 402, 41},
      {"a-partner-with-a-rather-long-name.department.ministry-of-transport.example", 88, 23},
      {"dane.example", 977, 18},
      {"evil.example", 3, 9}};
  figures.domains = named;
  for (int i = static_cast<int>(named.size()); i < count; ++i) {
    figures.domains.push_back(
        {"domain" + std::to_string(i) + ".example", numbers.Below(85), i % 40 == 0 ? 1 : 0});
  }
}

PolicyTally Tally(std::string type, std::string domain, std::string mode, std::int64_t successes,
                  std::vector<FailureDetail> details = {}) {
  PolicyTally tally;
  tally.policy = {std::move(type), {}, std::move(domain), {}};
  if (!mode.empty()) {
    tally.policy.strings = {"version: STSv1", "mode: " + mode, "mx: *.example.net",
                            "max_age: 1209600"};
    tally.policy.mx_hosts = {"*.example.net"};
  }
  tally.successes = successes;
  for (const FailureDetail& detail : details) tally.failures += detail.sessions;
  tally.details = std::move(details);
  return tally;
}

TlsReport Report(std::string organization, int back, std::vector<PolicyTally> policies) {
  TlsReport report;
  report.report_id = organization + std::to_string(back);
  report.organization_name = std::move(organization);
  report.begin = kLast - days(back);
  report.end = report.begin + std::chrono::hours(24) - std::chrono::seconds(1);
  report.policies = std::move(policies);
  return report;
}

std::vector<TlsReport> Received() {
  std::vector<TlsReport> reports;
  for (int back = 20; back > 0; --back) {
    reports.push_back(Report("Google Inc.", back,
                             {Tally("sts", "example.net", "enforce", 410 + back * 3),
                              Tally("sts", "lists.example.net", "testing", 31)}));
    reports.push_back(Report("Microsoft Corporation", back,
                             {Tally("sts", "example.net", "enforce", 220 + back),
                              Tally("tlsa", "example.net", "", 220 + back)}));
    if (back % 3 != 0) continue;
    reports.push_back(Report(
        "Soci\xc3\xa9t\xc3\xa9 des Postes", back,
        {Tally("sts", "lists.example.net", "testing", 4,
               {Failed("certificate-host-mismatch", 2, "lists.example.net", "hostname mismatch")}),
         Tally("no-policy-found", "example.org", "", 3,
               {Failed("starttls-not-supported", 1, "backup.example.org")})}));
  }
  return reports;
}

Overview Month() {
  LedgerFigures figures = Figures(30, 7);
  AddDomains(figures, 1204);
  return MakeOverview(Frame(30), figures, Received());
}

Overview Empty() { return MakeOverview(Frame(30), {}, {}); }

Overview OneDay() {
  LedgerFigures figures = Figures(1, 0);
  AddDomains(figures, 0);
  for (DomainTotal& total : figures.domains) total.failures = 0;
  return MakeOverview(Frame(1), figures, {});
}

Overview LongTime() {
  LedgerFigures figures = Figures(400, 5);
  AddDomains(figures, 100000);
  return MakeOverview(Frame(400), figures, Received());
}

Overview OneDomain() {
  OverviewFrame frame = Frame(30);
  frame.domain = "bank.example";
  LedgerFigures figures = Figures(30, 3);
  figures.failures[2].receiving_mx_hostname = "mx1.bank.example";
  FailureDetail expired =
      Failed("certificate-expired", 120, "mx2.bank.example", "certificate has expired");
  expired.receiving_ip = "2001:db8:25::2";
  PolicyTally sts = Tally("sts", "bank.example", "enforce", 51020,
                          {expired, Failed("starttls-not-supported", 90, "mx1.bank.example")});
  sts.policy.strings[2] = "mx: *.bank.example";
  figures.policies = {sts, Tally("no-policy-found", "bank.example", "", 240,
                                 {Failed("sts-policy-fetch-error", 117, "", "HTTP status 404")})};
  return MakeOverview(frame, figures, {});
}

// All that strangers say is meant to break out.
Overview Hostile() {
  OverviewFrame frame = Frame(7);
  frame.domain = kScript;
  LedgerFigures figures = Figures(7, 1);
  for (const std::string& type :
       {std::string(kScript), std::string("&lt;b&gt;"), std::string("javascript:alert(3)"),
        std::string("\xff\xfe\x80"),
        std::string("\xe2\x80\xae"
                    "evil"),
        std::string(5000, 'x'),
        std::string("</style></title></svg></pre><script>alert(4)</script>"), std::string()}) {
    figures.failures.push_back(Failed(type, 3, kScript, type + "' onmouseover='alert(5)"));
    figures.day_failures.back().failures.push_back(Failed(type, 3));
  }
  figures.policies = {Tally(kScript, kScript, std::string("testing") + kScript, 1,
                            {Failed(kScript, 1, kScript, kScript)})};
  std::vector<TlsReport> reports = {
      Report(kScript, 1, {Tally(kScript, kScript, "", 5, {Failed(kScript, 2, kScript, kScript)})}),
      Report(
          std::string(3000, 'o'), 2,
          {Tally("sts", kScript, kScript, INT64_MAX), Tally("sts", kScript, kScript, INT64_MAX)})};
  return MakeOverview(frame, figures, reports);
}

}  // namespace
}  // namespace tlswarden

int main(int argc, char** argv) {
  using namespace tlswarden;
  if (argc != 2) {
    std::cerr << "usage: page_sample DIRECTORY\n";
    return 2;
  }
  const std::pair<const char*, Overview> samples[] = {
      {"month", Month()},   {"empty", Empty()},      {"day", OneDay()},
      {"long", LongTime()}, {"domain", OneDomain()}, {"hostile", Hostile()},
  };
  for (const auto& [name, overview] : samples) {
    const std::string path = std::string(argv[1]) + '/' + name;
    std::ofstream(path + ".html") << OverviewPage(overview);
    std::ofstream(path + ".txt") << OverviewText(overview);
    std::ofstream json(path + ".json");
    json << OverviewJson(overview) << '\n';
    if (!json.flush()) {
      std::cerr << "page_sample: can't write " << path << ".json\n";
      return 1;
    }
  }
  return 0;
}
