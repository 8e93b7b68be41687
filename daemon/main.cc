// tlswarden: reads the command line and starts a command.

#include <boost/program_options.hpp>
#include <iostream>

#include "daemon/commands.h"
#include "daemon/options.h"
#include "daemon/print.h"

namespace tlswarden {
namespace {

namespace po = boost::program_options;

// What explain may be told of a message.
void DescribeMessage(MessageOptions& message, po::options_description& options) {
  const auto from = [&message](const std::string& text) { message.from = text; };
  options.add_options()("from", po::value<std::string>()->notifier(from))(
      "to", po::value(&message.to))("client", po::value(&message.client))(
      "client-name", po::value(&message.client_name))("user", po::value(&message.user))(
      "header", po::value(&message.headers))("listener", po::value(&message.listener))(
      "transport", po::value(&message.transport))("direction", po::value(&message.direction))(
      "tls-version", po::value(&message.tls_version))("cipher", po::value(&message.cipher))(
      "bits", po::value(&message.bits))("subject", po::value(&message.subject))(
      "issuer", po::value(&message.issuer));
}

void DescribeReport(ReportRequest& report, po::options_description& options) {
  options.add_options()("day", po::value(&report.day))("domain", po::value(&report.domain))(
      "message", po::value(&report.message))("log", po::value(&report.log))(
      "html", po::value(&report.html))("send", po::bool_switch(&report.send))(
      "dry-run", po::bool_switch(&report.dry_run))("now", po::value(&report.now));
}

po::options_description DescribeOptions(CommandLine& line) {
  po::options_description options;
  const std::string default_path(kConfigPath);
  auto* config = po::value(&line.config_file)->default_value(default_path);
  options.add_options()("config,c", config)("json", po::bool_switch(&line.json))(
      "print", po::bool_switch(&line.print))("would", po::bool_switch(&line.would))(
      "pidfile", po::value(&line.pid_file))("user", po::value(&line.user))("help,h", "")(
      "version,V", "")("command", po::value(&line.command))("arguments",
                                                            po::value(&line.arguments));
  DescribeMessage(line.message, options);
  DescribeReport(line.report, options);
  return options;
}

int UsageError(const std::string& what) {
  std::cerr << "tlswarden: " << what << "; see tlswarden --help\n";
  return kExitUsage;
}

int Dispatch(const CommandLine& line) {
  const bool takes_arguments =
      line.command == "explain" || line.command == "report" || line.command == "cache";
  if (!takes_arguments && !line.arguments.empty()) {
    return UsageError(line.command + " takes no argument: " + line.arguments.front());
  }
  if (line.command == "run") return RunCommand(line);
  if (line.command == "check-config") return CheckConfigCommand(line);
  if (line.command == "doctor") return DoctorCommand(line);
  if (line.command == "explain") return ExplainCommand(line);
  if (line.command == "status") return StatusCommand(line);
  if (line.command == "report") return ReportCommand(line);
  if (line.command == "cache") return CacheCommand(line);
  if (line.command.empty()) return UsageError("no command given");
  return UsageError("unknown command " + line.command);
}

int Main(int argc, char** argv) {
  CommandLine line;
  const po::options_description options = DescribeOptions(line);
  po::positional_options_description positions;
  positions.add("command", 1).add("arguments", -1);
  po::variables_map given;
  try {
    auto parser = po::command_line_parser(argc, argv).options(options).positional(positions);
    po::store(parser.run(), given);
    po::notify(given);
  } catch (const po::error& e) {
    return UsageError(e.what());
  }
  line.config_given = !given["config"].defaulted();
  if (given.count("help") != 0) {
    std::cout << PrintHelp();
    return kExitGood;
  }
  if (given.count("version") != 0) {
    std::cout << "tlswarden " TLSWARDEN_VERSION "\n";
    return kExitGood;
  }
  return Dispatch(line);
}

}  // namespace
}  // namespace tlswarden

int main(int argc, char** argv) {
  try {
    return tlswarden::Main(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "tlswarden: " << e.what() << '\n';
    return tlswarden::kExitBadNews;
  }
}
