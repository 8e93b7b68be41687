#include "policy/middlebox.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

using Change = MiddleboxWatch::Change;
using std::chrono::minutes;
using std::chrono::seconds;

std::string Numbered(std::size_t i) { return "mx.partner" + std::to_string(i) + ".example"; }

TEST(OwnersPart, IsWhatHostsOfOneOwnerHaveInCommon) {
  const struct {
    const char* host;
    const char* part;
  } cases[] = {
      {"mx1.bank.example", "bank.example"},
      {"bank.example", "bank.example"},
      {"example", "example"},
      {"a.b.c.d.bank.de", "bank.de"},
      {"a-test.mail.protection.outlook.com", "outlook.com"},
      {"mail.bank.co.uk", "bank.co.uk"},
      {"bank.co.uk", "bank.co.uk"},
      {"co.uk", "co.uk"},
      {"mx.co.example", "co.example"},
      {"mx.ibm.de", "ibm.de"},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(OwnersPart(c.host), c.part) << c.host;
}

TEST(MiddleboxWatch, TenUnrelatedDestinationsAtOnceAreAMiddlebox) {
  MiddleboxWatch watch;
  for (std::size_t i = 1; i < kMiddleboxDestinations; ++i) {
    EXPECT_EQ(watch.OnMissing(Numbered(i), kNow + seconds(i)), Change::kNone) << i;
    EXPECT_EQ(watch.OnMissing(Numbered(i), kNow + seconds(i)), Change::kNone) << "said twice";
  }
  EXPECT_EQ(watch.OnMissing(Numbered(10), kNow + seconds(60)), Change::kBegins);
  EXPECT_TRUE(watch.active());
  EXPECT_EQ(watch.since(), kNow + seconds(1)) << "it began with the first";
  EXPECT_EQ(watch.destinations(), kMiddleboxDestinations);
  EXPECT_EQ(watch.OnMissing(Numbered(11), kNow + seconds(61)), Change::kNone) << "once";
  EXPECT_EQ(watch.destinations(), kMiddleboxDestinations + 1);
}

TEST(MiddleboxWatch, FalseAlarms) {
  MiddleboxWatch slow;
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(slow.OnMissing(Numbered(i), kNow + minutes(2) * i), Change::kNone)
        << "partners without STARTTLS, one now and then";
  }
  MiddleboxWatch provider;
  for (std::size_t i = 0; i < 100; ++i) {
    const std::string host = "customer" + std::to_string(i) + ".mail.provider.example";
    EXPECT_EQ(provider.OnMissing(host, kNow), Change::kNone) << "one provider's mishap";
  }
  MiddleboxWatch busy;
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(busy.OnMissing(Numbered(i), kNow), Change::kNone) << "others have it meanwhile";
    busy.OnSeen(Numbered(i + 1000), kNow);
  }
}

MiddleboxWatch Active(Time now) {
  MiddleboxWatch watch;
  for (std::size_t i = 0; i < kMiddleboxDestinations; ++i) watch.OnMissing(Numbered(i), now);
  return watch;
}

TEST(MiddleboxWatch, EndsWhenSomethingWorksAndFewFail) {
  MiddleboxWatch watch = Active(kNow);
  EXPECT_EQ(watch.OnTick(kNow + minutes(40)), Change::kNone) << "silence isn't health";
  watch = Active(kNow);
  watch.OnFineAgain(Numbered(0));
  EXPECT_EQ(watch.OnTick(kNow + minutes(1)), Change::kNone) << "nine others still fail";
  for (std::size_t i = 1; i < kMiddleboxDestinations - kMiddleboxRemainder; ++i) {
    watch.OnFineAgain(Numbered(i));
  }
  EXPECT_EQ(watch.OnTick(kNow + minutes(2)), Change::kEnds) << "two never had STARTTLS";
  EXPECT_FALSE(watch.active());
  EXPECT_EQ(watch.OnTick(kNow + minutes(3)), Change::kNone) << "once";
}

TEST(MiddleboxWatch, EndsByItselfAfterADayOfSilence) {
  MiddleboxWatch watch = Active(kNow);
  EXPECT_EQ(watch.OnTick(kNow + kMiddleboxForgotten - seconds(1)), Change::kNone);
  EXPECT_EQ(watch.OnTick(kNow + kMiddleboxForgotten), Change::kEnds);
}

TEST(MiddleboxWatch, ManyDestinationsAreBounded) {
  MiddleboxWatch watch;
  for (std::size_t i = 0; i < 100 * kMostPlaces; ++i) watch.OnMissing(Numbered(i), kNow);
  EXPECT_EQ(watch.destinations(), kMostPlaces);
}

}  // namespace
}  // namespace tlswarden
