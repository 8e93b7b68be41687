// glob: `*` for any octets, `?` for one; all others stand for themselves, without case (ASCII).
//
// Brackets are no sets: `*[secure]*` is what people write into a subject.
#ifndef TLSWARDEN_POLICY_GLOB_H_
#define TLSWARDEN_POLICY_GLOB_H_

#include <string>
#include <string_view>
#include <vector>

namespace tlswarden {

// Time is at most the product of both lengths; nothing is allocated.
bool GlobMatches(std::string_view pattern, std::string_view text);

bool AnyGlobMatches(const std::vector<std::string>& globs, std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_GLOB_H_
