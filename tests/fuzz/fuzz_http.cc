// The reply of a policy host: in whatever pieces it comes, it leads to the same body or to a
// failure that can be shown, and only a 200 of type text/plain brings a body.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "resolver/https_reply.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;
using Reply = Result<std::string, Failure>;

// Hands the octets out in pieces, and then ends.
class Pieces {
 public:
  Pieces(std::string_view octets, std::size_t piece) : left_(octets), piece_(piece) {}

  boost::asio::awaitable<boost::system::error_code> Read(void* buffer, std::size_t size,
                                                         std::size_t& got) {
    got = std::min({size, piece_, left_.size()});
    if (got == 0) co_return boost::asio::error::eof;
    std::memcpy(buffer, left_.data(), got);
    left_.remove_prefix(got);
    co_return boost::system::error_code();
  }

 private:
  std::string_view left_;
  const std::size_t piece_;
};

boost::asio::awaitable<void> ReadInto(Pieces& pieces, std::optional<Reply>& result) {
  auto reading = ReadPolicyReply(pieces, std::chrono::steady_clock::now());
  Reply reply = co_await std::move(reading);
  result = std::move(reply);
}

Reply Read(std::string_view octets, std::size_t piece) {
  boost::asio::io_context io(1);
  Pieces pieces(octets, piece);
  std::optional<Reply> result;
  boost::asio::co_spawn(io, ReadInto(pieces, result), [](const std::exception_ptr& thrown) {
    Check(thrown == nullptr, "no exception");
  });
  io.run();
  Check(result.has_value(), "the reading ends");
  return *result;
}

void CheckFailure(const Failure& failure) {
  Check(failure.type == ResultType::kStsPolicyFetchError && failure.transient, "a fetch error");
  Check(!failure.reason.empty() && failure.reason.size() < 300, "a reason", failure.reason);
  for (const char c : failure.reason) Check(c >= 0x20 && c <= 0x7e, "one line", failure.reason);
}

bool Contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Reply whole = Read(octets, 65536);
  const Reply pieces = Read(octets, std::max<std::size_t>(data[0], 1));
  Check(whole.ok() == pieces.ok(), "pieces don't matter");
  if (!whole) {
    CheckFailure(whole.error());
    CheckFailure(pieces.error());
    return 0;
  }
  Check(*whole == *pieces, "pieces don't matter");
  Check(whole->size() <= kMaxPolicyOctets, "a body is bounded");
  Check(Contains(octets, "http/1.") && Contains(octets, " 200"), "only a 200 has a body");
  Check(Contains(octets, "content-type") && Contains(octets, "text/plain"),
        "only text is a policy");
  return 0;
}
