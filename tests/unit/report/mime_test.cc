#include "report/mime.h"

#include <gtest/gtest.h>

#include <string>

namespace tlswarden {
namespace {

// "type name encoding [decoded]" of each part.
std::string Shown(std::string_view text) {
  const Result<MimeMail> mail = ReadMime(text);
  if (!mail) return mail.error();
  std::string shown;
  for (const MimePart& part : mail->parts) {
    const Result<std::string> body = DecodedBody(part);
    shown += part.type + ' ' + part.file_name + ' ' + part.encoding + " [" +
             (body ? *body : body.error()) + "]";
  }
  return shown;
}

TEST(Mime, ReadsParts) {
  const struct {
    const char* mail;
    const char* shown;
  } cases[] = {
      {"Subject: x\n\nbody\n", "text/plain   [body\n]"},
      {"Subject: x\n", "text/plain   []"},
      {"", "text/plain   []"},
      {"content-TYPE: Application/GZIP; NAME=a.gz\n\nx", "application/gzip a.gz  [x]"},
      {"Content-Type: a/b ; name=\"x \\\"y\\\";z\" ; c=d\n\n", "a/b x \"y\";z  []"},
      {"Content-Type: a/b; name=one\nContent-Disposition: attachment; filename=two\n\n",
       "a/b two  []"},
      {"Content-Type: a/b; name*=utf-8''a%20b%2Ejson\n\n", "a/b utf-8''a b.json  []"},
      {"Content-Type: a/b;\r\n name*0=one;\r\n\tname*1=two\r\n\r\n", "a/b onetwo  []"},
      {"Content-Type: a/b; name=\"=?utf-8?Q?a=2Ejson?=\"\n\n", "a/b a.json  []"},
      {"Content-Type: a/b; name=1\nContent-Type: c/d; name=2\n\n", "a/b 1  []"},
      {"Content-Transfer-Encoding:  Base64 \n\nZm9v\n", "text/plain  base64 [foo]"},
      {"Content-Transfer-Encoding: base64\n\n!\n",
       "text/plain  base64 [a character that base64 doesn't have]"},
      {"Content-Transfer-Encoding: quoted-printable\n\na=3Db=\nc=\r\nd=xy=",
       "text/plain  quoted-printable [a=bcd=xy=]"},
      {"Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--b \n\ntwo\n\n--b--\n"
       "epilogue\n--b\n\nthree\n",
       "text/plain   [one]text/plain   [two\n]"},
      {"Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\r\none\r\n--bc\r\n--b\r\n\r\n",
       "text/plain   [one\r\n--bc]text/plain   []"},
      {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/x; boundary=c\n\n"
       "--c\n\none\n--c--\n--b\n\ntwo",
       "text/plain   [one]text/plain   [two]"},
      {"Content-Type: message/rfc822\n\nContent-Type: a/b\n\nx", "a/b   [x]"},
      {"Content-Type: multipart/mixed\n\n--\n\none\n", ""},
      {"Content-Type: multipart/mixed; boundary=b\n\nno delimiter\n", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(Shown(c.mail), c.shown) << c.mail;
}

TEST(Mime, KnowsWhoSentIt) {
  const struct {
    const char* field;
    const char* from;
  } cases[] = {
      {"From: a@b.example\n\n", "a@b.example"},
      {"From: \"x <y@z>\" <a@b.example> (c)\n\n", "a@b.example"},
      {"From: x\n <a@b.example>\nFrom: d@e.example\n\n", "a@b.example"},
      {"To: a@b.example\n\nFrom: c@d.example\n", ""},
      {"Content-Type: message/rfc822\nFrom: a@b.example\n\nFrom: c@d.example\n\n", "a@b.example"},
  };
  for (const auto& c : cases) EXPECT_EQ(ReadMime(c.field).value().from, c.from) << c.field;
}

// Each in brackets.
std::string Signatures(const std::string& text) {
  const MimeMail mail = ReadMime(text).value();
  std::string shown;
  for (const std::string& field : mail.dkim_signatures) shown += '[' + field + ']';
  return shown;
}

TEST(Mime, HasTheSignaturesOfTheMailItself) {
  EXPECT_EQ(Signatures("From: a@b.example\n\nDKIM-Signature: v=1\n"), "");
  EXPECT_EQ(Signatures("DKIM-Signature: v=1;\r\n\td=a;\r\n s=b\r\nTo: c\r\n d\r\n"
                       "dkim-signature:v=2\r\nDKIM-Signature:\r\n\r\n"),
            "[v=1;\td=a; s=b][v=2][]");
  EXPECT_EQ(Signatures("Content-Type: multipart/mixed; boundary=b\n\n--b\nDKIM-Signature: v=1\n\n"
                       "--b\nContent-Type: message/rfc822\n\nDKIM-Signature: v=2\n\nx\n--b--\n"),
            "");
}

TEST(Mime, KnowsPartsOfInnerMails) {
  const Result<MimeMail> mail = ReadMime(
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nown\n--b\n"
      "Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=c\n\n"
      "--c\n\none\n--c\n\ntwo\n--c--\n--b\n\nown\n--b--\n");
  std::string shown;
  for (const MimePart& part : mail.value().parts) {
    shown += std::string(part.body) + (part.of_inner_mail ? " inner, " : ", ");
  }
  EXPECT_EQ(shown, "own, one inner, two inner, own, ");
}

TEST(Mime, IsBounded) {
  std::string many = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 10000; ++i) many += "--b\n\nx\n";
  EXPECT_EQ(Shown(many), "more than 100 parts");

  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "Content-Type: message/rfc822\n\n";
  EXPECT_EQ(Shown(deep), "parts more than 10 levels deep");

  deep.clear();
  for (int i = 0; i < 1000; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    deep += "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" + boundary + "\n";
  }
  EXPECT_EQ(Shown(deep), "parts more than 10 levels deep");

  const std::string long_field = "Content-Type: a/b; name=" + std::string(1000000, 'x') + "\n\n";
  EXPECT_LE(ReadMime(long_field).value().parts[0].file_name.size(), kMaxMimeFieldOctets);
  std::string folded = "Content-Type: a/b; name=x\n";
  for (int i = 0; i < 100000; ++i) folded += " x\n";
  EXPECT_LE(ReadMime(folded).value().parts[0].file_name.size(), kMaxMimeFieldOctets);

  std::string signatures;
  for (int i = 0; i < 100; ++i) signatures += "DKIM-Signature: " + std::string(100000, 'x') + '\n';
  const std::vector<std::string> kept = ReadMime(signatures).value().dkim_signatures;
  ASSERT_EQ(kept.size(), kMaxDkimSignatures);
  for (const std::string& field : kept) EXPECT_LE(field.size(), kMaxMimeFieldOctets);
}

}  // namespace
}  // namespace tlswarden
