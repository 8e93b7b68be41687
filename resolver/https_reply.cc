#include "resolver/https_reply.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/error.hpp>

namespace tlswarden {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxRemoteText = 100;  // of what others wrote, in a reason

std::string TimeoutText(Clock::duration waited) {
  const auto milliseconds = std::chrono::round<std::chrono::milliseconds>(waited).count();
  if (milliseconds < 1000) return "timeout after " + std::to_string(milliseconds) + " ms";
  return "timeout after " + std::to_string((milliseconds + 500) / 1000) + " s";
}

// RFC 8461 section 3.3: text/plain, and of its parameters only charset counts, which must be
// UTF-8 or US-ASCII. Returns what is wrong, or "".
std::string WrongMediaType(beast::string_view field) {
  const std::size_t type_end = std::min(field.find_first_of("; \t"), field.size());
  const beast::string_view type = field.substr(0, type_end);
  if (type.empty()) return "no media type, text/plain expected";
  if (!beast::iequals(type, "text/plain")) {
    return "media type " + Quotable(type) + ", not text/plain";
  }
  for (const auto& [name, value] : http::param_list(field.substr(type_end))) {
    if (!beast::iequals(name, "charset")) continue;
    if (!beast::iequals(value, "utf-8") && !beast::iequals(value, "us-ascii")) {
      return "charset " + Quotable(value) + ", not utf-8";
    }
  }
  return {};
}

}  // namespace

std::string Quotable(beast::string_view text) {
  std::string clean(text.substr(0, kMaxRemoteText));
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean;
}

std::string HttpsErrorText(const error_code& error, Clock::time_point began) {
  if (error == asio::error::timed_out) return TimeoutText(Clock::now() - began);
  if (error == asio::error::operation_aborted) return "cancelled";
  if (error == asio::error::connection_refused) return "connection refused";
  if (error == ssl::error::stream_truncated) return "connection closed without TLS close_notify";
  if (error == asio::error::eof || error == http::error::end_of_stream ||
      error == http::error::partial_message) {
    return "connection closed too early";
  }
  if (error == http::error::body_limit) {
    return "body larger than " + std::to_string(kMaxPolicyOctets) + " octets";
  }
  if (error == http::error::header_limit) {
    return "header larger than " + std::to_string(kMaxHttpHeaderOctets) + " octets";
  }
  const std::string text = Quotable(error.message());
  return error.category() == asio::error::get_ssl_category() ? "TLS: " + text : text;
}

Failure FetchError(std::string reason) {
  return {ResultType::kStsPolicyFetchError, std::move(reason), true};
}

Result<std::string, Failure> PolicyBody(const PolicyResponse& response) {
  const unsigned status = response.result_int();
  if (status != 200) {
    const bool redirect = status >= 300 && status < 400;
    return Error{FetchError("HTTP status " + std::to_string(status) +
                            (redirect ? ", redirects are not followed" : ""))};
  }
  std::string wrong = WrongMediaType(response[http::field::content_type]);
  if (!wrong.empty()) return Error{FetchError(std::move(wrong))};
  return response.body();
}

}  // namespace tlswarden
