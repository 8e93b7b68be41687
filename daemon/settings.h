// Settings: everything the administrator can set, checked and typed.
//
// A plain value: made once at start from the configuration file, then only read. Defaults stand in
// the option table (options.h), nowhere else: take DefaultSettings(), not Settings{}.
#ifndef TLSWARDEN_DAEMON_SETTINGS_H_
#define TLSWARDEN_DAEMON_SETTINGS_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/list_file.h"
#include "daemon/listen_address.h"
#include "daemon/log_format.h"
#include "daemon/read_file.h"
#include "daemon/rule_lists.h"
#include "milter/per_message.h"
#include "policy/probe_demand.h"
#include "policy/rule.h"
#include "policy/verdict.h"
#include "resolver/trust_ad.h"

namespace tlswarden {

enum class LogFacility {
  kMail,
  kDaemon,
  kLocal0,
  kLocal1,
  kLocal2,
  kLocal3,
  kLocal4,
  kLocal5,
  kLocal6,
  kLocal7,
  kStderr,
};

// What is done about the header of RFC 8689 section 3.
enum class TlsRequiredNo { kHonour, kIgnore };

// How reports that are mailed leave.
enum class SubmitBy { kSmtp, kSendmail };

struct Settings {
  struct Milter {
    std::optional<ListenAddress> socket;  // empty: off
    unsigned socket_mode = 0;
    PerMessage per_message = PerMessage::kOff;
    DomainSet local_domains;
    std::string messages;  // the SQLite file's path; empty: off
    bool operator==(const Milter&) const = default;
  };
  struct Socketmap {
    std::vector<ListenAddress> listen;  // empty: off
    unsigned socket_mode = 0;
    bool operator==(const Socketmap&) const = default;
  };
  struct Log {
    LogFacility facility = LogFacility::kMail;
    LogFormat format = LogFormat::kText;
    LogLevel level = LogLevel::kInfo;
    bool operator==(const Log&) const = default;
  };
  struct Resolver {
    std::vector<NameServer> nameservers;  // empty: those of resolv.conf
    TrustAd trust_ad = TrustAd::kLoopback;
    std::chrono::milliseconds timeout{};
    int attempts = 0;
    bool operator==(const Resolver&) const = default;
  };
  struct MtaSts {
    bool enabled = false;
    std::string ca_file;  // empty: the system's CAs
    std::chrono::milliseconds timeout{};
    bool allow_private_addresses = false;
    bool operator==(const MtaSts&) const = default;
  };
  struct Dane {
    bool enabled = false;
    bool operator==(const Dane&) const = default;
  };
  struct Cache {
    std::string store;  // the SQLite file's path; empty: memory only
    std::size_t memory_entries = 0;
    bool operator==(const Cache&) const = default;
  };
  struct Probe {
    ProbeMode mode = ProbeMode::kNever;
    std::chrono::milliseconds timeout{};
    std::chrono::milliseconds max_age{};
    std::vector<std::string> source_addresses;  // empty: the system's choice
    std::string helo_name;                      // empty: the machine's host name
    std::size_t per_minute = 0;
    bool operator==(const Probe&) const = default;
  };
  struct Outbound {
    Mode mode = Mode::kEnforce;
    OnFailure on_failure = OnFailure::kDefer;
    std::chrono::milliseconds deadline{};
    bool all_or_none = false;
    TlsRequiredNo tls_required_no = TlsRequiredNo::kHonour;
    std::string notify;     // a mail address; empty: no mail
    std::string would_log;  // the SQLite file's path; empty: off
    RememberTls remember_tls = RememberTls::kWarn;
    bool learn = false;
    bool operator==(const Outbound&) const = default;
  };
  struct Notify {
    ListenAddress relay;
    std::string sender;  // of the envelope; empty: <>
    bool operator==(const Notify&) const = default;
  };
  struct Inbound {
    Mode mode = Mode::kObserve;
    TlsVersion minimum_tls = TlsVersion::kNone;
    OnFailure on_failure = OnFailure::kReject;
    bool received_tls_header = false;
    bool operator==(const Inbound&) const = default;
  };

  struct Tlsrpt {
    std::string socket;  // empty: off
    unsigned socket_mode = 0;
    std::string mail_log;  // "off", "journal", or a path
    std::string ledger;    // the SQLite file's path; empty: off
    std::chrono::milliseconds keep{};
    std::string received;  // likewise a path
    bool send = false;
    std::string organization_name;
    std::string contact_info;
    std::string sender;  // empty: contact_info
    SubmitBy submit = SubmitBy::kSmtp;
    ListenAddress relay;
    std::chrono::milliseconds spread{};
    std::string queue;  // a path
    bool operator==(const Tlsrpt&) const = default;
  };

  Milter milter;
  Socketmap socketmap;
  Log log;
  Resolver resolver;
  MtaSts mta_sts;
  Dane dane;
  Cache cache;
  Probe probe;
  Outbound outbound;
  Notify notify;
  Inbound inbound;
  Tlsrpt tlsrpt;
  std::vector<Rule> rules;     // in the order of the file, without what stands in lists
  std::vector<ListUse> lists;  // in the order of the file
  bool operator==(const Settings&) const = default;
};

// With errors the settings must not be used. All errors are found in one go; each is one line,
// `FILE:LINE: [SECTION] KEY ...`.
struct Loaded {
  Settings settings;
  std::vector<Rule> rules;  // those of the settings, with what stands in lists; empty with errors
  ListFiles lists;
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
};

// What the text alone doesn't say.
struct Surroundings {
  FileReader read_list = nullptr;  // nullptr: there are no lists
  Time now{};
};

Surroundings RealSurroundings();

// Pure but for the reader of lists. `file_name` appears in the messages.
Loaded ParseSettings(std::string_view text, std::string_view file_name,
                     const Surroundings& surroundings = {});

// A missing file is an error, or means the defaults.
Loaded LoadSettings(const std::string& path, bool missing_is_fine);

Settings DefaultSettings();

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_SETTINGS_H_
