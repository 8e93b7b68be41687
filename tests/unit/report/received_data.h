// ReceivedData: a file of tests/data/received, as it is.
#ifndef TLSWARDEN_TESTS_UNIT_REPORT_RECEIVED_DATA_H_
#define TLSWARDEN_TESTS_UNIT_REPORT_RECEIVED_DATA_H_

#include <fstream>
#include <iterator>
#include <string>

namespace tlswarden {

inline std::string ReceivedData(const std::string& name) {
  std::ifstream file(TLSWARDEN_SOURCE_DIR "/tests/data/received/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_REPORT_RECEIVED_DATA_H_
