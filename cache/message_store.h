// MessageStore: what a message demands for its recipients, kept by the MTA's queue id until it is
// delivered: the milter writes, Sendmail asks back through the socketmap.
//
// One SQLite file. A row is on the disk before the MTA takes the message, since the mail must not
// outlive the demand.
#ifndef TLSWARDEN_CACHE_MESSAGE_STORE_H_
#define TLSWARDEN_CACHE_MESSAGE_STORE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/sqlite.h"
#include "policy/mail_address.h"
#include "policy/message_tag.h"
#include "policy/record.h"
#include "policy/result.h"
#include "policy/time.h"

namespace tlswarden {

// How long a row is kept. An MTA gives a message up after some days.
inline constexpr std::chrono::hours kMessageAge{30 * 24};
inline constexpr std::size_t kMaxMessageRows = 1'000'000;  // some 100 octets each
inline constexpr std::size_t kMaxQueueIdKept = 64;         // octets

struct StoredTag {
  // As the MTA will deliver to it (Sendmail: {rcpt_addr}), in any form that CanonicalRecipient
  // takes. Empty: whatever recipient of the message has no entry of its own, such as those that an
  // alias turns into.
  std::string address;
  std::string tag;
};

// Thread-safe.
class MessageStore {
 public:
  using Clock = std::function<Time()>;

  // Opens or makes the file; a damaged one is moved aside (sqlite_file.h). Errors: with the path.
  // The sink must outlive the store.
  static Result<std::unique_ptr<MessageStore>> Open(const std::string& path, RecordSink& sink,
                                                    Clock clock,
                                                    std::size_t max_rows = kMaxMessageRows);

  // Keeps the tags of one message. True: they are on the disk, all of them. False: none is; the
  // message must not be taken now. What a queue id had before is forgotten: the MTA uses it anew.
  bool Put(std::string_view queue_id, const std::vector<StoredTag>& recipients);

  // Nothing: the message demands nothing of its own, as far as is known. Errors, each with a
  // warning: the file can't be read (one warning until it can), or the row is one that nobody here
  // can have written. The message has to wait then.
  Result<std::optional<std::string>> Tag(std::string_view queue_id, std::string_view address);

 private:
  MessageStore(SqliteDb reader, SqliteDb writer, RecordSink& sink, Clock clock,
               std::size_t max_rows);
  std::optional<std::string> Write(std::string_view queue_id,
                                   const std::vector<StoredTag>& recipients, Time now);
  void RemoveOld(Time now);
  void Complain(const std::string& what);

  RecordSink& sink_;
  const Clock clock_;
  const std::int64_t max_rows_;

  std::mutex reader_mutex_;  // guards the three below; who asks doesn't wait for a commit
  SqliteDb reader_;
  SqliteStatement select_;
  bool complained_of_reading_ = false;

  std::mutex writer_mutex_;  // guards what follows
  SqliteDb writer_;
  std::int64_t rows_at_most_;
  bool complained_of_loss_ = false;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_CACHE_MESSAGE_STORE_H_
