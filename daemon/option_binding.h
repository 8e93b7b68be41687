// Bind: ties a row of the option table to its member of Settings, for both directions.
//
// The member's type decides how a value goes in and comes out. Only option_table.cc needs it.
#ifndef TLSWARDEN_DAEMON_OPTION_BINDING_H_
#define TLSWARDEN_DAEMON_OPTION_BINDING_H_

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "daemon/options.h"

namespace tlswarden {

// What a Value holds as a number: counts, modes, and words by their place.
template <typename T>
inline constexpr bool kIsNumber = std::is_enum_v<T> ||
                                  (std::is_integral_v<T> && !std::is_same_v<T, bool>);

template <typename T>
void Assign(T& target, const Value& value) {
  if constexpr (kIsNumber<T>) {
    target = static_cast<T>(std::get<std::int64_t>(value));
  } else {
    target = std::get<T>(value);
  }
}

inline void Assign(std::string& target, const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  target = text == nullptr ? std::string() : *text;
}

template <typename T>
void Assign(std::optional<T>& target, const Value& value) {
  target.reset();
  if (const T* held = std::get_if<T>(&value)) target = *held;
}

template <typename T>
void Assign(std::vector<T>& target, const Value& value) {
  if (const T* held = std::get_if<T>(&value)) target.push_back(*held);
}

template <typename T>
std::vector<Value> Read(const T& source) {
  if constexpr (kIsNumber<T>) {
    return {static_cast<std::int64_t>(source)};
  } else {
    return {source};
  }
}

inline std::vector<Value> Read(const std::string& source) {
  if (source.empty()) return {Value()};
  return {source};
}

template <typename T>
std::vector<Value> Read(const std::optional<T>& source) {
  if (!source) return {Value()};
  return {*source};
}

template <typename T>
std::vector<Value> Read(const std::vector<T>& source) {
  if (source.empty()) return {Value()};
  return {source.begin(), source.end()};
}

// Takes a lambda without captures that names the member, so that the table needs no text twice.
template <typename Member>
constexpr Binding Bind(Member) {
  return {.set = [](Settings& s, const Value& value) { Assign(Member{}(s), value); },
          .get = [](const Settings& s) { return Read(Member{}(s)); }};
}

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_OPTION_BINDING_H_
