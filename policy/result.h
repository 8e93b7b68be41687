// Result: a value, or the reason why there is none.
//
// For input that can be wrong: parsers and lookups return it, callers look at it before they
// use it. Exceptions stay for what nobody here can handle.
#ifndef TLSWARDEN_POLICY_RESULT_H_
#define TLSWARDEN_POLICY_RESULT_H_

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace tlswarden {

// Carries the reason of a Result that holds no value: `return Error{"no id field"}`.
template <typename E>
struct Error {
  E reason;
};
template <typename E>
Error(E) -> Error<E>;
Error(const char*)->Error<std::string>;

// E is what goes wrong: a text for a person by default, a Failure where a result type is known.
template <typename T, typename E = std::string>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error<E> error) : state_(std::in_place_index<1>, std::move(error.reason)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // REQUIRES: ok()
  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  const T& operator*() const& { return value(); }
  const T* operator->() const { return &value(); }

  // REQUIRES: !ok()
  const E& error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, E> state_;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_RESULT_H_
