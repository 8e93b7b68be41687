// Whom a report is POSTed to, and which answers count as taken (RFC 8460 section 5.4).
#include "resolver/https_post.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/resolver/https_fixture.h"

namespace tlswarden {
namespace {

using Status = HttpsPostOutcome::Status;
using std::chrono::milliseconds;

// Addresses as a test gives them.
class FakeDns : public Dns {
 public:
  boost::asio::awaitable<DnsReply> Query(std::string name, RrType type) override {
    asked.push_back(name);
    DnsReply reply;
    reply.rcode = Rcode::kNoError;
    if (type == RrType::kA) reply.addresses = addresses;
    co_return reply;
  }
  std::vector<std::string> addresses{"127.0.0.1"};
  std::vector<std::string> asked;
};

std::string Answer(const std::string& status, const std::string& fields = "") {
  return Response("thank you", fields, status);
}

boost::asio::awaitable<void> PostInto(HttpsPost& post, std::string uri, std::string body,
                                      std::optional<HttpsPostOutcome>& outcome) {
  auto posting = post.Post(std::move(uri), std::move(body), "application/tlsrpt+gzip");
  outcome = co_await std::move(posting);
}

class HttpsPostTest : public BeastTest {
 protected:
  HttpsPostOutcome PostTo(const std::string& uri) {
    HttpsPostOptions options;
    options.ca_file = ca_file_;
    options.timeout = timeout_;
    options.allow_private_addresses = allow_private;
    options.user_agent = "tlswarden/test";
    Result<std::unique_ptr<HttpsPost>> post = HttpsPost::Create(dns, options);
    EXPECT_TRUE(post.ok());
    std::optional<HttpsPostOutcome> outcome;
    boost::asio::co_spawn(io_, PostInto(**post, uri, body, outcome), [this](std::exception_ptr e) {
      EXPECT_FALSE(e);
      io_.stop();
    });
    io_.restart();
    io_.run_for(std::chrono::seconds(20));
    EXPECT_TRUE(outcome);
    return outcome.value_or(HttpsPostOutcome());
  }
  std::string Uri(const std::string& path = "/v1/tlsrpt?key=a%2Cb") const {
    return std::string("https://") + kHost + ':' + std::to_string(server_->port()) + path;
  }
  HttpsPostOutcome Post() { return PostTo(Uri()); }

  FakeDns dns;
  bool allow_private = true;
  std::string body = std::string("\x1f\x8b\x08\0\r\n\r\n", 8) + std::string(200'000, '\xff');
};

TEST_F(HttpsPostTest, TheWholeRequest) {
  Serve(Answer("201 Created"));
  const HttpsPostOutcome outcome = Post();
  EXPECT_EQ(outcome.status, Status::kAccepted);
  EXPECT_EQ(outcome.http_status, 201);
  EXPECT_EQ(outcome.why, "");
  EXPECT_EQ(outcome.certificate, "");
  EXPECT_EQ(server_->server_name(), kHost);
  const std::string head =
      "POST /v1/tlsrpt?key=a%2Cb HTTP/1.1\r\nHost: mta-sts.example.com:" +
      std::to_string(server_->port()) +
      "\r\nUser-Agent: tlswarden/test\r\nContent-Type: application/tlsrpt+gzip\r\n"
      "Content-Length: 200008\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(server_->request().substr(0, head.size()), head);
  EXPECT_TRUE(server_->request() == head + body) << "octet for octet";
  EXPECT_EQ(dns.asked, (std::vector<std::string>{kHost, kHost}));
}

TEST_F(HttpsPostTest, StatusCodes) {
  const std::pair<int, Status> rows[] = {
      {200, Status::kAccepted},  {201, Status::kAccepted},  {202, Status::kAccepted},
      {204, Status::kAccepted},  {299, Status::kAccepted},  {301, Status::kPermanent},
      {308, Status::kPermanent}, {400, Status::kPermanent}, {401, Status::kPermanent},
      {404, Status::kPermanent}, {408, Status::kTemporary}, {410, Status::kPermanent},
      {413, Status::kPermanent}, {429, Status::kTemporary}, {500, Status::kTemporary},
      {503, Status::kTemporary}, {599, Status::kTemporary}, {999, Status::kTemporary},
      {0, Status::kTemporary}};
  for (const auto& [code, status] : rows) EXPECT_EQ(PostStatus(code), status) << code;
}

// tlsrpt-reporter's curl without --fail counted such a report as delivered.
TEST_F(HttpsPostTest, AServerErrorIsNoDelivery) {
  Serve(Answer("500 Internal Server Error"));
  HttpsPostOutcome outcome = Post();
  EXPECT_EQ(outcome.status, Status::kTemporary);
  EXPECT_EQ(outcome.why, "HTTP status 500");
  EXPECT_FALSE(outcome.unreachable) << "another report may be taken";
  Serve(Answer("200 OK"));
  EXPECT_EQ(Post().status, Status::kAccepted);
  Serve(Answer("404 Not Found"));
  EXPECT_EQ(Post().status, Status::kPermanent);
}

TEST_F(HttpsPostTest, RedirectsAreNotFollowed) {
  Serve(Answer("200 OK"));
  TlsServer& other = *server_;
  const std::string location = "Location: " + Uri("/elsewhere") + "\r\n";
  for (const char* status : {"301 Moved Permanently", "307 Temporary Redirect"}) {
    Serve(Answer(status, location));
    const HttpsPostOutcome outcome = Post();
    EXPECT_EQ(outcome.status, Status::kPermanent);
    EXPECT_EQ(outcome.why,
              "HTTP status " + std::string(status, 3) + ", redirects are not followed");
    EXPECT_EQ(server_->connections(), 1);
  }
  EXPECT_EQ(other.connections(), 0);
}

TEST_F(HttpsPostTest, InterimRepliesAndEndlessBodies) {
  Serve("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx");
  EXPECT_EQ(Post().status, Status::kAccepted) << "the body isn't waited for";
  Serve("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(Post().why, "header larger than 8192 octets");
  Serve("SSH-2.0-OpenSSH_9.2\r\n");
  const HttpsPostOutcome outcome = Post();
  EXPECT_EQ(outcome.status, Status::kTemporary);
  EXPECT_TRUE(outcome.unreachable);
}

// RFC 8460 section 5.4 lets a sender ignore certificate errors; a wrong name isn't one of ours.
TEST_F(HttpsPostTest, CertificatesThatAreWrong) {
  const std::string names = std::string("DNS:") + kHost;
  const Certificate other = MakeCertificate({.common_name = "Other CA"}, nullptr);
  Serve(MakeCertificate({.alternative_names = names, .begins = -7200, .ends = -3600}, &ca_),
        {.response = Answer("200 OK")});
  HttpsPostOutcome outcome = Post();
  EXPECT_EQ(outcome.status, Status::kAccepted);
  EXPECT_EQ(outcome.certificate, "certificate has expired");
  Serve(MakeCertificate({.alternative_names = names}, &other), {.response = Answer("200 OK")});
  outcome = Post();
  EXPECT_EQ(outcome.status, Status::kAccepted);
  EXPECT_EQ(outcome.certificate, "unable to get local issuer certificate");
  for (const Certificate* issuer : {static_cast<const Certificate*>(&ca_), &other}) {
    Serve(MakeCertificate({.common_name = kHost, .alternative_names = "DNS:v.test"}, issuer),
          {.response = Answer("200 OK")});
    outcome = Post();
    EXPECT_EQ(outcome.status, Status::kTemporary);
    EXPECT_EQ(outcome.why, "certificate: hostname mismatch (127.0.0.1)");
    EXPECT_EQ(server_->request(), "") << "somebody else's server hears nothing";
  }
}

TEST_F(HttpsPostTest, PrivateAddressesAreNotVisited) {
  Serve(Answer("200 OK"));
  allow_private = false;
  dns.addresses = {"127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"};
  const HttpsPostOutcome outcome = Post();
  EXPECT_EQ(outcome.status, Status::kTemporary) << "its DNS may heal";
  EXPECT_EQ(outcome.why,
            "mta-sts.example.com has no public address: 127.0.0.1 (loopback), 10.0.0.1 (private), "
            "169.254.169.254 (link-local), ::ffff:127.0.0.1 (loopback, mapped)");
  EXPECT_EQ(server_->connections(), 0);
}

TEST_F(HttpsPostTest, UrisThatAreNone) {
  Serve(Answer("200 OK"));
  for (const char* uri :
       {"http://mta-sts.example.com/", "file:///etc/passwd", "https://127.0.0.1/", "https:///x",
        "https://[::1]/", "https://u@mta-sts.example.com/", "https://mta-sts.example.com:0/",
        "https://mta-sts.example.com:65536/", "https://mta-sts.example.com/\r\nX: y", "", "//",
        "https://mta-sts.example.com:-1/"}) {
    EXPECT_EQ(PostTo(uri).status, Status::kPermanent) << uri;
  }
  EXPECT_TRUE(dns.asked.empty());
}

TEST_F(HttpsPostTest, NoAddress) {
  Serve(Answer("200 OK"));
  dns.addresses.clear();
  const HttpsPostOutcome outcome = Post();
  EXPECT_EQ(outcome.why, "mta-sts.example.com has no address");
  EXPECT_TRUE(outcome.unreachable);
}

TEST_F(HttpsPostTest, TheNextAddressIsTried) {
  Serve(Answer("200 OK"));
  dns.addresses = {"127.0.0.2", "127.0.0.1"};  // nobody listens at the first
  EXPECT_EQ(Post().status, Status::kAccepted);
  dns.addresses = {"127.0.0.2", "127.0.0.3"};
  const HttpsPostOutcome outcome = Post();
  EXPECT_EQ(outcome.why, "connection refused (127.0.0.2), connection refused (127.0.0.3)");
  EXPECT_TRUE(outcome.unreachable);
}

TEST_F(HttpsPostTest, ASlowServerIsLeftAtTheDeadline) {
  timeout_ = milliseconds(400);
  const TlsServer::Script scripts[] = {
      {.response = "", .handshake = false},
      {.response = "", .ending = TlsServer::Ending::kNothing},
      {.response = Answer("200 OK"), .pause = milliseconds(100)},
  };
  for (const TlsServer::Script& script : scripts) {
    Serve(Leaf(), script);
    const auto began = std::chrono::steady_clock::now();
    const HttpsPostOutcome outcome = Post();
    EXPECT_EQ(outcome.status, Status::kTemporary);
    EXPECT_TRUE(outcome.why.starts_with("timeout after ")) << outcome.why;
    EXPECT_TRUE(outcome.unreachable);
    EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(1500));
  }
}

TEST_F(HttpsPostTest, ACutConnectionIsNoDelivery) {
  Serve("HTTP/1.1 200 OK\r\nContent-Le", TlsServer::Ending::kCutOff);
  const HttpsPostOutcome outcome = Post();
  EXPECT_EQ(outcome.status, Status::kTemporary);
  EXPECT_TRUE(outcome.unreachable);
}

}  // namespace
}  // namespace tlswarden
