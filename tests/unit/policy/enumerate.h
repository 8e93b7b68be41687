// The finite space of what the judge may be told, for laws that hold everywhere.
#ifndef TLSWARDEN_TESTS_UNIT_POLICY_ENUMERATE_H_
#define TLSWARDEN_TESTS_UNIT_POLICY_ENUMERATE_H_

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "policy/judge.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {

inline constexpr HostDane kAllHostDane[] = {HostDane::kNone,       HostDane::kUsable,
                                            HostDane::kUnusable,   HostDane::kFailed,
                                            HostDane::kUnresolved, HostDane::kUnreachable};

inline constexpr OnFailure kAllOnFailures[] = {OnFailure::kDefer, OnFailure::kReject,
                                               OnFailure::kAccept, OnFailure::kQuarantine,
                                               OnFailure::kRoute};

// How much a level demands. `dane` and `encrypt` both end in TLS with anybody at worst; `secure`
// and `dane-only` both authenticate.
inline int Strength(TlsLevel level) {
  switch (level) {
    case TlsLevel::kMay:
      return 0;
    case TlsLevel::kEncrypt:
    case TlsLevel::kDane:
      return 1;
    case TlsLevel::kSecure:
    case TlsLevel::kDaneOnly:
    case TlsLevel::kFingerprint:
      return 2;
    case TlsLevel::kUndecided:
      return 3;
  }
  return -1;
}

// Sanitizers look for what goes wrong in memory, and take fifty times as long: two hosts are enough
// for them. The laws themselves are the plain build's.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

// Every mix of up to three hosts; the order of hosts matters to nobody.
inline std::vector<std::vector<HostDane>> HostMixes() {
  std::vector<std::vector<HostDane>> mixes = {{}};
  for (HostDane a : kAllHostDane) {
    mixes.push_back({a});
    for (HostDane b : kAllHostDane) {
      if (b < a) continue;
      mixes.push_back({a, b});
      if (kIsSanitized) continue;
      for (HostDane c : kAllHostDane) {
        if (c >= b) mixes.push_back({a, b, c});
      }
    }
  }
  return mixes;
}

inline MxEvidence MxOf(const std::vector<HostDane>& mix, Security security = Security::kSecure) {
  MxEvidence mx = Mx(security, {});
  if (IsLookupFailure(security)) return mx;
  int number = 0;
  for (HostDane dane : mix) {
    mx.hosts.push_back(Host("mx" + std::to_string(++number) + ".a.test", dane));
  }
  return mx;
}

inline std::string Describe(const std::vector<HostDane>& mix) {
  std::string text;
  for (HostDane dane : mix) text += std::string(ToString(dane)) + ' ';
  return text;
}

enum class Sts { kNone, kTesting, kEnforce, kEnforceNoMatch, kExpired, kLookupFailed };
inline constexpr Sts kAllSts[] = {Sts::kNone,           Sts::kTesting, Sts::kEnforce,
                                  Sts::kEnforceNoMatch, Sts::kExpired, Sts::kLookupFailed};

inline StsEvidence MakeSts(Sts sts) {
  StsEvidence evidence;
  evidence.look_again_at = kNow + std::chrono::hours(1);
  switch (sts) {
    case Sts::kNone:
      break;
    case Sts::kTesting:
      evidence.learned = Learned("testing", {"no.such.host.test"});
      break;
    case Sts::kEnforce:
      evidence.learned = Learned("enforce", {"*.a.test"});
      break;
    case Sts::kEnforceNoMatch:
      evidence.learned = Learned("enforce", {"no.such.host.test"});
      break;
    case Sts::kExpired:
      evidence.learned = Learned("enforce", {"no.such.host.test"}, kNow - kWeek);
      break;
    case Sts::kLookupFailed:
      evidence.failure = Failure{ResultType::kStsPolicyFetchError, "TXT lookup failed", true};
      break;
  }
  return evidence;
}

// Made once: the parsing of policies would take most of the time.
inline const StsEvidence& StsOf(Sts sts) {
  static const std::vector<StsEvidence> all = [] {
    std::vector<StsEvidence> made;
    for (Sts each : kAllSts) made.push_back(MakeSts(each));
    return made;
  }();
  return all[static_cast<std::size_t>(sts)];
}

inline bool IsEnforced(Sts sts) { return sts == Sts::kEnforce || sts == Sts::kEnforceNoMatch; }

// One point of the space.
struct Point {
  Security mx = Security::kSecure;
  std::vector<HostDane> hosts;
  Sts sts = Sts::kNone;
  std::optional<Requirement> require;  // empty: no rule
  OnFailure on_failure = OnFailure::kDefer;
  Mode mode = Mode::kEnforce;
};

inline std::string Describe(const Point& point) {
  return "mx " + std::string(ToString(point.mx)) + ", hosts " + Describe(point.hosts) + ", sts " +
         std::to_string(static_cast<int>(point.sts)) + ", require " +
         (point.require ? std::string(ToString(*point.require)) : "no rule") + ", on-failure " +
         std::string(ToString(point.on_failure)) + ", mode " + std::string(ToString(point.mode));
}

inline Evidence EvidenceOf(const Point& point) {
  Evidence evidence = Seen("a.test", MxOf(point.hosts, point.mx));
  evidence.sts = StsOf(point.sts);
  return evidence;
}

inline Outbound OrdersOf(const Point& point) {
  if (!point.require) return {point.mode, point.on_failure, {}};
  return OneRule(point.mode, point.on_failure, *point.require);
}

inline Verdict JudgePoint(const Point& point, const Question& question = Ask("a.test")) {
  return Judge(question, EvidenceOf(point), OrdersOf(point), kNow);
}

// Judged once, since each law asks for all of them.
inline const Verdict& VerdictOf(const Point& point) {
  using Key =
      std::tuple<Security, std::vector<HostDane>, Sts, std::optional<Requirement>, OnFailure, Mode>;
  static std::map<Key, Verdict> judged;
  const Key key{point.mx, point.hosts, point.sts, point.require, point.on_failure, point.mode};
  auto it = judged.find(key);
  if (it == judged.end()) it = judged.emplace(key, JudgePoint(point)).first;
  return it->second;
}

// The judge has no threads: ThreadSanitizer finds nothing in it and takes ten times as long, so
// there it is a sample of the points.
#ifdef __SANITIZE_THREAD__
inline constexpr int kEveryPoint = 11;
#else
inline constexpr int kEveryPoint = 1;
#endif

// Calls visit(point) everywhere.
template <typename Visit>
void ForEachPoint(Visit visit) {
  constexpr std::optional<Requirement> kRequirements[] = {
      std::nullopt,          Requirement::kNone,          Requirement::kPublished,
      Requirement::kEncrypt, Requirement::kAuthenticated, Requirement::kDane,
      Requirement::kPinned};
  const std::vector<std::vector<HostDane>> mixes = HostMixes();
  int passed = 0;
  for (Security mx :
       {Security::kSecure, Security::kInsecure, Security::kBogus, Security::kIndeterminate}) {
    for (const std::vector<HostDane>& hosts : mixes) {
      if (IsLookupFailure(mx) && !hosts.empty()) continue;
      for (Sts sts : kAllSts) {
        for (const std::optional<Requirement>& require : kRequirements) {
          for (OnFailure on_failure : kAllOnFailures) {
            for (Mode mode : {Mode::kEnforce, Mode::kObserve}) {
              if (++passed % kEveryPoint != 0) continue;
              visit(Point{mx, hosts, sts, require, on_failure, mode});
            }
          }
        }
      }
    }
  }
}

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_POLICY_ENUMERATE_H_
