// netstring: the framing of socketmaps: LENGTH:DATA, (socketmap_table(5)).
#ifndef TLSWARDEN_SOCKETMAP_NETSTRING_H_
#define TLSWARDEN_SOCKETMAP_NETSTRING_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace tlswarden {

inline constexpr std::size_t kMaxRequestOctets = 4096;  // a name, a blank and a next hop

struct NetstringScan {
  enum class State {
    kComplete,    // data and consumed are set
    kIncomplete,  // more must be read
    kMalformed,   // nothing can be read from this connection any more
  } state = State::kMalformed;
  std::string_view data;     // within the buffer
  std::size_t consumed = 0;  // octets of the buffer, framing included
};

// Looks for one netstring at the beginning of the buffer. Leading zeros and lengths above
// kMaxRequestOctets are malformed.
NetstringScan ScanNetstring(std::string_view buffer);

// Appends the data, framed.
void AppendNetstring(std::string_view data, std::string& out);

}  // namespace tlswarden

#endif  // TLSWARDEN_SOCKETMAP_NETSTRING_H_
