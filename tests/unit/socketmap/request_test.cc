#include "socketmap/request.h"

#include <gtest/gtest.h>

#include <string>

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

// "map|next hop", with "+tlsrpt"; "-" for no next hop, "malformed" for no request.
std::string Parsed(std::string_view request) {
  const std::optional<MapRequest> parsed = ParseMapRequest(request);
  if (!parsed) return "malformed";
  return std::string(parsed->map) + '|' + (parsed->next_hop ? ToString(*parsed->next_hop) : "-") +
         (parsed->with_tlsrpt ? "+tlsrpt" : "");
}

TEST(ParseMapRequest, WhatPostfixAndSendmailSend) {
  const struct {
    std::string request, parsed;
  } cases[] = {
      {"QUERY a.test", "QUERY|a.test"},
      {"QUERY A.Test", "QUERY|a.test"},
      {"QUERY a.test:25", "QUERY|a.test"},
      {"QUERY a.test:587", "QUERY|a.test:587"},
      {"QUERY [mx.a.test]", "QUERY|[mx.a.test]"},
      {"QUERY [mx.a.test]:587", "QUERY|[mx.a.test]:587"},
      {"QUERY [mx.a.test]:submission", "QUERY|[mx.a.test]:587"},
      {"QUERY a.test:smtp", "QUERY|a.test"},
      {"QUERY a.test.", "QUERY|a.test"},
      {"QUERY b\xc3\xbc"
       "cher.test",
       "QUERY|xn--bcher-kva.test"},  // SMTPUTF8 mail
      {"sts sts.test", "sts|sts.test"},
      {"postfix a.test", "postfix|a.test"},
      {"QUERYwithTLSRPT a.test", "QUERYwithTLSRPT|a.test+tlsrpt"},
      {"tlsrpt a.test", "tlsrpt|a.test+tlsrpt"},
      {"TLSRPT a.test", "TLSRPT|a.test+tlsrpt"},
      {"TLSRPTx a.test", "TLSRPTx|a.test"},
      {"Tlsrpt a.test", "Tlsrpt|a.test"},
  };
  for (const auto& c : cases) EXPECT_EQ(Parsed(c.request), c.parsed) << c.request;
}

// No policy can apply, but the request is well-formed.
TEST(ParseMapRequest, KeysWithoutAPolicy) {
  const struct {
    std::string key, why;
  } cases[] = {
      {".a.test", "a parent (RFC 8461 section 3.4)"},
      {".test", "a parent"},
      {".", "the root"},
      {"..", "no name"},
      {"[192.0.2.1]", "address"},
      {"[192.0.2.1]:587", "address"},
      {"[2001:db8::1]", "address"},
      {"192.0.2.1", "address"},
      {"", "empty key"},
      {" a.test", "two blanks"},
      {"a.test ", "blank at the end"},
      {"a test", "blank within"},
      {"a.test:http", "no mail service"},
      {"a..test", "empty label"},
      {"*", "no name"},
      {"a.test\0"s, "NUL"},
      {"\xff\xfe", "not UTF-8"},
      {"user@a.test", "an address of a person"},
      {std::string(4000, 'a'), "too long"},
  };
  for (const auto& c : cases) EXPECT_EQ(Parsed("QUERY " + c.key), "QUERY|-") << c.why;
}

TEST(ParseMapRequest, Tags) {
  const struct {
    const char *request, *tag, *parsed;
  } cases[] = {
      {"require-encrypt a.test", "encrypt", "require-encrypt|a.test"},
      {"require-dane a.test", "dane", "require-dane|a.test"},
      {"require-none [mx.a.test]:587", "none", "require-none|[mx.a.test]:587"},
      {"require-nonsense a.test", "nonsense", "require-nonsense|a.test"},
      {"rule-bank a.test", "rule-bank", "rule-bank|a.test"},
      {"rule-rule-x a.test", "rule-rule-x", "rule-rule-x|a.test"},
      {"rule- a.test", "rule-", "rule-|a.test"},
      {"require-rule-x a.test", "rule-x", "require-rule-x|a.test"},
      {"QUERY a.test", "", "QUERY|a.test"},
      {"Rule-bank a.test", "", "Rule-bank|a.test"},
      {"xrule-bank a.test", "", "xrule-bank|a.test"},
      {"rule-bank .a.test", "rule-bank", "rule-bank|-"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ParseMapRequest(c.request).value().tag, c.tag) << c.request;
    EXPECT_EQ(Parsed(c.request), c.parsed) << c.request;
  }
}

TEST(ParseMapRequest, Malformed) {
  for (const char* request : {"", " ", "QUERY", " a.test", "a.test"}) {
    EXPECT_EQ(Parsed(request), "malformed") << request;
  }
}

}  // namespace
}  // namespace tlswarden
