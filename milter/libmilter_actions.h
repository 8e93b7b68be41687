// libmilter_actions: from a decision to libmilter's calls.
//
// Beside milter_door.cc, which has the callbacks. For their threads only.
#ifndef TLSWARDEN_MILTER_LIBMILTER_ACTIONS_H_
#define TLSWARDEN_MILTER_LIBMILTER_ACTIONS_H_

#include <libmilter/mfapi.h>

#include "milter/end_of_message.h"
#include "milter/reply.h"

namespace tlswarden {

// All that Apply may ask the MTA for.
inline constexpr unsigned long kWantedActions = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_ADDRCPT |
                                                SMFIF_ADDRCPT_PAR | SMFIF_DELRCPT |
                                                SMFIF_QUARANTINE | SMFIF_SETSYMLIST;

sfsistat Answer(SMFICTX* context, const Reply& reply);

// At the end of a message that isn't refused. False: the MTA refused a change, so the message must
// not go on as if it had been made.
bool Apply(SMFICTX* context, const EndOfMessage& end);

}  // namespace tlswarden

#endif  // TLSWARDEN_MILTER_LIBMILTER_ACTIONS_H_
