// RecipientLog: holds the records of a message's accepted recipients until its queue id is known.
//
// Postfix has no queue id before the first accepted recipient, but `grep QUEUEID` should find the
// line of that recipient, too. Refused recipients are recorded at once: their message may never
// get an id.
#ifndef TLSWARDEN_MILTER_RECIPIENT_LOG_H_
#define TLSWARDEN_MILTER_RECIPIENT_LOG_H_

#include <string>
#include <vector>

#include "policy/record.h"

namespace tlswarden {

inline constexpr std::size_t kMaxHeldRecords = 1000;  // more are written without waiting

// Not thread-safe. The sink must outlive it.
class RecipientLog {
 public:
  explicit RecipientLog(RecordSink& sink) : sink_(sink) {}
  ~RecipientLog() { Release(""); }
  RecipientLog(const RecipientLog&) = delete;
  RecipientLog& operator=(const RecipientLog&) = delete;

  // record.queue_id is what the MTA said so far.
  void Add(VerdictGiven record);

  // Writes what is held, under this id; an empty one if the message got none.
  void Release(const std::string& queue_id);

 private:
  RecordSink& sink_;
  std::vector<VerdictGiven> held_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_RECIPIENT_LOG_H_
