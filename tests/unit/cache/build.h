// Evidence and sinks for the tests of stores.
#ifndef TLSWARDEN_TESTS_UNIT_CACHE_BUILD_H_
#define TLSWARDEN_TESTS_UNIT_CACHE_BUILD_H_

#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "cache/store.h"
#include "policy/record.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {

// Something in every field.
inline Evidence RichEvidence(std::string_view next_hop) {
  MxHost usable = Host("mx1.a.test", HostDane::kUsable);
  usable.preference = 65535;
  usable.tlsa_base = Name("host.a.test");
  usable.usable = {{3, 1, 2, std::vector<std::uint8_t>(64, 0xff)}, {2, 0, 1, {0, 1, 127, 255}}};
  usable.usable[1].data.resize(32, 7);
  usable.unusable = {"1 1 1 00: usage 1 isn't for SMTP"};
  MxHost unresolved = Host("mx_3.a.test", HostDane::kUnresolved);
  unresolved.address_security = Security::kBogus;
  Evidence evidence =
      Seen(next_hop, Mx(Security::kSecure, {usable, Host("mx2.a.test", HostDane::kUnusable),
                                            unresolved, Host("mx4.a.test", HostDane::kFailed),
                                            Host("mx5.a.test", HostDane::kUnreachable),
                                            Host("mx6.a.test", HostDane::kNone)}));
  evidence.sts.learned = LearnedStsPolicy{
      Policy("version:\tSTSv1\r\nmode: enforce\r\nmx: *.a.test\nmx: b.test \nx-y: } { \"\\ \xc3\xa4"
             "\nmax_age: 9999999999\n"),
      "20261001T000000Z", kNow - std::chrono::seconds(5)};
  evidence.sts.failure = Failure{ResultType::kStsPolicyFetchError, "status \"404\" \xc3\xa4", true};
  evidence.sts.failed_id = "20261101";
  evidence.sts.no_fetch_before = kNow + std::chrono::seconds(300);
  return evidence;
}

inline EvidencePtr Shared(Evidence evidence) {
  return std::make_shared<const Evidence>(std::move(evidence));
}

inline EvidencePtr Plain(std::string_view next_hop) {
  return Shared(Seen(next_hop, Mx(Security::kInsecure, {Host("mx.a.test", HostDane::kNone)})));
}

inline EvidencePtr WithPolicy(std::string_view next_hop) {
  Evidence evidence = *Plain(next_hop);
  evidence.sts.learned = Learned("enforce", {"mx.a.test"});
  return Shared(std::move(evidence));
}

// Keeps the notices.
class NoticeSink : public RecordSink {
 public:
  void Write(Record record) override {
    const std::lock_guard lock(mutex_);
    if (const auto* notice = std::get_if<Notice>(&record)) notices_.push_back(*notice);
  }
  std::vector<Notice> notices() const {
    const std::lock_guard lock(mutex_);
    return notices_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Notice> notices_;
};

// A directory of its own, removed at the end.
class TempDir {
 public:
  TempDir() {
    char name[] = "/tmp/tlswarden-test-XXXXXX";
    if (mkdtemp(name) != nullptr) path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string operator/(std::string_view name) const { return path_ + '/' + std::string(name); }

 private:
  std::string path_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_CACHE_BUILD_H_
