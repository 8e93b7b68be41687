#include "daemon/record_lines.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

Alarm OfBank() {
  Alarm alarm;
  alarm.domain = Name("bank.example");
  alarm.failure = {ResultType::kCertificateExpired, "the certificate of mx1 has expired", false};
  alarm.rule = "bank";
  alarm.blocked = true;
  alarm.since = kNow;
  alarm.last = kNow + std::chrono::seconds(60);
  alarm.count = 3;
  return alarm;
}

TEST(AlarmLines, BeginAndEndAreWarnings) {
  const LogLine begin = ToLogLine(AlarmRaised{OfBank()});
  EXPECT_EQ(begin.level, LogLevel::kWarning);
  EXPECT_EQ(Format(begin, LogFormat::kText),
            "NOQUEUE: alarm=begin policy-domain=bank.example mail=held since=2027-01-15T08:00:00Z "
            "count=3 result-type=certificate-expired failure-reason-code=\"the certificate of mx1 "
            "has expired\" rule=bank what-to-do=\"run tlswarden explain bank.example; ask its "
            "postmaster to renew the certificate of the MX host\"");
  const LogLine end = ToLogLine(AlarmCleared{OfBank()});
  EXPECT_EQ(end.level, LogLevel::kWarning);
  EXPECT_EQ(Format(end, LogFormat::kText),
            "NOQUEUE: alarm=end policy-domain=bank.example mail=held since=2027-01-15T08:00:00Z "
            "count=3 result-type=certificate-expired failure-reason-code=\"the certificate of mx1 "
            "has expired\" rule=bank last=2027-01-15T08:01:00Z");
}

TEST(AlarmLines, AMiddleboxHasNoDomain) {
  Alarm alarm = OfBank();
  alarm.domain = Domain();
  alarm.rule.clear();
  alarm.failure.type = ResultType::kStarttlsNotSupported;
  alarm.destinations = 12;
  const std::string text = Format(ToLogLine(AlarmRaised{alarm}), LogFormat::kText);
  EXPECT_TRUE(text.starts_with("NOQUEUE: alarm=begin destinations=12 since=")) << text;
  EXPECT_NE(text.find("firewall"), std::string::npos) << text;
  EXPECT_EQ(text.find("policy-domain"), std::string::npos) << text;
}

}  // namespace
}  // namespace tlswarden
