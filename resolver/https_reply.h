// https_reply: the reply of a policy host (RFC 8461 section 3.3), read from any stream, so that
// tests and fuzzers need no TLS.
//
// Includes Beast, which compiles slowly: only for https_beast.cc and tests.
#ifndef TLSWARDEN_RESOLVER_HTTPS_REPLY_H_
#define TLSWARDEN_RESOLVER_HTTPS_REPLY_H_

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "policy/failure.h"
#include "policy/result.h"
#include "resolver/https.h"

namespace tlswarden {

inline constexpr std::uint32_t kMaxHttpHeaderOctets = 8 * 1024;
inline constexpr int kMaxInterimReplies = 4;  // 1xx (RFC 9110 section 15.2)

using PolicyResponse = boost::beast::http::response<boost::beast::http::string_body>;

// Remote text for a person: printable ASCII, short.
std::string Quotable(boost::beast::string_view text);

// What an operation that began at `began` failed with.
std::string HttpsErrorText(const boost::system::error_code& error,
                           std::chrono::steady_clock::time_point began);

Failure FetchError(std::string reason);

// The body of a 200 reply of type text/plain, or why it isn't one.
Result<std::string, Failure> PolicyBody(const PolicyResponse& response);

// Reads up to the end of a reply whose request has been sent at `began`; within the limits above
// and kMaxPolicyOctets. `stream` is any AsyncReadStream and must outlive the reading.
template <typename Stream>
boost::asio::awaitable<Result<std::string, Failure>> ReadPolicyReply(
    Stream& stream, std::chrono::steady_clock::time_point began) {
  namespace http = boost::beast::http;
  const auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
  boost::beast::flat_buffer buffer;
  std::optional<http::response_parser<http::string_body>> parser;
  for (int replies = 0; replies <= kMaxInterimReplies; ++replies) {
    parser.emplace();
    parser->header_limit(kMaxHttpHeaderOctets);
    parser->body_limit(kMaxPolicyOctets);
    auto reading = http::async_read(stream, buffer, *parser, token);
    const std::tuple<boost::system::error_code, std::size_t> read = co_await std::move(reading);
    if (std::get<0>(read)) {
      Result<std::string, Failure> failed =
          Error{FetchError(HttpsErrorText(std::get<0>(read), began))};
      co_return failed;
    }
    if (parser->get().result_int() >= 200) break;
  }
  Result<std::string, Failure> body = PolicyBody(parser->get());
  co_return body;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_HTTPS_REPLY_H_
