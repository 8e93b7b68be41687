#include "resolver/dns.h"

namespace tlswarden {

std::string_view ToString(RrType type) {
  switch (type) {
    case RrType::kA:
      return "A";
    case RrType::kCname:
      return "CNAME";
    case RrType::kSoa:
      return "SOA";
    case RrType::kMx:
      return "MX";
    case RrType::kTxt:
      return "TXT";
    case RrType::kAaaa:
      return "AAAA";
    case RrType::kTlsa:
      return "TLSA";
  }
  return "?";
}

}  // namespace tlswarden
