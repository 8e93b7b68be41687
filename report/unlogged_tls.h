// unlogged_tls: what a delivery's own line tells of TLS where the MTA logged no handshake.
//
// Pure. Postfix's words at the beginning and at the end of a text are its own; what a server said
// stands between them and counts for nothing.
#ifndef TLSWARDEN_REPORT_UNLOGGED_TLS_H_
#define TLSWARDEN_REPORT_UNLOGGED_TLS_H_

#include "report/log_process.h"
#include "report/logged_session.h"

namespace tlswarden {

// Whether MAIL FROM and more went over the connection.
bool EnvelopeWasSent(const LogDelivery& delivery);

// Whether there was a session that counts; then `tls` says how far it came: by Postfix's words
// ("TLS is required, but …"), by smtp_log_tls_feature_status of 3.11, or in the clear, since an MTA
// that logs TLS has logged none. REQUIRES: the delivery has a relay.
bool ReadUnloggedTls(const LogDelivery& delivery, LoggedTls& tls);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_UNLOGGED_TLS_H_
