// Whom BeastHttps trusts and which replies it takes.
#include <fstream>
#include <string>
#include <utility>

#include "tests/unit/resolver/https_fixture.h"

namespace tlswarden {
namespace {

class HttpsBeast : public BeastTest {};

TEST_F(HttpsBeast, GetsAPolicy) {
  Serve(Good());
  EXPECT_EQ(Body(), kPolicy);
  EXPECT_EQ(server_->server_name(), kHost);
  EXPECT_EQ(server_->request(),
            "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.example.com\r\n"
            "User-Agent: tlswarden/test\r\nAccept: text/plain\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(Body(), kPolicy);
  EXPECT_EQ(server_->connections(), 2);
}

TEST_F(HttpsBeast, Tls12Suffices) {
  Serve(Leaf(), {.response = Good(), .max_version = TLS1_2_VERSION});
  EXPECT_EQ(Body(), kPolicy);
}

TEST_F(HttpsBeast, Tls11DoesNot) {
  Serve(Leaf(), {.response = Good(), .max_version = TLS1_1_VERSION});
  EXPECT_EQ(FetchError(), "TLS: tlsv1 alert protocol version (SSL routines) (127.0.0.1)");
}

TEST_F(HttpsBeast, WildcardOfAWholeLabel) {
  Serve(Leaf("DNS:other.example,DNS:*.example.com"), {.response = Good()});
  EXPECT_EQ(Body(), kPolicy);
}

TEST_F(HttpsBeast, NamesThatDontMatch) {
  for (const char* names : {"DNS:example.com", "DNS:mta-st*.example.com", "DNS:*.com",
                            "DNS:*.*.com", "DNS:mta-sts.example.com.org", "IP:127.0.0.1"}) {
    Serve(Leaf(names), {.response = Good()});
    EXPECT_EQ(CertificateError(), "certificate: hostname mismatch (127.0.0.1)") << names;
  }
  EXPECT_EQ(server_->request(), "");
}

TEST_F(HttpsBeast, CommonNameAloneDoesntCount) {
  Serve(MakeCertificate({.common_name = kHost}, &ca_), {.response = Good()});
  EXPECT_EQ(CertificateError(), "certificate: hostname mismatch (127.0.0.1)");
}

TEST_F(HttpsBeast, ValidityInTime) {
  const std::string names = std::string("DNS:") + kHost;
  Serve(MakeCertificate({.alternative_names = names, .begins = -7200, .ends = -3600}, &ca_),
        {.response = Good()});
  EXPECT_EQ(CertificateError(), "certificate: certificate has expired (127.0.0.1)");
  Serve(MakeCertificate({.alternative_names = names, .begins = 3600, .ends = 7200}, &ca_),
        {.response = Good()});
  EXPECT_EQ(CertificateError(), "certificate: certificate is not yet valid (127.0.0.1)");
}

TEST_F(HttpsBeast, UntrustedIssuers) {
  const std::string names = std::string("DNS:") + kHost;
  const Certificate other = MakeCertificate({.common_name = "Other CA"}, nullptr);
  Serve(MakeCertificate({.alternative_names = names}, &other), {.response = Good()});
  EXPECT_EQ(CertificateError(), "certificate: unable to get local issuer certificate (127.0.0.1)");
  Serve(MakeCertificate({.alternative_names = names}, nullptr), {.response = Good()});
  EXPECT_EQ(CertificateError(), "certificate: self-signed certificate (127.0.0.1)");
}

// The next address would have another certificate only by chance; the policy host is at fault.
TEST_F(HttpsBeast, AWrongCertificateIsFinal) {
  Serve(Leaf("DNS:example.com"), {.response = Good()});
  Reason(ResultType::kStsWebpkiInvalid, {"127.0.0.1", "127.0.0.1"});
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(HttpsBeast, StatusMustBe200) {
  for (const char* status : {"301 Moved", "302 Found", "304 Not Modified", "307 Temporary"}) {
    Serve(Response("", "Location: https://mta-sts.example.com/x\r\n", status));
    const std::string number(status, 3);
    EXPECT_EQ(FetchError(), "HTTP status " + number + ", redirects are not followed");
    EXPECT_EQ(server_->connections(), 1);
  }
  for (const char* status : {"201 Created", "204 No Content", "404 Not Found", "500 Oops"}) {
    Serve(Response("", "Content-Type: text/plain\r\n", status));
    EXPECT_EQ(FetchError(), "HTTP status " + std::string(status, 3));
  }
}

// RFC 8461 section 3.3 forbids HTTP caching: neither side's wish for it has an effect.
TEST_F(HttpsBeast, CachingFieldsMeanNothing) {
  Serve(Response(kPolicy,
                 "Content-Type: text/plain\r\nCache-Control: max-age=86400, immutable\r\n"
                 "Age: 86400\r\nExpires: Thu, 01 Dec 1994 16:00:00 GMT\r\n"
                 "ETag: \"a\"\r\nLast-Modified: Thu, 01 Dec 1994 16:00:00 GMT\r\n"));
  EXPECT_EQ(Body(), kPolicy);
  const std::string first = server_->request();
  EXPECT_EQ(Body(), kPolicy);
  EXPECT_EQ(server_->connections(), 2);
  EXPECT_EQ(server_->request(), first) << "no condition in the second request";
}

TEST_F(HttpsBeast, InterimRepliesAreSkipped) {
  const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n";
  Serve(interim + "HTTP/1.1 100 Continue\r\n\r\n" + Good());
  EXPECT_EQ(Body(), kPolicy);
  Serve(interim + interim + interim + interim + interim + Good());
  EXPECT_EQ(FetchError(), "HTTP status 103");
}

TEST_F(HttpsBeast, MediaTypesThatAreRight) {
  for (const char* type :
       {"text/plain", "Text/PLAIN", "text/plain; charset=utf-8", "text/plain ;Charset=\"UTF-8\"",
        "text/plain;charset=us-ascii", "text/plain; format=flowed; charset=utf-8", "text/plain;"}) {
    Serve(Response(kPolicy, std::string("Content-Type: ") + type + "\r\n"));
    EXPECT_EQ(Body(), kPolicy) << type;
  }
}

TEST_F(HttpsBeast, MediaTypesThatAreWrong) {
  const std::string longest(100, 'x');
  const std::pair<std::string, std::string> cases[] = {
      {"Content-Type: text/html\r\n", "media type text/html, not text/plain"},
      {"Content-Type: text/plainer\r\n", "media type text/plainer, not text/plain"},
      {"Content-Type: te\xC3\xA4\x80\r\n", "media type te???, not text/plain"},
      {"Content-Type: " + longest + "yz\r\n", "media type " + longest + ", not text/plain"},
      {"Content-Type:\r\n", "no media type, text/plain expected"},
      {"", "no media type, text/plain expected"},
      {"Content-Type: text/plain; charset=iso-8859-1\r\n", "charset iso-8859-1, not utf-8"},
      {"Content-Type: text/plain; charset=\"utf-16\"\r\n", "charset utf-16, not utf-8"},
  };
  for (const auto& [fields, reason] : cases) {
    Serve(Response(kPolicy, fields));
    EXPECT_EQ(FetchError(), reason);
  }
}

TEST_F(HttpsBeast, CertificateFiles) {
  HttpsOptions options;
  options.ca_file = ca_file_ + ".none";
  const auto missing = BeastHttps::Create(options);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error(), "can't read the CA file " + options.ca_file);
  options.ca_file = ca_file_;
  std::ofstream(ca_file_) << "not a certificate\n";
  const auto empty = BeastHttps::Create(options);
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error(), "no certificate in the CA file " + options.ca_file);
  options.ca_file.clear();
  EXPECT_TRUE(BeastHttps::Create(options).ok());
}

}  // namespace
}  // namespace tlswarden
