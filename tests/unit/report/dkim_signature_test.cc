#include "report/dkim_signature.h"

#include <gtest/gtest.h>

#include <string>

namespace tlswarden {
namespace {

std::string Shown(std::string_view field) {
  const Result<DkimSignature> signature = ParseDkimSignature(field);
  return signature ? ToString(*signature) : signature.error();
}

TEST(DkimSignature, TellsWhoSigns) {
  const struct {
    const char* field;
    const char* shown;
  } cases[] = {
      {"v=1; a=rsa-sha256; d=example.com; s=sel1; h=from; bh=aa=; b=bb==", "d=example.com, s=sel1"},
      {"v=1;a=x;d=example.com;s=sel1;h=from;bh=a;b=b;", "d=example.com, s=sel1"},
      {"v=1; a=rsa-sha256; c=relaxed/simple; d=example.com;\r\n\ts=20230601; t=1;\r\n"
       "\tbh=aa/+ bb\r\n\t cc=;\r\n\th=Date:From;\r\n\tb=dd\r\n\t ee=\r\n",
       "d=example.com, s=20230601"},
      {" v = 1 ;\n a\n =\n x; D=other.example; d = Example.COM ; s=a.b-c_d; h=from; bh=a; b=b ; ",
       "d=example.com, s=a.b-c_d"},
      {"b=b; bh=a; h=from; s=s; d=xn--bcher-kva.example; a=x; v=1; x_9=; i=@mail.example.com",
       "d=xn--bcher-kva.example, s=s"},
      {"v=1; a=x; d=example.com; d=example.com; s=s; h=from; bh=a; b=b", "a tag twice"},
      {"v=1; a=x; d=example.com; s=s; h=from; bh=a; b=b;;", "a tag without ="},
      {"v=1; a=x; d=example.com; s=s; h=from; bh=a; b=b; x", "a tag without ="},
      {"v=1; a=x; d=example.com; s=s; h=from; bh=a; b=b; 1x=y", "a malformed tag name"},
      {"v=1; a=x; d=example.com; s=s; h=from; bh=a; b=b; =y", "a malformed tag name"},
      {"v=1; a=x; d=example.com; s=s; h=from; bh=a; b=\xc3\xa4", "a malformed value"},
      {"v=1; a=x; d=example.com; s=s; h=from; bh=a; b=", "no b="},
      {"v=1; a=x; D=example.com; s=s; h=from; bh=a; b=b", "no d="},
      {"v=1; a=x; d=example.com; h=from; bh=a; b=b", "no s="},
      {"v=2; a=x; d=example.com; s=s; h=from; bh=a; b=b", "another version than v=1"},
      {"v=1; a=x; d=exam ple.com; s=s; h=from; bh=a; b=b", "no domain in d="},
      {"v=1; a=x; d=192.0.2.1; s=s; h=from; bh=a; b=b", "no domain in d="},
      {"v=1; a=x; d=example.com; s=.s; h=from; bh=a; b=b", "no selector in s="},
      {"v=1; a=x; d=example.com; s=a..s; h=from; bh=a; b=b", "no selector in s="},
      {"v=1; a=x; d=example.com; s=s.; h=from; bh=a; b=b", "no selector in s="},
      {"v=1; a=x; d=example.com; s=s\r\n Bcc; h=from; bh=a; b=b", "no selector in s="},
      {"", "no v="},
      {" \r\n ", "no v="},
      {";", "a tag without ="},
  };
  for (const auto& c : cases) EXPECT_EQ(Shown(c.field), c.shown) << c.field;
}

TEST(DkimSignature, IsBounded) {
  const std::string good = "v=1; a=x; d=example.com; s=s; h=from; bh=a; b=";
  EXPECT_EQ(Shown(good + std::string(kMaxDkimFieldOctets - good.size(), 'b')),
            "d=example.com, s=s");
  EXPECT_EQ(Shown(good + std::string(kMaxDkimFieldOctets, 'b')), "more than 8192 octets");
  std::string many = good + 'b';
  for (int i = 0; i < 100; ++i) many += ";x" + std::to_string(i) + '=';
  EXPECT_EQ(Shown(many), "more than 50 tags");
}

TEST(DkimSignature, SignsForItsDomainAndThoseBelow) {
  const struct {
    const char* domain;
    const char* wanted;
    bool signs;
  } cases[] = {
      {"example.com", "example.com", true},
      {"example.com", "mail.example.com", true},
      {"example.com", "a.mail.example.com", true},
      {"mail.example.com", "example.com", false},
      {"ample.com", "example.com", false},
      {"example.org", "example.com", false},
      {"com", "example.com", false},
      {"example.com", "", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(SignsFor({c.domain, "s"}, c.wanted), c.signs) << c.domain << ' ' << c.wanted;
  }
}

}  // namespace
}  // namespace tlswarden
