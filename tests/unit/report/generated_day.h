// GeneratedDay: a report as a busy server could make it, of a seed: all kinds of policies and
// failures, internationalised names, long and odd texts. The same seed gives the same report.
#ifndef TLSWARDEN_TESTS_UNIT_REPORT_GENERATED_DAY_H_
#define TLSWARDEN_TESTS_UNIT_REPORT_GENERATED_DAY_H_

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "policy/domain.h"
#include "report/report_mail.h"
#include "report/schedule.h"
#include "report/tls_report.h"

namespace tlswarden {

class DayGenerator {
 public:
  explicit DayGenerator(std::uint32_t seed) : random_(seed) {}

  TlsReport Report() {
    static constexpr const char* kOrganizations[] = {"Example Corp",
                                                     "B\xc3\xbc"
                                                     "cher GmbH & Co. \"KG\"",
                                                     "\xe6\xa0\xaa\xe5\xbc\x8f", "a<b>c\\d/",
                                                     "\xf0\x9f\x93\xac mail"};
    TlsReport report;
    domain_ = Host();
    report.organization_name = Pick(kOrganizations);
    report.contact_info = "tls-reports@" + Host();
    const Day day = Day(std::chrono::days(10957 + Below(30000)));  // from the year 2000
    report.begin = day;
    report.end = report.begin + std::chrono::seconds(86399);
    report.report_id = ReportId(day, domain_, 0, Submitter(report.contact_info));
    for (std::uint32_t i = Below(6); i > 0; --i) report.policies.push_back(Tally());
    return report;
  }

  std::string domain() const { return domain_; }

 private:
  std::uint32_t Below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  bool OneIn(std::uint32_t n) { return Below(n) == 0; }

  template <typename List>
  std::string Pick(const List& list) {
    return list[Below(static_cast<std::uint32_t>(std::size(list)))];
  }

  std::string Host() {
    static constexpr const char* kLabels[] = {"mx1",
                                              "mail",
                                              "b\xc3\xbc"
                                              "cher",
                                              "xn--bcher-kva",
                                              "\xe4\xbe\x8b\xe3\x81\x88",
                                              "a-b",
                                              "_x"};
    std::string name = Pick(kLabels);
    for (std::uint32_t i = Below(4); i > 0; --i) name += '.' + Pick(kLabels);
    if (OneIn(50)) name = std::string(63, 'l') + '.' + std::string(63, 'm') + '.' + name;
    return ParseDomain(name + ".example").value().ascii;
  }

  // RFC 8461 section 3.2 allows no underscores in a policy's mx.
  std::string LdhHost() {
    std::string name = Host();
    std::erase(name, '_');
    return name;
  }

  std::string Ip() {
    const std::string last = std::to_string(Below(256));
    return OneIn(2) ? "192.0.2." + last : "2001:db8::" + last;
  }

  std::string Text() {
    static constexpr const char* kTexts[] = {"X509_V_ERR_CERT_HAS_EXPIRED",
                                             "bad \"quoted\" \\ text",
                                             "tab\there\r\nand a line",
                                             "\xc3\xa4\xf0\x9f\x98\x80\xe2\x80\xa8",
                                             "\x01\x7f",
                                             "https://a.example/?q=1&r=<2>"};
    std::string text = Pick(kTexts);
    if (OneIn(20)) text += std::string(3000, 'x');
    return text;
  }

  ReportedPolicy Policy() {
    ReportedPolicy policy;
    policy.domain = OneIn(2) ? domain_ : Host();
    switch (Below(3)) {
      case 0:
        policy.type = "no-policy-found";
        break;
      case 1:
        policy.type = "tlsa";
        for (std::uint32_t i = 1 + Below(4); i > 0; --i) {
          policy.strings.push_back("3 1 1 " + std::string(64, static_cast<char>('0' + Below(10))));
        }
        break;
      default:
        policy.type = "sts";
        if (OneIn(5)) break;  // it couldn't be fetched
        policy.strings = {"version: STSv1", "mode: enforce", "max_age: 604800", "x: " + Text()};
        for (std::uint32_t i = 1 + Below(4); i > 0; --i) {
          policy.mx_hosts.push_back((OneIn(3) ? "*." : "") + LdhHost());
          policy.strings.push_back("mx: " + policy.mx_hosts.back());
        }
    }
    return policy;
  }

  FailureDetail Detail() {
    static constexpr const char* kTypes[] = {"starttls-not-supported",  "certificate-host-mismatch",
                                             "certificate-not-trusted", "certificate-expired",
                                             "validation-failure",      "tlsa-invalid",
                                             "dnssec-invalid",          "dane-required",
                                             "sts-policy-fetch-error",  "sts-policy-invalid",
                                             "sts-webpki-invalid"};
    FailureDetail detail;
    detail.result_type = Pick(kTypes);
    detail.sessions = OneIn(10) ? (std::int64_t{1} << 53) - 1 : Below(100000);
    if (OneIn(4)) return detail;  // of a policy's fetch
    detail.sending_mta_ip = Ip();
    detail.receiving_ip = Ip();
    detail.receiving_mx_hostname = Host();
    if (OneIn(2)) detail.receiving_mx_helo = Text();
    if (OneIn(3)) detail.additional_information = Text();
    if (OneIn(2)) detail.failure_reason_code = Text();
    return detail;
  }

  PolicyTally Tally() {
    PolicyTally tally;
    tally.policy = Policy();
    tally.successes = Below(1000000);
    for (std::uint32_t i = OneIn(2) ? 0 : Below(8); i > 0; --i) tally.details.push_back(Detail());
    for (const FailureDetail& detail : tally.details) {
      tally.failures = std::max(tally.failures, detail.sessions);
    }
    return tally;
  }

  std::mt19937 random_;
  std::string domain_;
};

inline TlsReport GeneratedDay(std::uint32_t seed) { return DayGenerator(seed).Report(); }

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_REPORT_GENERATED_DAY_H_
