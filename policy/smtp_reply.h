// SmtpReply: a server's reply (RFC 5321 section 4.2), read piece by piece, whatever it sends.
//
// Pure. Who looks at MX hosts and who hands in mail both read by it; it knows nothing of sockets.
#ifndef TLSWARDEN_POLICY_SMTP_REPLY_H_
#define TLSWARDEN_POLICY_SMTP_REPLY_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tlswarden {

// RFC 5321 section 4.5.3.1.5 allows 512 octets for a line; some servers send more.
inline constexpr std::size_t kMaxReplyLineOctets = 2048;
inline constexpr std::size_t kMaxReplyOctets = 16384;
inline constexpr std::size_t kMaxReplyLines = 128;

struct SmtpReply {
  int code = 0;                    // 200 to 599
  std::vector<std::string> lines;  // without code and line end; what isn't printable ASCII is '?'
  bool operator==(const SmtpReply&) const = default;
};

inline bool IsPositive(const SmtpReply& reply) { return reply.code / 100 == 2; }
inline bool IsPermanent(const SmtpReply& reply) { return reply.code / 100 == 5; }
inline bool IsTransient(const SmtpReply& reply) { return reply.code / 100 == 4; }

// "454 TLS not available", in one line, short.
std::string ToString(const SmtpReply& reply);

// Whether the reply to EHLO lists a keyword (section 4.1.1.1), in any case. `keyword` is in upper
// case.
bool HasKeyword(const SmtpReply& reply, std::string_view keyword);

// Reads one reply. After kDone or kBad it takes nothing more.
class SmtpReplyParser {
 public:
  enum class State { kMore, kDone, kBad };

  // Returns how many octets of `text` belong to the reply; all of them unless it ended.
  std::size_t Take(std::string_view text);

  State state() const { return state_; }
  const SmtpReply& reply() const { return reply_; }        // REQUIRES: kDone
  const std::string& problem() const { return problem_; }  // kBad: "line without a reply code"

 private:
  void EndLine();
  void Fail(std::string problem);

  State state_ = State::kMore;
  SmtpReply reply_;
  std::string line_;  // the one under way
  std::size_t octets_ = 0;
  std::string problem_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_SMTP_REPLY_H_
