// What is printed from the option table: the settings in effect, the sample file, --help and the
// manual page.
//
// Pure. contrib/tlswarden.conf and doc/tlswarden.conf.5 are this output; a unit test compares them.
#ifndef TLSWARDEN_DAEMON_PRINT_H_
#define TLSWARDEN_DAEMON_PRINT_H_

#include <string>

#include "daemon/settings.h"

namespace tlswarden {

// A configuration file that reads back as the same settings, but for the line numbers of rules.
std::string PrintEffective(const Settings& settings);

// Every key with its help and its default, commented out.
std::string PrintSample();

// tlswarden.conf(5), in man(7) macros.
std::string PrintManPage();

// Commands, options and the keys with their defaults.
std::string PrintHelp();

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_PRINT_H_
