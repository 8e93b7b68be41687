// config_messages: loads the settings for a command and tells a person what is wrong with them.
#ifndef TLSWARDEN_DAEMON_CONFIG_MESSAGES_H_
#define TLSWARDEN_DAEMON_CONFIG_MESSAGES_H_

#include <optional>

#include "daemon/commands.h"
#include "daemon/settings.h"

namespace tlswarden {

// Prints errors and warnings to standard error. Nothing when there is an error.
// A missing file is an error when it was named, or when must_exist says so.
std::optional<Loaded> LoadOrComplain(const CommandLine& line, bool must_exist);

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_CONFIG_MESSAGES_H_
