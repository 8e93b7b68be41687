// Orders: all that the operator wants, and the place where the orders in force are kept.
#ifndef TLSWARDEN_POLICY_ORDERS_H_
#define TLSWARDEN_POLICY_ORDERS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "policy/inbound.h"
#include "policy/verdict.h"

namespace tlswarden {

struct Orders {
  Outbound outbound;
  Inbound inbound;
};

using OrdersPtr = std::shared_ptr<const Orders>;

// Lists from files may change while questions are asked: whoever asks takes the orders once and
// keeps them to the end of the question. Thread-safe.
class CurrentOrders {
 public:
  explicit CurrentOrders(Orders orders) : now_(std::make_shared<const Orders>(std::move(orders))) {}

  OrdersPtr Get() const {
    const std::lock_guard lock(mutex_);
    return now_;
  }

  // Another number after each change: whoever keeps what followed from orders looks at it, since
  // that is cheaper than Get.
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

  // What is remembered of domains stays, since orders from files don't know of it.
  void Replace(Orders orders) {
    const std::lock_guard lock(change_mutex_);
    if (orders.outbound.remembered == nullptr) {
      orders.outbound.remembered = Get()->outbound.remembered;
    }
    Put(std::move(orders));
  }

  // Copies the rules: once in some minutes is often enough.
  void Remember(RememberedTablePtr remembered) {
    const std::lock_guard lock(change_mutex_);
    Orders next = *Get();
    next.outbound.remembered = std::move(remembered);
    Put(std::move(next));
  }

 private:
  void Put(Orders orders) {
    OrdersPtr next = std::make_shared<const Orders>(std::move(orders));
    const std::lock_guard lock(mutex_);
    now_.swap(next);
    version_.fetch_add(1, std::memory_order_release);
  }

  std::mutex change_mutex_;  // who changes one part keeps the others; taken before mutex_
  mutable std::mutex mutex_;
  OrdersPtr now_;
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_ORDERS_H_
