// Octets of a fuzzer, taken from the front: numbers, texts and choices. Past the end all is zero.
#ifndef TLSWARDEN_TESTS_FUZZ_OCTETS_H_
#define TLSWARDEN_TESTS_FUZZ_OCTETS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tlswarden {

class FuzzOctets {
 public:
  FuzzOctets(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  bool AtEnd() const { return rest_.empty(); }

  unsigned U8() {
    if (rest_.empty()) return 0;
    const unsigned octet = rest_.front();
    rest_ = rest_.subspan(1);
    return octet;
  }

  // A length, then as many octets, or those that are left.
  std::vector<std::uint8_t> Take() {
    const std::size_t length = std::min<std::size_t>(U8(), rest_.size());
    std::vector<std::uint8_t> octets(rest_.begin(), rest_.begin() + static_cast<long>(length));
    rest_ = rest_.subspan(length);
    return octets;
  }

  std::string Text() {
    const std::vector<std::uint8_t> octets = Take();
    return {octets.begin(), octets.end()};
  }

  template <typename List>
  const auto& Pick(const List& list) {
    return list[U8() % std::size(list)];
  }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_FUZZ_OCTETS_H_
