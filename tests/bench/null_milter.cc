// The yardstick of the milter benchmark: libmilter and nothing behind it. It registers the
// callbacks that tlswarden registers, asks the MTA for what it is told to ask, and answers
// "continue" to all.
//
//   bench_null_milter --socket unix:/path [--actions N] [--protocol N] [--macros "3=i
//   {rcpt_addr};5=i"]
//
// --protocol: the SMFIP_ bits, --actions: the SMFIF_ bits, --macros: the lists of macros wanted for
// a stage, numbered as SMFIM_ does. bench_milter_load --negotiation prints all three of a running
// filter in this form. Runs until killed.

#include <libmilter/mfapi.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "support.h"

namespace tlswarden::bench {
namespace {

struct MacroList {
  int stage;
  std::string names;
};

// What to ask for. Written by main before libmilter starts its threads.
unsigned long wanted_actions = 0;
unsigned long wanted_protocol = 0;
std::vector<MacroList> wanted_macros;

std::vector<MacroList> ParseMacros(const std::string& text) {
  std::vector<MacroList> lists;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(';', begin), text.size());
    const std::string item = text.substr(begin, end - begin);
    if (item.size() < 2 || item[0] < '0' || item[0] > '6' || item[1] != '=') {
      Die("--macros: STAGE=NAMES;..., not %s", item.c_str());
    }
    lists.push_back({item[0] - '0', item.substr(2)});
    begin = end + 1;
  }
  return lists;
}

sfsistat Negotiate(SMFICTX* context, unsigned long offered_actions, unsigned long offered_protocol,
                   unsigned long, unsigned long, unsigned long* actions, unsigned long* protocol,
                   unsigned long* unused2, unsigned long* unused3) {
  *actions = wanted_actions & offered_actions;
  *protocol = wanted_protocol & offered_protocol;
  *unused2 = 0;
  *unused3 = 0;
  for (MacroList& list : wanted_macros) {
    smfi_setsymlist(context, list.stage, list.names.data());
  }
  return SMFIS_CONTINUE;
}

sfsistat Connect(SMFICTX*, char*, sockaddr*) { return SMFIS_CONTINUE; }
sfsistat Envelope(SMFICTX*, char**) { return SMFIS_CONTINUE; }
sfsistat Plain(SMFICTX*) { return SMFIS_CONTINUE; }

// Without the other callbacks libmilter itself answers "continue" to those commands, in case
// --protocol doesn't suppress them.
smfiDesc Description() {
  static char name[] = "null";
  smfiDesc description{};
  description.xxfi_name = name;
  description.xxfi_version = SMFI_VERSION;
  description.xxfi_flags = SMFI_CURR_ACTS;
  description.xxfi_connect = Connect;
  description.xxfi_envfrom = Envelope;
  description.xxfi_envrcpt = Envelope;
  description.xxfi_eom = Plain;
  description.xxfi_abort = Plain;
  description.xxfi_close = Plain;
  description.xxfi_negotiate = Negotiate;
  return description;
}

int Run(std::string socket) {
  umask(0117);
  if (smfi_setconn(socket.data()) != MI_SUCCESS || smfi_register(Description()) != MI_SUCCESS ||
      smfi_opensocket(true) != MI_SUCCESS) {
    Die("can't listen on %s", socket.c_str());
  }
  return smfi_main() == MI_SUCCESS ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace tlswarden::bench

int main(int argc, char** argv) {
  using namespace tlswarden::bench;
  const Flags flags(argc, argv, {"socket", "actions", "protocol", "macros"});
  // What tlswarden asks for on a UNIX socket: MAIL, RCPT and the end of the message, nothing else.
  constexpr std::uint64_t kProtocol = SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOHDRS | SMFIP_NOEOH |
                                      SMFIP_NOBODY | SMFIP_NOUNKNOWN | SMFIP_NODATA;
  wanted_actions = flags.Number("actions", 0, SMFI_CURR_ACTS, SMFIF_SETSYMLIST);
  wanted_protocol = flags.Number("protocol", 0, SMFI_CURR_PROT, kProtocol);
  wanted_macros =
      ParseMacros(flags.Text("macros", "3=i {rcpt_addr} {rcpt_host} {rcpt_mailer};5=i"));
  return Run(flags.Text("socket", "unix:null-milter.sock"));
}
