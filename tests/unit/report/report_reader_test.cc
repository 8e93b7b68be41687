#include "report/report_reader.h"

#include <gtest/gtest.h>

#include <chrono>

#include "report/base64.h"
#include "report/gzip.h"
#include "report/report_json.h"
#include "tests/unit/report/received_data.h"

namespace tlswarden {
namespace {

using Reports = Result<std::vector<ReceivedReport>>;

std::string ErrorOf(const Reports& reports) { return reports.ok() ? "none" : reports.error(); }

TEST(ReadReports, TakesFiles) {
  const std::string json = ReceivedData("google.json");
  const TlsReport report = ParseReport(json).value();
  for (const std::string& octets : {json, "\xef\xbb\xbf" + json, "\n " + json, Gzip(json),
                                    Gzip(json) + "\n", "\n{ \"x\": 1," + json.substr(1)}) {
    const Reports read = ReadReports(octets);
    ASSERT_TRUE(read.ok()) << read.error();
    ASSERT_EQ(read->size(), 1u);
    EXPECT_EQ((*read)[0], (ReceivedReport{report, ""}));
  }
}

TEST(ReadReports, TakesMails) {
  const struct {
    const char* mail;
    const char* file;
    const char* from_domain;
  } cases[] = {{"google.eml", "google.json", "google.example"},
               {"microsoft.eml", "microsoft.json", "microsoft.example"},
               {"mail.ru.eml", "mail.ru.json", "mail.example"}};
  std::string mbox;
  for (const auto& c : cases) {
    // google.eml's signature is none: its b= is empty.
    const ReceivedReport expected{ParseReport(ReceivedData(c.file)).value(), c.from_domain,
                                  std::vector<DkimSignature>()};
    const std::string mail = ReceivedData(c.mail);
    for (const std::string& octets : {mail, "From - Tue Nov 24 10:00:00 2026\n" + mail}) {
      const Reports read = ReadReports(octets);
      ASSERT_TRUE(read.ok()) << c.mail << ": " << read.error();
      EXPECT_EQ(*read, std::vector<ReceivedReport>{expected});
    }
    if (!mail.starts_with("From ")) mbox += "From x Tue Nov 24 10:00:00 2026\n";
    mbox += mail + "\n\n";
  }
  const Reports all = ReadReports(mbox);
  ASSERT_TRUE(all.ok()) << all.error();
  ASSERT_EQ(all->size(), 3u);
  EXPECT_EQ((*all)[2].report.organization_name, "Mail.Ru");
}

std::string Part(const std::string& header, const std::string& body) {
  return "--b\n" + header + "\n\n" + body + "\n";
}

std::string Mail(const std::string& parts) {
  return "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + parts + "--b--\n";
}

TEST(ReadReports, TakesEachTypeAndEncoding) {
  const std::string json = ReceivedData("google.json");
  const std::string base64 = "\nContent-Transfer-Encoding: base64";
  const std::string packed = EncodeBase64(Gzip(json));
  const std::string parts[] = {
      Part("Content-Type: application/tlsrpt+gzip" + base64, packed),
      Part("Content-Type: application/gzip" + base64, packed),
      Part("Content-Type: application/x-gzip" + base64, packed),
      Part("Content-Type: application/tlsrpt+json", json),
      Part("Content-Type: application/json\nContent-Transfer-Encoding: 8bit", json),
      Part("Content-Type: application/tlsrpt+json" + base64, EncodeBase64(json)),
      Part("Content-Type: application/octet-stream; name=a.json.gz" + base64, packed),
      Part("Content-Disposition: attachment; filename=\"A.JSON\"", json),
      // What the type says isn't what it is.
      Part("Content-Type: application/tlsrpt+json" + base64, packed),
      Part("Content-Type: application/tlsrpt+gzip", json),
  };
  std::string all;
  for (const std::string& part : parts) {
    EXPECT_EQ(ErrorOf(ReadReports(Mail(part))), "none") << part;
    all += part;
  }
  EXPECT_EQ(ReadReports(Mail(all)).value().size(), std::size(parts));
  EXPECT_EQ(ReadReports("Subject: a forward\nContent-Type: message/rfc822\n\n" + Mail(all))
                .value()
                .size(),
            std::size(parts));
}

// Of a forwarded mail, the header says who has forwarded it.
TEST(ReadReports, HasTheSignaturesOfItsOwnMail) {
  const std::string signature = "DKIM-Signature: v=1; a=x; d=B.example;\n s=1; h=from; bh=a; b=b\n";
  const std::string bad = "DKIM-Signature: v=1\n";
  const std::string json = ReceivedData("google.json");
  const std::string mail = Mail(Part("Content-Type: application/json", json));
  const std::vector<DkimSignature> none, one = {{"b.example", "1"}};
  EXPECT_EQ(ReadReports(mail).value()[0].signatures, none);
  EXPECT_EQ(ReadReports(bad + signature + mail).value()[0].signatures, one);
  EXPECT_EQ(ReadReports(json).value()[0].signatures, std::nullopt);
  const std::string forward = "Content-Type: message/rfc822\n\n";
  EXPECT_EQ(ReadReports(signature + forward + signature + mail).value()[0].signatures,
            std::nullopt);
  const Reports mbox = ReadReports("From x\n" + signature + mail + "\nFrom y\n" + mail);
  ASSERT_EQ(mbox.value().size(), 2u);
  EXPECT_EQ((*mbox)[0].signatures, one);
  EXPECT_EQ((*mbox)[1].signatures, none);
}

TEST(ReadReports, ABadPartDoesNotStopTheOthers) {
  const std::string bad = Part("Content-Type: application/json", "{");
  const std::string good = Part("Content-Type: application/json", ReceivedData("google.json"));
  EXPECT_EQ(ReadReports(Mail(bad + good)).value().size(), 1u);
  EXPECT_EQ(ErrorOf(ReadReports(Mail(bad + bad))),
            "not a report: no JSON: incomplete JSON at octet 1");
}

TEST(ReadReports, OtherMailDoesNotStopAnMbox) {
  std::string mbox;
  for (int i = 0; i < 50; ++i) mbox += "From x\nSubject: hello\n\nhow are you?\n\n";
  mbox += "From x\n" + Mail(Part("Content-Type: application/json", ReceivedData("google.json")));
  EXPECT_EQ(ErrorOf(ReadReports(mbox)), "none");
}

TEST(ReadReports, SaysWhatIsWrong) {
  const std::string gzip_part = "Content-Type: application/gzip\nContent-Transfer-Encoding: base64";
  const struct {
    std::string octets;
    const char* problem;
  } cases[] = {
      {"", "not a report: no JSON: incomplete JSON at octet 0"},
      {"hello", "not a report: no JSON: syntax error at octet 0"},
      {std::string(5000, '['), "not a report: more than 32 levels"},
      {Gzip("<feedback/>"), "not a report: no JSON: syntax error at octet 0"},
      {Gzip(std::string(60000000, ' ')), "it unpacks to more than 52428800 octets"},
      {std::string(kMaxReceivedOctets + 1, ' '), "more than 16777216 octets"},
      {Mail(Part(gzip_part, "H4sI!")), "the mail's part has a character that base64 doesn't have"},
      {Mail(Part(gzip_part, EncodeBase64(Gzip("{}").substr(0, 12)))), "the gzip data is cut off"},
      {"Subject: hello\n\nhow are you?\n",
       "the mail has no report in it: neither a part of type application/tlsrpt+gzip or "
       "application/tlsrpt+json, nor a file whose name ends in .json or .json.gz"},
      {"From \n",
       "the mail has no report in it: neither a part of type application/tlsrpt+gzip or "
       "application/tlsrpt+json, nor a file whose name ends in .json or .json.gz"},
  };
  for (const auto& c : cases) EXPECT_EQ(ErrorOf(ReadReports(c.octets)), c.problem);
}

TEST(ReadReports, EveryCutMailIsAnErrorOrTheReport) {
  const std::string mail = ReceivedData("google.eml");
  const TlsReport report = ParseReport(ReceivedData("google.json")).value();
  for (std::size_t length = 0; length < mail.size(); ++length) {
    const Reports read = ReadReports(mail.substr(0, length));
    if (read) {
      EXPECT_EQ((*read)[0].report, report) << length;
    } else {
      EXPECT_FALSE(read.error().empty()) << length;
    }
  }
}

// What costs the most that fits into a mail. A server under load, with a sanitizer, must do it.
TEST(ReadReports, HostileMailsEndInTime) {
  const std::string bomb = Part("Content-Type: application/gzip\nContent-Transfer-Encoding: base64",
                                EncodeBase64(Gzip(std::string(60000000, ' '))));
  std::string bombs, mails, boundaries = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 90; ++i) bombs += bomb;
  while (mails.size() < kMaxReceivedOctets - 100) mails += "From x\n\n";
  while (boundaries.size() < kMaxReceivedOctets - 100) boundaries += "--b-\n";
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(ErrorOf(ReadReports(Mail(bombs))), "it unpacks to more than 52428800 octets");
  EXPECT_FALSE(ReadReports(mails).ok());
  EXPECT_FALSE(ReadReports(boundaries).ok());
  EXPECT_FALSE(ReadReports(std::string(kMaxReceivedOctets, '\n')).ok());
  EXPECT_FALSE(ReadReports("{\"a\":\"" + std::string(kMaxReceivedOctets - 100, '\\')).ok());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

}  // namespace
}  // namespace tlswarden
