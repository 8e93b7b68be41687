#include "daemon/report_sending.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "daemon/report_doors.h"
#include "daemon/wiring.h"
#include "report/sendmail_submit.h"
#include "resolver/https_post.h"
#include "resolver/wait_for.h"

namespace tlswarden {
namespace {

namespace asio = boost::asio;

// The doors have their own limits, which are shorter.
constexpr std::chrono::seconds kMostWait{90};

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
  explicit Parts(const Settings::Tlsrpt& settings) : tlsrpt(settings) {}
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

  SenderDoors Doors(const Settings& settings, RecordSink& log, std::function<Time()> clock);

  const Settings::Tlsrpt tlsrpt;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  Network network;
  std::unique_ptr<HttpsPost> post;
  std::unique_ptr<ReportSender> sender;
  std::thread thread;
};

SenderDoors ReportSending::Parts::Doors(const Settings& settings, RecordSink& log,
                                        std::function<Time()> clock) {
  SenderDoors doors = MakeFileDoors(settings, log);
  doors.maker.lookup = [this](const std::string& name) { return Texts(name); };
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
  const auto open = when == When::kPreview ? ReportQueue::OpenToRead : ReportQueue::Open;
  Result<ReportQueue> queue = open(settings.tlsrpt.queue, ReportSeed(settings), log, clock());
  if (!queue) return Error{"[tlsrpt] queue: " + queue.error()};
  auto parts = std::make_unique<Parts>(settings.tlsrpt);
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
  parts->sender = std::make_unique<ReportSender>(std::move(queue).value(),
                                                 MakeSenderOptions(settings, when != When::kSpread),
                                                 parts->Doors(settings, log, std::move(clock)));
  parts->thread = std::thread([io = &parts->io] { io->run(); });
  return std::unique_ptr<ReportSending>(new ReportSending(std::move(parts)));
}

}  // namespace tlswarden
