// RecipientLog: holds what was decided of a message and its accepted recipients until its queue id
// is known.
//
// Postfix has no queue id before the first accepted recipient, but `grep QUEUEID` should find the
// line of that recipient, too. What refuses is recorded at once: such a message may never get an
// id.
#ifndef TLSWARDEN_MILTER_RECIPIENT_LOG_H_
#define TLSWARDEN_MILTER_RECIPIENT_LOG_H_

#include <string>
#include <utility>
#include <vector>

#include "policy/record.h"

namespace tlswarden {

inline constexpr std::size_t kMaxHeldRecords = 1000;  // more are written without waiting

// Not thread-safe. The sink must outlive it.
class RecipientLog {
 public:
  explicit RecipientLog(RecordSink& sink) : sink_(sink) {}
  ~RecipientLog();
  RecipientLog(const RecipientLog&) = delete;
  RecipientLog& operator=(const RecipientLog&) = delete;

  // VerdictGiven or InboundJudged; record.queue_id is what the MTA said so far.
  template <typename Judged>
  void Add(Judged record) {
    const bool accepted = record.reply.empty();
    if (accepted && record.queue_id.empty() && held_.size() < kMaxHeldRecords) {
      held_.push_back(std::move(record));
    } else {
      sink_.Write(std::move(record));
    }
  }

  // Writes what is held, under this id; an empty one if the message got none.
  void Release(const std::string& queue_id);

 private:
  RecordSink& sink_;
  std::vector<std::variant<VerdictGiven, InboundJudged>> held_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_RECIPIENT_LOG_H_
