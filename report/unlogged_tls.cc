#include "report/unlogged_tls.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tlswarden {
namespace {

// What smtp_log_tls_feature_status says where smtp_tls_loglevel = 0 leaves no other line: "secure",
// "dane:encrypt", "may:none"; "!secure" and "secure?" came to nothing.
bool ApplyFeature(std::string_view feature, LoggedTls& tls) {
  feature = feature.substr(0, feature.find('/'));
  if (feature.empty() || feature.starts_with('!') || feature.ends_with('?')) return false;
  const std::string_view level = feature.substr(feature.rfind(':') + 1);
  if (level == "none") {
    tls.reached = TlsReached::kPlain;
    return true;
  }
  const bool lax = level == "may" || level == "encrypt";
  tls.word = lax ? "" : "Verified";
  tls.reached = lax ? TlsReached::kEncrypted : TlsReached::kAuthenticated;
  return true;
}

// What Postfix's own text says of TLS with a host of which no other line tells.
bool ApplyText(std::string_view text, LoggedTls& tls) {
  if (text.starts_with("TLS is required, but our TLS engine")) return false;
  if (text.starts_with("TLS is required, but ")) return true;
  if (text.starts_with("Sender requested REQUIRETLS, but TLS service ")) return true;
  if (text.starts_with("Cannot start TLS: ")) {
    tls.handshake_failed = true;
    return true;
  }
  if (text.starts_with("Server certificate not ")) {
    tls.reached = TlsReached::kEncrypted;
    return true;
  }
  return false;
}

}  // namespace

bool EnvelopeWasSent(const LogDelivery& delivery) {
  if (delivery.status == "sent" || delivery.status == "deliverable") return true;
  constexpr std::array<std::string_view, 4> kEnds = {
      "(in reply to MAIL FROM command)", "(in reply to RCPT TO command)",
      "(in reply to DATA command)", "(in reply to end of DATA command)"};
  return delivery.mta == LogMta::kPostfix && delivery.text.starts_with("host ") &&
         std::any_of(kEnds.begin(), kEnds.end(),
                     [&](std::string_view end) { return delivery.text.ends_with(end); });
}

bool ReadUnloggedTls(const LogDelivery& delivery, LoggedTls& tls) {
  if (delivery.mta == LogMta::kPostfix && SpeaksOfTls(delivery.text)) {
    return ApplyText(delivery.text, tls);
  }
  if (!EnvelopeWasSent(delivery)) return false;
  if (!delivery.feature.empty()) return ApplyFeature(delivery.feature, tls);
  if (delivery.reused) return false;  // its handshake, if any, was logged with an earlier message
  tls.reached = delivery.logs_tls ? TlsReached::kPlain : TlsReached::kUnknown;
  return delivery.logs_tls;
}

}  // namespace tlswarden
