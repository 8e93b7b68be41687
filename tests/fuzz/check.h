// Check: what a fuzz target holds to be true always. Says what isn't, then aborts.
#ifndef TLSWARDEN_TESTS_FUZZ_CHECK_H_
#define TLSWARDEN_TESTS_FUZZ_CHECK_H_

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace tlswarden {

inline void Check(bool holds, std::string_view law, std::string_view seen = {}) {
  if (holds) return;
  std::cerr << "doesn't hold: " << law << '\n';
  if (!seen.empty()) std::cerr << "seen: " << seen << '\n';
  std::abort();
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_FUZZ_CHECK_H_
