#include "policy/tlsrpt_record.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

// "mailto:a@b.test https://c.test/": where reports would go.
std::string Destinations(const TlsrptRecord& record) {
  std::string all;
  for (const ReportDestination& destination : record.destinations) {
    const bool mail = destination.scheme == ReportDestination::Scheme::kMailto;
    all += (all.empty() ? "" : " ") + std::string(mail ? "mailto:" : "") + destination.target;
  }
  return all;
}

TEST(ParseTlsrptRecord, Good) {
  const struct {
    std::string text, destinations;
  } cases[] = {
      // RFC 8460 section 3's examples
      {"v=TLSRPTv1;rua=mailto:reports@example.com", "mailto:reports@example.com"},
      {"v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt",
       "https://reporting.example.com/v1/tlsrpt"},
      {"v=TLSRPTv1 ;\trua=mailto:a@b.test ; ", "mailto:a@b.test"},
      {"v=TLSRPTv1; rua=mailto:a@b.test,https://c.test/", "mailto:a@b.test https://c.test/"},
      {"v=TLSRPTv1; rua=mailto:a@b.test \t,\t mailto:c@d.test", "mailto:a@b.test mailto:c@d.test"},
      {"v=TLSRPTv1; rua=mailto:a@b.test; rua=mailto:c@d.test", "mailto:a@b.test mailto:c@d.test"},
      {"v=TLSRPTv1; rua=mailto:a@b.test,mailto:a@b.test", "mailto:a@b.test"},
      {"v=TLSRPTv1; x=y; rua=mailto:a@b.test; z_1.-=!#/", "mailto:a@b.test"},
      {"v=TLSRPTv1; RUA=9; rua=mailto:a@b.test", "mailto:a@b.test"},  // RUA is an extension
      {"v=TLSRPTv1; rua=MAILTO:a@b.test,HTTPS://c.test", "mailto:a@b.test HTTPS://c.test"},
      {"v=TLSRPTv1; rua=https://c.test:8443/a/?b=c&d=%2C%3b#e",
       "https://c.test:8443/a/?b=c&d=%2C%3b#e"},
      {"v=TLSRPTv1; rua=mailto:a%21b@c.test", "mailto:a!b@c.test"},
      {"v=TLSRPTv1; rua=mailto:a+b=c@D.Test", "mailto:a+b=c@d.test"},
  };
  for (const auto& c : cases) {
    const Result<TlsrptRecord> record = ParseTlsrptRecord(c.text);
    ASSERT_TRUE(record.ok()) << c.text << ": " << record.error();
    EXPECT_EQ(Destinations(*record), c.destinations) << c.text;
  }
}

// Well-formed, but nothing that we could send to, or would dare to.
TEST(ParseTlsrptRecord, SkipsWhatCannotBeSentTo) {
  for (const std::string uri : {"http://c.test/",
                                "ftp://c.test/",
                                "x-new+1.0:anything",
                                "mailto:",
                                "mailto:a",
                                "mailto:@b",
                                "mailto:a@",
                                "mailto:a@[192.0.2.1]",
                                "mailto:a%20b@c.test",
                                "mailto:%22a%22@c.test",
                                "mailto:a@b.test%2Cc@d.test",
                                "mailto:a@b.test%0D%0ABcc:c@d.test",
                                "mailto:a%00@b.test",
                                "mailto:a..b@c.test",
                                "mailto:.a@c.test",
                                "mailto:a@b.test@c.test",
                                "https:c.test",
                                "https:///path",
                                "https://",
                                "https://192.0.2.1/",
                                "https://[::1]/",
                                "https://u@c.test/",
                                "https://c.test:x/",
                                "https://c.test:123456/",
                                "https://a_b.test/",
                                "https:"}) {
    const Result<TlsrptRecord> record =
        ParseTlsrptRecord("v=TLSRPTv1; rua=" + uri + ",mailto:good@e.test");
    ASSERT_TRUE(record.ok()) << uri << ": " << record.error();
    EXPECT_EQ(Destinations(*record), "mailto:good@e.test") << uri;
    EXPECT_EQ(Destinations(ParseTlsrptRecord("v=TLSRPTv1; rua=" + uri).value()), "") << uri;
  }
}

// Header fields in a mailto URI (RFC 6068) are a stranger's wishes for our mail.
TEST(ParseTlsrptRecord, DropsHeaderFields) {
  const auto record =
      ParseTlsrptRecord("v=TLSRPTv1; rua=mailto:a@b.test?subject=x&bcc=c@d.test,mailto:e@f.test#g");
  EXPECT_EQ(Destinations(record.value()), "mailto:a@b.test mailto:e@f.test");
}

TEST(ParseTlsrptRecord, Bad) {
  const struct {
    std::string text, why;
  } cases[] = {
      {"", "empty"},
      {"v=TLSRPTv1", "no semicolon"},
      {"v=TLSRPTv1;", "no rua"},
      {"v=TLSRPTv1; x=y", "no rua"},
      {"v=TLSRPTv1; RUA=mailto:a@b.test", "names are case-sensitive"},
      {"V=TLSRPTv1; rua=mailto:a@b.test", "the version is case-sensitive"},
      {"v=TLSRPTv2; rua=mailto:a@b.test", "another version"},
      {" v=TLSRPTv1; rua=mailto:a@b.test", "blank first"},
      {"rua=mailto:a@b.test; v=TLSRPTv1;", "the version comes first"},
      {"v=TLSRPTv1; rua=", "empty"},
      {"v=TLSRPTv1; rua= mailto:a@b.test", "blank after ="},
      {"v=TLSRPTv1; rua=mailto:a@b.test ", "blank at the end, without its semicolon"},
      {"v=TLSRPTv1; rua=a@b.test", "no scheme"},
      {"v=TLSRPTv1; rua=:a@b.test", "empty scheme"},
      {"v=TLSRPTv1; rua=1mailto:a@b.test", "a scheme begins with a letter"},
      {"v=TLSRPTv1; rua=mail_to:a@b.test", "underscore in the scheme"},
      {"v=TLSRPTv1; rua=mailto:a@b.test,", "nothing after the comma"},
      {"v=TLSRPTv1; rua=,mailto:a@b.test", "nothing before the comma"},
      {"v=TLSRPTv1; rua=mailto:a@b.test,,mailto:c@d.test", "nothing between the commas"},
      {"v=TLSRPTv1; rua=mailto:a@b.test mailto:c@d.test", "no comma"},
      {"v=TLSRPTv1; rua=mailto:a@b.test!10m", "raw !"},
      {"v=TLSRPTv1; rua=https://c.test/?a,b", "raw comma"},
      {"v=TLSRPTv1; rua=https://c.test/?a;b", "raw semicolon"},
      {"v=TLSRPTv1; rua=https://c.test/%", "% alone"},
      {"v=TLSRPTv1; rua=https://c.test/%2", "half an escape"},
      {"v=TLSRPTv1; rua=https://c.test/%2g", "no hexadecimal digit"},
      {"v=TLSRPTv1; rua=https://c.test/<a>", "not of a URI"},
      {"v=TLSRPTv1; rua=https://c.test/\"", "quote"},
      {"v=TLSRPTv1; rua=https://c.test/\xc3\xa4", "not ASCII"},
      {"v=TLSRPTv1; rua=https://c.test/\0"s, "NUL"},
      {"v=TLSRPTv1; rua=mailto:a@b.test\r\nBcc: c@d.test", "line end"},
      {"v=TLSRPTv1; rua=mailto:a@b.test; rua=x", "each rua counts"},
      {"v=TLSRPTv1; rua=mailto:a@b.test; x=a=b", "= in an extension's value"},
      {"v=TLSRPTv1; rua=mailto:a@b.test; x=a b", "blank in an extension's value"},
      {"v=TLSRPTv1; rua=mailto:a@b.test; -x=a", "malformed name"},
      {"v=TLSRPTv1;; rua=mailto:a@b.test", "empty field"},
  };
  for (const auto& c : cases) EXPECT_FALSE(ParseTlsrptRecord(c.text).ok()) << c.why;
}

TEST(ParseTlsrptRecord, TheNumberOfDestinationsIsBounded) {
  std::string text = "v=TLSRPTv1; rua=mailto:a0@b.test";
  for (int i = 1; i < 1000; ++i) text += ",mailto:a" + std::to_string(i) + "@b.test";
  const TlsrptRecord record = ParseTlsrptRecord(text).value();
  ASSERT_EQ(record.destinations.size(), kMaxReportDestinations);
  EXPECT_EQ(record.destinations.back().target, "a9@b.test");
}

// RFC 8460 section 3: others are discarded; not exactly one left means no reports.
TEST(SelectTlsrptRecord, ExactlyOne) {
  const std::string good = "v=TLSRPTv1; rua=mailto:a@b.test";
  const std::string other = "v=spf1 -all";
  const struct {
    std::vector<std::string> texts;
    const char* destinations;  // "": no record; nullptr: an error
  } cases[] = {
      {{}, ""},
      {{other, ""}, ""},
      {{"v=TLSRPTv1"}, ""},  // doesn't begin with "v=TLSRPTv1;"
      {{"v=TLSRPTv10; rua=mailto:c@d.test"}, ""},
      {{"v=STSv1; id=1"}, ""},
      {{good}, "mailto:a@b.test"},
      {{other, good, other}, "mailto:a@b.test"},
      {{good, good}, nullptr},
      {{good, "v=TLSRPTv1; broken"}, nullptr},  // a broken one counts, too
      {{"v=TLSRPTv1; broken"}, nullptr},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.texts.empty() ? "" : c.texts.back());
    const Result<std::optional<TlsrptRecord>> selected = SelectTlsrptRecord(c.texts);
    ASSERT_EQ(selected.ok(), c.destinations != nullptr);
    if (!selected) continue;
    EXPECT_EQ(*selected ? Destinations(**selected) : "", c.destinations);
  }
}

TEST(ParseHttpsUri, HostPortAndTarget) {
  const struct {
    const char* uri;
    std::optional<HttpsUri> expected;
  } cases[] = {
      {"https://a.test", HttpsUri{"a.test", 443, "/"}},
      {"HTTPS://A.Test/v1/x?k=%2C#part", HttpsUri{"a.test", 443, "/v1/x?k=%2C"}},
      {"https://a.test?k", HttpsUri{"a.test", 443, "/?k"}},
      {"https://a.test#/x", HttpsUri{"a.test", 443, "/"}},
      {"https://a.test:8443/", HttpsUri{"a.test", 8443, "/"}},
      {"https://a.test:/", HttpsUri{"a.test", 443, "/"}},
      {"https://a.test:65535", HttpsUri{"a.test", 65535, "/"}},
      {"https://a.test:65536", std::nullopt},
      {"https://a.test:0", std::nullopt},
      {"https://a.test:443:443", std::nullopt},
      {"https://a.test:+1", std::nullopt},
      {"https://u@a.test/", std::nullopt},
      {"https://127.0.0.1/", std::nullopt},
      {"https://[::1]/", std::nullopt},
      {"https:///x", std::nullopt},
      {"https:a.test", std::nullopt},
      {"http://a.test", std::nullopt},
      {"https://a.test/a b", std::nullopt},
      {"https://a.test/\r\nX: y", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(ParseHttpsUri(c.uri), c.expected) << c.uri;
}

}  // namespace
}  // namespace tlswarden
