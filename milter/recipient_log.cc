#include "milter/recipient_log.h"

#include <variant>

namespace tlswarden {

void RecipientLog::Release(const std::string& queue_id) {
  for (auto& held : held_) {
    std::visit(
        [&](auto& record) {
          record.queue_id = queue_id;
          sink_.Write(std::move(record));
        },
        held);
  }
  decltype(held_)().swap(held_);  // clear() would keep the memory for the connection's life
}

// Lines are lost when memory is short; the daemon isn't.
RecipientLog::~RecipientLog() {
  try {
    Release("");
  } catch (...) {
  }
}

}  // namespace tlswarden
