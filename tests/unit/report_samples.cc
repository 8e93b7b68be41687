// Prints what other programs should judge: `days N`, the JSON of N generated reports, one a line;
// `damaged N`, the same with octets in their texts that are no UTF-8; `mail SEED`, a report's mail.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

#include "report/gzip.h"
#include "report/report_json.h"
#include "report/report_mail.h"
#include "tests/unit/report/generated_day.h"

namespace {

using namespace tlswarden;

void Damage(TlsReport& report) {
  report.organization_name += "\xff\xc3(\xed\xa0\x80\xef\xbf\xbe";
  for (PolicyTally& tally : report.policies) {
    for (FailureDetail& detail : tally.details) detail.failure_reason_code += "\x80\xf5";
  }
}

void PrintMail(std::uint32_t seed) {
  DayGenerator generator(seed);
  const TlsReport report = generator.Report();
  std::cout << ComposeReportMail(report, Gzip(ToJson(report)),
                                 {generator.domain(), "reports@" + generator.domain(),
                                  report.contact_info, "mail.corp.example", "1.2.3", report.end});
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc == 3 ? argv[1] : "";
  const auto number =
      static_cast<std::uint32_t>(argc == 3 ? std::strtoul(argv[2], nullptr, 10) : 0);
  if (what == "mail") {
    PrintMail(number);
    return 0;
  }
  if (what != "days" && what != "damaged") {
    std::cerr << "usage: report_samples days N | damaged N | mail SEED\n";
    return 2;
  }
  for (std::uint32_t seed = 0; seed < number; ++seed) {
    TlsReport report = GeneratedDay(seed);
    if (what == "damaged") Damage(report);
    std::cout << ToJson(report) << '\n';
  }
  return 0;
}
