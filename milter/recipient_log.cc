#include "milter/recipient_log.h"

#include <utility>

namespace tlswarden {

void RecipientLog::Add(VerdictGiven record) {
  const bool accepted = record.reply.empty();
  if (accepted && record.queue_id.empty() && held_.size() < kMaxHeldRecords) {
    held_.push_back(std::move(record));
  } else {
    sink_.Write(std::move(record));
  }
}

void RecipientLog::Release(const std::string& queue_id) {
  for (VerdictGiven& record : held_) {
    record.queue_id = queue_id;
    sink_.Write(std::move(record));
  }
  held_.clear();
}

}  // namespace tlswarden
