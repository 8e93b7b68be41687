// libmilter_events: from libmilter's arguments and macros to the session's events.
//
// Beside milter_door.cc, which has the callbacks. What is returned points into libmilter's memory:
// valid until the callback returns.
#ifndef TLSWARDEN_MILTER_LIBMILTER_EVENTS_H_
#define TLSWARDEN_MILTER_LIBMILTER_EVENTS_H_

#include <libmilter/mfapi.h>

#include <string>
#include <string_view>

#include "milter/mail.h"
#include "milter/recipient.h"

namespace tlswarden {

// Which macros the MTA shall send at which stage. For xxfi_negotiate.
void AskForMacros(SMFICTX* context);

// The value of a macro, or nothing.
std::string_view Macro(SMFICTX* context, const char* name);

// `arguments` are the callback's: the address, ESMTP parameters, nullptr.
MailEvent MailEventOf(SMFICTX* context, char** arguments);
RcptEvent RcptEventOf(SMFICTX* context, char** arguments, const std::string& dsn_parameters);

// The parameters that RFC 3461 lets a client give with a recipient: "NOTIFY=NEVER ORCPT=…".
std::string DsnParameters(char** arguments);

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_LIBMILTER_EVENTS_H_
