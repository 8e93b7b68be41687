// CommandRun: runs a command as a function, with a configuration in a folder of its own, and keeps
// what it says.
#ifndef TLSWARDEN_TESTS_UNIT_DAEMON_COMMAND_RUN_H_
#define TLSWARDEN_TESTS_UNIT_DAEMON_COMMAND_RUN_H_

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "daemon/commands.h"
#include "daemon/wall_clock.h"
#include "report/ledger.h"
#include "tests/unit/cache/build.h"

namespace tlswarden {

struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

// For `EXPECT_EQ(code, …) << ran`.
inline std::ostream& operator<<(std::ostream& stream, const Ran& ran) {
  return stream << "\nstdout: " << ran.out << "\nstderr: " << ran.err;
}

inline std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class CommandRun : public testing::Test {
 protected:
  CommandRun() {
    line.config_file = dir / "tlswarden.conf";
    line.config_given = true;
    Configure("");
  }

  // The last one of a key counts.
  void Configure(const std::string& more) {
    std::ofstream(line.config_file)
        << "[log]\nfacility = stderr\n"
           "[resolver]\nnameserver = 127.0.0.1:1\ntimeout = 100ms\n"
           "attempts = 1\n"
        << more << "[outbound]\nwould-log = sqlite:" << would << "\n"
        << "[tlsrpt]\nledger = sqlite:" << ledger << "\nreceived = sqlite:" << received
        << "\nqueue = sqlite:" << queue << "\nmail-log = " << mail_log
        << "\norganization-name = Corp Inc.\ncontact-info = " << contact << "\n";
  }

  void TurnOff(const std::string& setting) {
    std::string text = ContentOf(line.config_file);
    const std::size_t at = text.find(setting + " = ");
    text.replace(at, text.find('\n', at) - at, setting + " =");
    std::ofstream(line.config_file) << text;
  }

  Ran Run(int (*command)(const CommandLine&), const std::string& input = "") {
    std::istringstream given(input);
    std::streambuf* const standard = std::cin.rdbuf(given.rdbuf());
    std::cin.clear();
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Ran ran;
    ran.code = command(line);
    std::cout.flush();
    ran.err = testing::internal::GetCapturedStderr();
    ran.out = testing::internal::GetCapturedStdout();
    std::cin.rdbuf(standard);
    return ran;
  }

  // An event for each of so many sessions of a day.
  void Count(const std::string& domain, int successes, int failures, Time at,
             TlsReached reached = TlsReached::kEncrypted) {
    Ledger counted(
        ledger, [](const std::string& what) { ADD_FAILURE() << what; }, [at] { return at; });
    TlsEvent event;
    event.at = at;
    event.domain = domain;
    event.policy.type = "no-policy-found";
    event.policy.domain = domain;
    event.reached = reached;
    for (int i = 0; i < successes; ++i) counted.Add(event);
    event.outcome = TlsEvent::Outcome::kFailure;
    event.reached = TlsReached::kUnknown;
    event.details = {{"starttls-not-supported", "", "mx." + domain, "", "", "", "", 1}};
    for (int i = 0; i < failures; ++i) counted.Add(event);
  }

  static boost::json::value Json(const Ran& ran) {
    boost::json::error_code wrong;
    boost::json::value value = boost::json::parse(ran.out, wrong);
    EXPECT_FALSE(wrong) << wrong.message() << ran;
    return value;
  }

  TempDir dir;
  std::string ledger = dir / "ledger.db";
  std::string received = dir / "received.db";
  std::string queue = dir / "reports.db";
  std::string would = dir / "would.db";
  std::string mail_log = dir / "mail.log";
  std::string contact = "tls@corp.test";
  CommandLine line;
};

// What a path that should be a database may be instead.
inline void MakeFolder(const std::string& path) { std::filesystem::create_directory(path); }
inline void MakeText(const std::string& path) { std::ofstream(path) << std::string(5000, 'x'); }

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_DAEMON_COMMAND_RUN_H_
