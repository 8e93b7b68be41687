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
  held_.clear();
}

}  // namespace tlswarden
