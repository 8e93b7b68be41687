#include "daemon/options.h"

#include <algorithm>

namespace tlswarden {
namespace {

// Levenshtein's distance.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

// Keeps the nearest of the names offered, if any is near enough to be what was meant.
class Nearest {
 public:
  explicit Nearest(std::string_view written) : written_(written) {}

  void Offer(std::string_view name) {
    if (written_.size() > 2 * kLongestName) return;
    const std::size_t distance = EditDistance(written_, name);
    if (distance > 2 || 2 * distance >= name.size() || distance >= least_) return;
    least_ = distance;
    name_ = name;
  }

  std::string Suggestion() const {
    return name_.empty() ? std::string() : "; did you mean " + std::string(name_) + "?";
  }

 private:
  static constexpr std::size_t kLongestName = 32;  // also bounds the time spent on garbage

  std::string_view written_;
  std::string_view name_;
  std::size_t least_ = 3;
};

}  // namespace

std::span<const Option> Options() {
  static const std::vector<Option> all = [] {
    std::vector<Option> parts;
    for (const auto part : {SectionOptions(), ReportOptions(), RuleOptions()}) {
      parts.insert(parts.end(), part.begin(), part.end());
    }
    return parts;
  }();
  return all;
}

const Option* FindOption(std::string_view section, std::string_view key) {
  for (const Option& option : Options()) {
    if (option.section == section && option.key == key) return &option;
  }
  return nullptr;
}

std::string_view TableSection(std::string_view written) {
  return written.starts_with("rule.") ? "rule" : written;
}

std::string SuggestKey(std::string_view section, std::string_view key) {
  Nearest nearest(key);
  std::string_view elsewhere;
  std::size_t homes = 0;
  for (const Option& option : Options()) {
    if (option.availability == Availability::kReserved) continue;
    if (option.section == section) nearest.Offer(option.key);
    if (option.key != key) continue;
    elsewhere = option.section;
    ++homes;
  }
  if (homes == 1) return "; it belongs in [" + std::string(elsewhere) + "]";
  return nearest.Suggestion();
}

std::string SuggestSection(std::string_view written) {
  if (written == "rule") return "; a rule needs a name, as in [rule.NAME]";
  Nearest nearest(written);
  for (const Option& option : Options()) {
    if (option.section != "rule") nearest.Offer(option.section);
  }
  return nearest.Suggestion();
}

}  // namespace tlswarden
