// Bind: ties a row of the option table to its member of Settings, for both directions.
//
// The member's type decides how a value goes in and comes out. Only option_table.cc needs it.
#ifndef TLSWARDEN_DAEMON_OPTION_BINDING_H_
#define TLSWARDEN_DAEMON_OPTION_BINDING_H_

#include <algorithm>
#include <iterator>
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

inline void Assign(DomainSet& target, const Value& value) {
  const auto* patterns = std::get_if<std::vector<DomainPattern>>(&value);
  if (patterns == nullptr) return;
  for (const DomainPattern& pattern : *patterns) target.Add(pattern);
}

// The words of kTlsVersionWords, by their place.
inline constexpr std::string_view kTlsVersionWords = "none|1.0|1.1|1.2|1.3";
inline constexpr TlsVersion kTlsVersionPlaces[] = {TlsVersion::kNone, TlsVersion::kTls10,
                                                   TlsVersion::kTls11, TlsVersion::kTls12,
                                                   TlsVersion::kTls13};

inline void Assign(TlsVersion& target, const Value& value) {
  target = kTlsVersionPlaces[static_cast<std::size_t>(std::get<std::int64_t>(value))];
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

inline std::vector<Value> Read(const DomainSet& source) {
  std::vector<Value> values;
  for (const DomainPattern& pattern : source.patterns()) {
    values.emplace_back(std::vector<DomainPattern>{pattern});
  }
  if (values.empty()) values.emplace_back();
  return values;
}

inline std::vector<Value> Read(TlsVersion source) {
  const auto place = std::find(std::begin(kTlsVersionPlaces), std::end(kTlsVersionPlaces), source);
  return {static_cast<std::int64_t>(place - std::begin(kTlsVersionPlaces))};
}

// Takes a lambda without captures that names the member, so that the table needs no text twice.
template <typename Member>
constexpr Binding Bind(Member) {
  return {.set = [](Settings& s, const Value& value) { Assign(Member{}(s), value); },
          .get = [](const Settings& s) { return Read(Member{}(s)); }};
}

}  // namespace tlswarden

#endif  // TLSWARDEN_DAEMON_OPTION_BINDING_H_
