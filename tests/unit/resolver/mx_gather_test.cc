#include "resolver/mx_gather.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <new>

namespace tlswarden {
namespace {

// Has an answer to all questions but those about TLSA records.
class DnsWithoutMemory : public Dns {
 public:
  boost::asio::awaitable<DnsReply> Query(std::string name, RrType type) override {
    if (type == RrType::kTlsa) throw std::bad_alloc();
    DnsReply reply;
    reply.rcode = Rcode::kNoError;
    reply.security = Security::kSecure;
    reply.canonical_name = name;
    if (type == RrType::kMx) reply.mx = {{10, "mx.example"}};
    if (type == RrType::kA) reply.addresses = {"192.0.2.1"};
    co_return reply;
  }
};

// RFC 7672 section 2.1.2: whatever keeps us from an answer is no denial.
TEST(GatherMx, AnExceptionIsNoDenial) {
  boost::asio::io_context io(1);
  DnsWithoutMemory dns;
  MxEvidence found;
  boost::asio::co_spawn(io, GatherMx(dns, ParseNextHop("a.example").value(), MxTerms()),
                        [&](const std::exception_ptr& thrown, MxEvidence mx) {
                          EXPECT_EQ(thrown, nullptr);
                          found = std::move(mx);
                        });
  io.run();
  ASSERT_EQ(found.hosts.size(), 1U);
  EXPECT_EQ(found.hosts[0].dane, HostDane::kFailed);
  ASSERT_TRUE(found.hosts[0].failure.has_value());
  EXPECT_TRUE(found.hosts[0].failure->transient);
}

}  // namespace
}  // namespace tlswarden
