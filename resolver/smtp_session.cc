#include "resolver/smtp_session.h"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

namespace tlswarden {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadOctets = 4096;

}  // namespace

std::string ConnectionText(const error_code& error) {
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
    return "connection closed";
  }
  if (error == asio::error::timed_out) return "no answer in time";
  return error.message();
}

asio::awaitable<error_code> SmtpSession::Fill() {
  std::array<char, kReadOctets> buffer;
  std::size_t got = 0;
  auto reading = encrypted_ ? client_->Read(buffer.data(), buffer.size(), got)
                            : client_->ReadPlain(buffer.data(), buffer.size(), got);
  const error_code error = co_await std::move(reading);
  if (!error) pending_.assign(buffer.data(), got);
  co_return error;
}

asio::awaitable<SmtpSession::Answer> SmtpSession::ReadReply() {
  Answer answer;
  SmtpReplyParser parser;
  for (;;) {
    pending_.erase(0, parser.Take(pending_));
    if (parser.state() != SmtpReplyParser::State::kMore) break;
    auto filling = Fill();
    const error_code error = co_await std::move(filling);
    if (error) {
      answer.problem = ConnectionText(error);
      co_return answer;
    }
  }
  if (parser.state() == SmtpReplyParser::State::kDone) {
    answer.reply = parser.reply();
  } else {
    answer.problem = parser.problem();
  }
  co_return answer;
}

asio::awaitable<SmtpSession::Answer> SmtpSession::Command(std::string_view line) {
  const std::string text = std::string(line) + "\r\n";
  auto writing = encrypted_ ? client_->Write(text) : client_->WritePlain(text);
  const error_code error = co_await std::move(writing);
  if (error) {
    Answer failed;
    failed.problem = ConnectionText(error);
    co_return failed;
  }
  auto reading = ReadReply();
  Answer answer = co_await std::move(reading);
  co_return answer;
}

}  // namespace tlswarden
