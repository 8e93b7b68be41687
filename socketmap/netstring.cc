#include "socketmap/netstring.h"

#include "policy/ascii.h"

namespace tlswarden {
namespace {

using State = NetstringScan::State;

constexpr std::size_t kMaxLengthDigits = 4;

}  // namespace

NetstringScan ScanNetstring(std::string_view buffer) {
  std::size_t length = 0;
  std::size_t at = 0;
  while (at < buffer.size() && IsDigit(buffer[at])) {
    if (at == kMaxLengthDigits || (at == 1 && buffer[0] == '0')) return {};
    length = length * 10 + static_cast<std::size_t>(buffer[at] - '0');
    ++at;
  }
  if (at == buffer.size()) return {State::kIncomplete, {}, 0};
  if (at == 0 || buffer[at] != ':' || length > kMaxRequestOctets) return {};
  const std::size_t begin = at + 1;
  if (buffer.size() <= begin + length) return {State::kIncomplete, {}, 0};
  if (buffer[begin + length] != ',') return {};
  return {State::kComplete, buffer.substr(begin, length), begin + length + 1};
}

void AppendNetstring(std::string_view data, std::string& out) {
  out += std::to_string(data.size());
  out += ':';
  out += data;
  out += ',';
}

}  // namespace tlswarden
