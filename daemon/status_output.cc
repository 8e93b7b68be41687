#include "daemon/status_output.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "daemon/log_format.h"
#include "policy/domain.h"

namespace tlswarden {
namespace {

namespace json = boost::json;

constexpr std::string_view kNext =
    "What to do next:\n"
    "  - tlswarden explain DOMAIN shows what is wrong with a domain; its postmaster can mend it.\n"
    "  - Where mail must go out regardless, make an exception: a [rule.NAME] with require = none.\n"
    "  - When the list is empty or understood, set mode = enforce below [outbound].\n";

using Line = std::array<std::string, 8>;
using Widths = std::array<std::size_t, std::tuple_size_v<Line>>;

Line Cells(const WouldRow& row) {
  const auto safe = [](const std::string& text) { return Printable(text, kMaxDomainOctets); };
  return {std::to_string(row.count), safe(row.key.domain), safe(row.key.rule),
          safe(row.key.direction),   safe(row.key.would),  safe(row.key.result_type),
          ToString(row.first),       ToString(row.last)};
}

// Numbers to the right, all else to the left; no blanks at the end.
std::string Aligned(const Line& cells, const Widths& widths) {
  std::string text = std::string(widths[0] - cells[0].size(), ' ') + cells[0];
  for (std::size_t i = 1; i < cells.size(); ++i) {
    const std::size_t before = i == 1 ? 0 : widths[i - 1] - cells[i - 1].size();
    text += std::string(before + 2, ' ') + cells[i];
  }
  return text + '\n';
}

std::string Table(const std::vector<WouldRow>& rows, std::string_view because) {
  std::vector<Line> lines = {
      {"count", "domain", "rule", "direction", "would", "result-type", "first", "last"}};
  for (const WouldRow& row : rows) {
    if (row.key.because == because) lines.push_back(Cells(row));
  }
  Widths widths{};
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const Line& line : lines) text += Aligned(line, widths);
  return text;
}

std::int64_t Sum(const std::vector<WouldRow>& rows, std::string_view because) {
  std::int64_t sum = 0;
  for (const WouldRow& row : rows) sum += row.key.because == because ? row.count : 0;
  return sum;
}

Time Since(const std::vector<WouldRow>& rows) {
  const auto earlier = [](const WouldRow& a, const WouldRow& b) { return a.first < b.first; };
  return std::min_element(rows.begin(), rows.end(), earlier)->first;
}

}  // namespace

std::string WouldText(const std::vector<WouldRow>& rows) {
  if (rows.empty()) return "Enforcement would have refused nothing so far.\n";
  std::string text;
  const std::int64_t observed = Sum(rows, "observe"), tested = Sum(rows, "testing");
  const std::string since = "Since " + ToString(Since(rows)) + ", ";
  if (observed > 0) {
    text += since + "enforcement would have held back or refused this (recipients):\n\n" +
            Table(rows, "observe") + '\n';
  }
  if (tested > 0) {
    text += (observed > 0 ? std::string("And ") : since) +
            "this, if MTA-STS policies in testing mode were enforced by their domains:\n\n" +
            Table(rows, "testing") + '\n';
  }
  return text.append(kNext);
}

json::value WouldJson(const std::vector<WouldRow>& rows) {
  json::array all;
  for (const WouldRow& row : rows) {
    const Line cells = Cells(row);
    all.push_back(json::object({{"count", row.count},
                                {"policy-domain", cells[1]},
                                {"rule", cells[2]},
                                {"direction", cells[3]},
                                {"would", cells[4]},
                                {"result-type", cells[5]},
                                {"because", Printable(row.key.because, kMaxDomainOctets)},
                                {"first", cells[6]},
                                {"last", cells[7]}}));
  }
  json::object out;
  out["since"] = rows.empty() ? json::value(nullptr) : json::value(ToString(Since(rows)));
  out["observe"] = Sum(rows, "observe");
  out["testing"] = Sum(rows, "testing");
  out["rows"] = std::move(all);
  return out;
}

std::string GoneText(const std::vector<RememberedDomain>& gone) {
  if (gone.empty()) return "No domain has lost the TLS that it had so far.\n";
  std::string text = "These domains had TLS so far, and are reached without it:\n";
  for (const RememberedDomain& each : gone) text += "  " + DescribeGone(each) + '\n';
  return text;
}

json::value GoneJson(const std::vector<RememberedDomain>& gone) {
  json::array domains;
  for (const RememberedDomain& each : gone) {
    json::object domain{{"policy-domain", each.domain.ascii},
                        {"days", each.tls.days},
                        {"since", ToString(each.tls.since)},
                        {"last", ToString(each.tls.last)}};
    if (each.tls.gone_since) domain["missing-since"] = ToString(Time(*each.tls.gone_since));
    domains.push_back(std::move(domain));
  }
  return json::object{{"remembered-tls-missing", std::move(domains)}};
}

}  // namespace tlswarden
