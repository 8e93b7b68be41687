// The reply of a policy host: in whatever pieces it comes, it leads to the same body or to a
// failure that can be shown, and only a 200 of type text/plain brings a body.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "resolver/https_reply.h"
#include "tests/fuzz/check.h"

namespace {

using namespace tlswarden;
using Reply = Result<std::string, Failure>;

boost::asio::awaitable<void> ReadInto(boost::beast::test::stream& stream,
                                      std::optional<Reply>& result) {
  auto reading = ReadPolicyReply(stream, std::chrono::steady_clock::now());
  Reply reply = co_await std::move(reading);
  result = std::move(reply);
}

Reply Read(std::string_view octets, std::size_t piece) {
  boost::asio::io_context io(1);
  boost::beast::test::stream stream(io);
  stream.append(boost::beast::string_view(octets.data(), octets.size()));
  stream.close_remote();
  stream.read_size(piece);
  std::optional<Reply> result;
  boost::asio::co_spawn(io, ReadInto(stream, result), [](const std::exception_ptr& thrown) {
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
