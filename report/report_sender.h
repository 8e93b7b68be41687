// ReportSender: makes the reports that are due and brings them to their targets (RFC 8460 sections
// 3 and 5), on a thread of its own in the daemon, or once for a command.
//
// What is sent, to whom and how far it has come lies in the ReportQueue; this drives it.
//
// Each target of a record is tried on its own, until it accepts, refuses for good, or 24 hours are
// over. A report is delivered when at least one has accepted (section 3); the others go on. One try
// at a time, in the order of how often a target has failed, so that those who are slow or gone are
// behind those who aren't; a peer that can't be had (PeerOf) fails for all its targets at once.
//
// Mail about TLS must get through where TLS is broken, and must not be reported on again
// (section 5.5 and RFC 8689): compose_mail writes `TLS-Required: No`, on which Postfix from 3.10
// neither asks a policy map nor counts. Other MTAs count it. The daemon's own doors know such mail
// by its envelope sender, SenderOptions::sender, which nothing else should use: the milter has to
// let it pass, and what follows a mail log has to leave its sessions out.
#ifndef TLSWARDEN_REPORT_REPORT_SENDER_H_
#define TLSWARDEN_REPORT_REPORT_SENDER_H_

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "policy/record.h"
#include "report/report_maker.h"
#include "report/report_queue.h"
#include "report/smtp_submit.h"

namespace tlswarden {

// What came of a POST.
struct PostOutcome {
  enum class Status {
    kAccepted,   // 2xx
    kTemporary,  // a later try may succeed
    kPermanent,  // not for this target
  } status = Status::kTemporary;
  std::string why;           // when it wasn't accepted; else a remark for the log, or empty
  bool unreachable = false;  // the host said nothing: others would wait for it in vain, too
};

// What the mail for one target is made of.
struct ReportMail {
  const QueuedReport& report;
  std::string to;      // a plain address
  std::string sender;  // for From
  std::string submitter;
};

struct SenderDoors {
  MakerDoors maker;
  // The message, lines ending in LF or CRLF. For the same report and target always the very same:
  // Date is `made`, Message-ID and boundary come from the report-id.
  std::function<std::string(const ReportMail&)> compose_mail;
  // Both block, in bounded time, well below SendTimes::first_step.
  std::function<SmtpOutcome(const SmtpMail&)> submit;
  std::function<PostOutcome(const std::string& uri, const std::string& octets,
                            const std::string& media_type)>
      post;
  std::function<Time()> clock;
};

inline constexpr char kReportMediaType[] = "application/tlsrpt+gzip";  // RFC 8460 section 6.4

struct SenderOptions {
  MakerOptions maker;
  std::string sender;         // of the envelope and From; a plain address
  int reports_a_minute = 60;  // tries; at least 1
};

// What SendDue did.
struct SendCounts {
  std::size_t sent = 0;    // targets
  std::size_t failed = 0;  // targets, to be tried again
  std::size_t given_up = 0;
  std::size_t put_off = 0;  // reports: DNS doesn't say who wants them
  bool operator==(const SendCounts&) const = default;
};

class ReportSender {
 public:
  ReportSender(ReportQueue queue, SenderOptions options, SenderDoors doors);
  ~ReportSender();  // Stop

  // One thread begins, which calls all doors. A clock that jumps is noticed within a minute.
  void Start();
  // Returns when the door that is being called has. Thread-safe; may be called again.
  void Stop();

  // Without Start: all that is due now, at the pace of the options. Errors: ledger or queue; what
  // was done until then is done.
  Result<SendCounts> SendDue();

  // Without Start: what SendDue would do, at most `most` of each; nothing is sent or changed.
  Result<std::vector<ReportPreview>> Preview(std::size_t most);
  Result<std::vector<Claim>> PreviewTargets(std::size_t most);  // of reports made before

 private:
  // A try whose outcome isn't in the file yet: nothing else is sent before it is.
  struct Outcome {
    Claim claim;
    TargetState state = TargetState::kWaiting;
    std::string why;
    bool peer_failed = false;
  };
  struct Progress {
    bool made = false;
    std::optional<TargetState> tried;
  };

  Result<Progress> Step(Time now);
  ReportQueue::Problem Keep(Time now);
  Outcome Try(Claim claim, Time now);
  void Tell(const Outcome& outcome);
  void Log(Notice::Level level, const std::string& text);
  void RunUntilStopped();
  std::chrono::milliseconds After(const Result<Progress>& progress, Time now);
  bool Pause(std::chrono::milliseconds wait);
  std::chrono::milliseconds Pace() const;

  ReportQueue queue_;
  const SenderOptions options_;
  const SenderDoors doors_;
  ReportMaker maker_;
  std::optional<Outcome> unkept_;
  bool complained_ = false;
  SendCounts counts_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_REPORT_SENDER_H_
