// https_reply: the reply of a policy host (RFC 8461 section 3.3), read from any stream, so that
// tests and fuzzers need no TLS.
//
// Includes Beast, which compiles slowly: only for https_beast.cc, https_post.cc and tests.
#ifndef TLSWARDEN_RESOLVER_HTTPS_REPLY_H_
#define TLSWARDEN_RESOLVER_HTTPS_REPLY_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
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

inline constexpr std::size_t kHttpReadOctets = 4096;  // most replies in one piece

// Reads until the parser has a whole message. What follows it stays in the buffer.
// Source: awaitable<error_code> Read(void* buffer, std::size_t size, std::size_t& got), with
// asio::error::eof at the end.
template <typename Source>
boost::asio::awaitable<boost::system::error_code> ReadHttpMessage(
    Source& source, boost::beast::flat_buffer& buffer,
    boost::beast::http::response_parser<boost::beast::http::string_body>& parser) {
  namespace http = boost::beast::http;
  parser.eager(true);
  for (;;) {
    boost::system::error_code error;
    if (buffer.size() > 0) buffer.consume(parser.put(buffer.data(), error));
    if (error == http::error::need_more) error = {};
    if (error || parser.is_done()) co_return error;
    const auto space = buffer.prepare(kHttpReadOctets);
    std::size_t got = 0;
    auto reading = source.Read(space.data(), space.size(), got);
    error = co_await std::move(reading);
    if (error == boost::asio::error::eof) {
      error = http::error::end_of_stream;
      if (parser.got_some()) parser.put_eof(error);
      co_return error;
    }
    if (error) co_return error;
    buffer.commit(got);
  }
}

// Reads up to the end of a reply whose request has been sent at `began`; within the limits above
// and kMaxPolicyOctets. `source` is as for ReadHttpMessage and must outlive the reading.
template <typename Source>
boost::asio::awaitable<Result<std::string, Failure>> ReadPolicyReply(
    Source& source, std::chrono::steady_clock::time_point began) {
  boost::beast::flat_buffer buffer;
  std::optional<boost::beast::http::response_parser<boost::beast::http::string_body>> parser;
  for (int replies = 0; replies <= kMaxInterimReplies; ++replies) {
    parser.emplace();
    parser->header_limit(kMaxHttpHeaderOctets);
    parser->body_limit(kMaxPolicyOctets);
    auto reading = ReadHttpMessage(source, buffer, *parser);
    const boost::system::error_code error = co_await std::move(reading);
    if (error) {
      Result<std::string, Failure> failed = Error{FetchError(HttpsErrorText(error, began))};
      co_return failed;
    }
    if (parser->get().result_int() >= 200) break;
  }
  Result<std::string, Failure> body = PolicyBody(parser->get());
  co_return body;
}

}  // namespace tlswarden

#endif  // TLSWARDEN_RESOLVER_HTTPS_REPLY_H_
