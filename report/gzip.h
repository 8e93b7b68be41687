// gzip: packs and unpacks a report (RFC 1952), by zlib.
//
// Pure. What is unpacked comes from strangers: its size is bounded before the memory is taken.
#ifndef TLSWARDEN_REPORT_GZIP_H_
#define TLSWARDEN_REPORT_GZIP_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace tlswarden {

bool IsGzip(std::string_view octets);

// The same octets always give the same: there is no time in it. Throws std::bad_alloc.
std::string Gzip(std::string_view octets);

// All members, one behind another; what follows the last and isn't one is ignored, as gzip(1)
// does. Errors: no gzip, cut off, damaged, or more than `most` octets, of which never more than
// these are held.
Result<std::string> Gunzip(std::string_view octets, std::size_t most);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_GZIP_H_
