#include "daemon/log_sink.h"

#include <chrono>
#include <type_traits>
#include <utility>
#include <variant>

#include "daemon/record_lines.h"

namespace tlswarden {
namespace {

// While records come, the thread looks again after this time, since waking it for each costs as
// much as writing the line.
constexpr std::chrono::milliseconds kLookAgain{5};

LogLevel ToLogLevel(Notice::Level level) {
  switch (level) {
    case Notice::Level::kError:
      return LogLevel::kError;
    case Notice::Level::kWarning:
      return LogLevel::kWarning;
    case Notice::Level::kInfo:
      return LogLevel::kInfo;
  }
  return LogLevel::kInfo;
}

}  // namespace

LogSink::LogSink(SyslogSink& syslog) : syslog_(syslog), thread_([this] { Loop(); }) {}

LogSink::~LogSink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void LogSink::Write(Record record) {
  std::unique_lock lock(mutex_);
  if (waiting_.size() >= kMaxWaitingRecords) {
    lock.unlock();
    Emit(record);
    return;
  }
  waiting_.push_back(std::move(record));
  const bool wake = std::exchange(asleep_, false);
  lock.unlock();
  if (wake) changed_.notify_all();
}

void LogSink::Flush() {
  std::unique_lock lock(mutex_);
  changed_.notify_all();
  changed_.wait(lock, [this] { return waiting_.empty() && !emitting_; });
}

void LogSink::Loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (waiting_.empty()) {
      if (stopping_) return;
      asleep_ = true;
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      asleep_ = false;
    }
    std::vector<Record> batch;
    batch.swap(waiting_);
    emitting_ = true;
    lock.unlock();
    syslog_.Hold();
    for (const Record& record : batch) Emit(record);
    syslog_.Release();
    lock.lock();
    emitting_ = false;
    changed_.notify_all();
    if (!stopping_) changed_.wait_for(lock, kLookAgain);
  }
}

void LogSink::Emit(const Record& record) {
  std::visit(
      [this](const auto& typed) {
        if constexpr (std::is_same_v<std::decay_t<decltype(typed)>, Notice>) {
          syslog_.Message(ToLogLevel(typed.level), typed.text);
        } else {
          syslog_.Write(ToLogLine(typed));
        }
      },
      record);
}

}  // namespace tlswarden
