// let_go: the domains that the administrator has allowed to do without the TLS they had so far
// (doc/remember-tls.md), in a small text file beside the ledger.
//
// `cache purge` adds a line, the daemon reads them. The later line of a domain counts.
#ifndef TLSWARDEN_DAEMON_LET_GO_H_
#define TLSWARDEN_DAEMON_LET_GO_H_

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "policy/domain.h"
#include "policy/result.h"
#include "policy/time.h"

namespace tlswarden {

using LetGoTimes = std::unordered_map<std::string, Time>;  // by domain

inline constexpr std::size_t kMostLetGoOctets = 16 << 20;

// "…/ledger.db" → "…/let-go".
std::string LetGoPath(const std::string& ledger);

// Pure. Lines that are none are passed over.
LetGoTimes ParseLetGo(std::string_view text);

// No file is no domain. Errors: it can't be read, or is too large.
Result<LetGoTimes> ReadLetGo(const std::string& path);

// Appends. What went wrong, or nothing.
std::optional<std::string> AddLetGo(const std::string& path, const Domain& domain, Time now);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_LET_GO_H_
