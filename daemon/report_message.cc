// `tlswarden report --message`: from the log lines of tlswarden and the MTA.

#include <chrono>
#include <iostream>

#include "daemon/local_time.h"
#include "daemon/report_commands.h"
#include "daemon/wall_clock.h"
#include "report/journal_entries.h"
#include "report/log_archive.h"
#include "report/message_proof.h"

namespace tlswarden {
namespace {

constexpr char kUsualLog[] = "/var/log/mail.log";

std::optional<std::string> ReadFiles(const std::string& path, ProofReader& reader) {
  Result<LogArchive> opened = LogArchive::Open(path);
  if (!opened) return opened.error();
  LogArchive archive = std::move(opened).value();
  const Time now = WallClock();
  const std::chrono::minutes offset = UtcOffset(now);
  while (const std::optional<std::string_view> text = archive.Next()) {
    const std::optional<MailLogLine> line = SplitLogLine(*text, now, offset);
    if (line) reader.Take(*line);
  }
  return std::nullopt;
}

std::optional<std::string> ReadJournal(ProofReader& reader) {
  Result<JournalEntries> opened = JournalEntries::Open();
  if (!opened) return opened.error();
  JournalEntries entries = std::move(opened).value();
  entries.GoBehind("");
  const JournalSink take = [&reader](const JournalEntry& entry) {
    const std::string text = JournalLine(entry);
    const std::optional<MailLogLine> line = SplitJournalLine(text, entry.at);
    if (line) reader.Take(*line);
  };
  while (true) {
    const Result<JournalEntries::Next> next = entries.Read(take);
    if (!next) return next.error();
    if (*next == JournalEntries::Next::kEnd) return std::nullopt;
  }
}

}  // namespace

int ShowMessage(const CommandLine& line, const Settings& settings) {
  std::string log = line.report.log;
  if (log.empty()) log = settings.tlsrpt.mail_log;
  if (log == "off") log = kUsualLog;
  ProofReader reader(line.report.message);
  const std::optional<std::string> error =
      log == "journal" ? ReadJournal(reader) : ReadFiles(log, reader);
  if (error) return Complain(kExitTemporary, *error + "; --log FILE names another mail log");
  const MessageProof& proof = reader.proof();
  if (line.json) {
    std::cout << ToJson(proof) << '\n';
  } else {
    std::cout << ToText(proof);
  }
  return proof.recipients.empty() ? kExitBadNews : kExitGood;
}

}  // namespace tlswarden
