#include "daemon/report_sending.h"

#include <unistd.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "daemon/wiring.h"
#include "report/gzip.h"
#include "report/ledger.h"
#include "report/report_json.h"
#include "report/report_mail.h"
#include "report/sendmail_submit.h"
#include "resolver/https_post.h"
#include "resolver/wait_for.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;

// The ledger's file is there once something was counted.
class LazyLedger {
 public:
  explicit LazyLedger(std::string path) : path_(std::move(path)) {}

  template <typename T, typename Read>
  Result<T> With(Read read) {
    if (!reader_) {
      Result<std::optional<LedgerReader>> opened = LedgerReader::OpenIfThere(path_);
      if (!opened) return Error{opened.error()};
      reader_ = std::move(opened).value();
    }
    if (!reader_) return T();  // nothing was counted yet
    return read(*reader_);
  }

 private:
  const std::string path_;
  std::optional<LedgerReader> reader_;
};

// The doors have their own limits, which are shorter.
constexpr std::chrono::seconds kMostWait{90};

// Of our own reports; the ledger's limits keep them far below.
constexpr std::size_t kMaxOwnReportOctets = 64 << 20;

// A number for this installation that stays the same.
std::uint64_t SeedOf(const Settings& settings) {
  return Spread(0, HostName() + '\n' + settings.tlsrpt.contact_info);
}

SenderOptions OptionsOf(const Settings& settings, ReportSending::When when) {
  SenderOptions options;
  options.sender = ReportSenderOf(settings.tlsrpt);
  options.maker.organization_name = settings.tlsrpt.organization_name;
  options.maker.contact_info = settings.tlsrpt.contact_info;
  options.maker.seed = SeedOf(settings);
  options.maker.times.spread =
      std::chrono::duration_cast<std::chrono::seconds>(settings.tlsrpt.spread);
  if (when == ReportSending::When::kNow) {
    options.maker.times.rest = options.maker.times.spread = std::chrono::seconds(0);
  }
  return options;
}

// The queue keeps what is sent; the text beside it is made from that.
std::string MailOf(const ReportMail& mail) {
  const Result<std::string> json = Gunzip(mail.report.octets, kMaxOwnReportOctets);
  const Result<TlsReport> report = json ? ParseReport(*json) : Error{json.error()};
  ReportMailContext context;
  context.domain = mail.report.domain;
  context.to = mail.to;
  context.from = mail.sender;
  context.host = HostName();
  context.unique = mail.report.report_id.substr(0, mail.report.report_id.find('@'));
  context.now = mail.report.made;
  return ComposeReportMail(report ? *report : TlsReport(), mail.report.octets, context);
}

PostOutcome OutcomeOf(const HttpsPostOutcome& posted) {
  PostOutcome outcome;
  using Status = HttpsPostOutcome::Status;
  outcome.status = posted.status == Status::kAccepted    ? PostOutcome::Status::kAccepted
                   : posted.status == Status::kTemporary ? PostOutcome::Status::kTemporary
                                                         : PostOutcome::Status::kPermanent;
  const bool accepted = outcome.status == PostOutcome::Status::kAccepted;
  outcome.why = accepted ? posted.certificate : posted.why;
  outcome.unreachable = posted.unreachable;
  return outcome;
}

}  // namespace

SmtpOutcome SubmitReportMail(const Settings::Tlsrpt& settings, const SmtpMail& mail) {
  if (settings.submit == SubmitBy::kSendmail) return SubmitBySendmail(mail);
  return Submit({settings.relay.host, settings.relay.port, settings.relay.path}, mail);
}

struct ReportSending::Parts {
  explicit Parts(const Settings& settings) : tlsrpt(settings.tlsrpt), ledger(tlsrpt.ledger) {}
  ~Parts() {
    if (sender) sender->Stop();
    io.stop();
    if (thread.joinable()) thread.join();
  }

  Result<std::vector<std::string>> Texts(const std::string& name) {
    return TextsOf(WaitFor(io, network.dns->Query(name, RrType::kTxt), kMostWait));
  }

  PostOutcome Post(const std::string& uri, const std::string& octets, const std::string& type) {
    const std::optional<HttpsPostOutcome> posted =
        WaitFor(io, post->Post(uri, octets, type), kMostWait);
    if (posted) return OutcomeOf(*posted);
    return {PostOutcome::Status::kTemporary, "it took too long", true};
  }

  SenderDoors Doors(RecordSink& log, std::function<Time()> clock);

  const Settings::Tlsrpt tlsrpt;
  LazyLedger ledger;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  Network network;
  std::unique_ptr<HttpsPost> post;
  std::unique_ptr<ReportSender> sender;
  std::thread thread;
};

SenderDoors ReportSending::Parts::Doors(RecordSink& log, std::function<Time()> clock) {
  SenderDoors doors;
  doors.maker.domains = [this](Day day) {
    return ledger.With<std::vector<std::string>>(
        [&](LedgerReader& reader) { return reader.Domains(day); });
  };
  doors.maker.tallies = [this](Day day, const std::string& domain) {
    return ledger.With<std::vector<PolicyTally>>(
        [&](LedgerReader& reader) { return reader.Tallies(day, domain); });
  };
  doors.maker.seen_record = [this](Day day, const std::string& domain) {
    return ledger.With<std::string>(
        [&](LedgerReader& reader) { return reader.TlsrptRecord(day, domain); });
  };
  doors.maker.lookup = [this](const std::string& name) { return Texts(name); };
  doors.maker.compose = [](const TlsReport& report) -> Result<std::string> {
    return Gzip(ToJson(report));
  };
  doors.maker.log = [&log](Notice notice) { log.Write(std::move(notice)); };
  doors.compose_mail = MailOf;
  doors.submit = [this](const SmtpMail& mail) { return SubmitReportMail(tlsrpt, mail); };
  doors.post = [this](const std::string& uri, const std::string& octets, const std::string& type) {
    return Post(uri, octets, type);
  };
  doors.clock = std::move(clock);
  return doors;
}

ReportSending::ReportSending(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ReportSending::~ReportSending() = default;
ReportSender& ReportSending::sender() { return *parts_->sender; }

Result<std::unique_ptr<ReportSending>> ReportSending::Make(const Settings& settings, When when,
                                                           RecordSink& log,
                                                           std::function<Time()> clock) {
  Result<ReportQueue> queue =
      ReportQueue::Open(settings.tlsrpt.queue, SeedOf(settings), log, clock());
  if (!queue) return Error{"[tlsrpt] queue: " + queue.error()};
  auto parts = std::make_unique<Parts>(settings);
  Result<Network> network = MakeNetwork(parts->io, settings);
  if (!network) return Error{network.error()};
  parts->network = std::move(network).value();
  HttpsPostOptions options;
  options.ca_file = settings.mta_sts.ca_file;
  options.allow_private_addresses = settings.mta_sts.allow_private_addresses;
  options.user_agent = "tlswarden/" TLSWARDEN_VERSION;
  Result<std::unique_ptr<HttpsPost>> post = HttpsPost::Create(*parts->network.dns, options);
  if (!post) return Error{"[mta-sts] ca-file: " + post.error()};
  parts->post = std::move(post).value();
  parts->sender = std::make_unique<ReportSender>(
      std::move(queue).value(), OptionsOf(settings, when), parts->Doors(log, std::move(clock)));
  parts->thread = std::thread([io = &parts->io] { io->run(); });
  return std::unique_ptr<ReportSending>(new ReportSending(std::move(parts)));
}

}  // namespace tlswarden
