// Octets of a socketmap client: a scan never reads outside of them, goes on or ends for good, and
// requests of any kind are parsed.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "socketmap/netstring.h"
#include "socketmap/request.h"

namespace {

using namespace tlswarden;
using State = NetstringScan::State;

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckRequest(std::string_view data) {
  const std::optional<MapRequest> request = ParseMapRequest(data);
  if (!request) return;
  Check(!request->map.empty());
  Check(request->map.size() + 1 + request->key.size() == data.size());
  if (!request->next_hop) return;
  Check(!request->next_hop->address_literal && !request->next_hop->domain.ascii.empty());
  const std::string key = ToString(*request->next_hop);
  Check(ParseNextHop(key).value() == *request->next_hop);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  CheckRequest(rest);
  while (true) {
    const NetstringScan scan = ScanNetstring(rest);
    if (scan.state != State::kComplete) break;
    Check(scan.consumed > scan.data.size() && scan.consumed <= rest.size());
    Check(scan.data.size() <= kMaxRequestOctets);
    // Nothing that comes later changes what was read, and nothing less is enough.
    Check(ScanNetstring(rest.substr(0, scan.consumed)).data == scan.data);
    Check(ScanNetstring(rest.substr(0, scan.consumed - 1)).state == State::kIncomplete);
    std::string framed;
    AppendNetstring(scan.data, framed);
    Check(framed == rest.substr(0, scan.consumed));
    CheckRequest(scan.data);
    rest.remove_prefix(scan.consumed);
  }
  return 0;
}
