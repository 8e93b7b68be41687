// Answers: from a request to the answer, for one thread. Keeps ready answers by the request's very
// octets, since a busy MTA asks the same again and again.
#ifndef TLSWARDEN_SOCKETMAP_ANSWERS_H_
#define TLSWARDEN_SOCKETMAP_ANSWERS_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "policy/orders.h"
#include "policy/record.h"
#include "resolver/resolver.h"
#include "socketmap/request.h"

namespace tlswarden {

inline constexpr std::size_t kMaxReadyAnswers = 20000;

// Not thread-safe: the socketmap's thread alone uses it. All arguments must outlive it.
class Answers {
 public:
  // Without find_tag no message demands anything by itself.
  Answers(const Resolver& resolver, const CurrentOrders& orders, RecordSink& sink,
          FindTag find_tag = nullptr)
      : resolver_(resolver), current_(orders), sink_(sink), find_tag_(std::move(find_tag)) {
    TakeOrders();
  }

  // Appends the framed answer if one is at hand. Else the resolver must be asked about `missing`.
  bool AppendReady(std::string_view request, Time now, std::string& out,
                   std::optional<MapRequest>& missing);

  // Appends the framed answer that follows from evidence, or from the lack of it (nullptr).
  void AppendJudged(std::string_view request, const MapRequest& parsed, const EvidencePtr& evidence,
                    bool cache_hit, std::chrono::microseconds took, std::string& out);

 private:
  struct Ready {
    std::string framed;
    Time until;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  void TakeOrders();
  FoundTag TagOf(const MapRequest& request) const;
  std::string WithoutDomain(const MapRequest& request) const;
  void Keep(std::string_view request, const std::string& answer, const Evidence& evidence);

  const Resolver& resolver_;
  const CurrentOrders& current_;
  OrdersPtr orders_;  // those that the ready answers follow
  std::uint64_t orders_version_ = 0;
  RecordSink& sink_;
  const FindTag find_tag_;
  std::unordered_map<std::string, Ready, Hash, std::equal_to<>> ready_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_SOCKETMAP_ANSWERS_H_
