#include "daemon/settings.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <set>
#include <utility>

#include "daemon/config_file.h"
#include "daemon/hidden_rules.h"
#include "daemon/option_value.h"
#include "daemon/rules_config.h"
#include "daemon/wall_clock.h"

namespace tlswarden {
namespace {

void SetFromFile(const ConfigFile& file, Settings* settings) {
  std::set<const Option*> given;
  for (const ConfigValue& value : file.values) {
    if (value.option->binding.set == nullptr) continue;
    value.option->binding.set(*settings, value.value);
    given.insert(value.option);
  }
  for (const Option& option : Options()) {
    if (option.binding.set == nullptr || given.contains(&option)) continue;
    option.binding.set(*settings, ParseValue(option, option.default_text).value());
  }
}

// The milter and the socketmap speak different protocols, so they can't share a socket.
void CheckSockets(const Settings& settings, ConfigFile* file) {
  for (const ConfigValue& value : file->values) {
    if (value.option == FindOption("tlsrpt", "socket") &&
        settings.tlsrpt.socket.size() > kMaxSocketPathOctets) {
      file->errors.push_back(ProblemWith(value, "the path is longer than 107 octets"));
    }
  }
  const std::vector<ListenAddress>& listen = settings.socketmap.listen;
  if (!settings.milter.socket ||
      std::find(listen.begin(), listen.end(), *settings.milter.socket) == listen.end()) {
    return;
  }
  const ConfigValue* last = nullptr;
  for (const ConfigValue& value : file->values) {
    if (value.option == FindOption("milter", "socket") ||
        value.option == FindOption("socketmap", "listen")) {
      last = &value;
    }
  }
  if (last == nullptr) return;
  file->errors.push_back(ProblemWith(*last, "[milter] socket and [socketmap] listen are the same"));
}

// A report says who made it and whom to ask (RFC 8460 section 4.4).
void CheckReports(const Settings& settings, ConfigFile* file) {
  const Settings::Tlsrpt& tlsrpt = settings.tlsrpt;
  if (!tlsrpt.send) return;
  std::string missing;
  if (tlsrpt.organization_name.empty()) missing = "organization-name";
  if (tlsrpt.contact_info.empty()) missing = "contact-info";
  if (tlsrpt.ledger.empty()) missing = "ledger";
  if (missing.empty()) return;
  for (const ConfigValue& value : file->values) {
    if (value.option != FindOption("tlsrpt", "send")) continue;
    file->errors.push_back(ProblemWith(value, "needs [tlsrpt] " + missing));
  }
}

std::vector<std::string> Lines(std::vector<ConfigProblem> problems, std::string_view file_name) {
  std::stable_sort(problems.begin(), problems.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  std::vector<std::string> lines;
  for (const ConfigProblem& problem : problems) {
    if (lines.size() > kMaxConfigErrors) {
      lines.push_back(std::string(file_name) + ": " +
                      std::to_string(problems.size() - lines.size()) + " more of these");
      break;
    }
    std::string line(file_name);
    if (problem.line > 0) line.append(":").append(std::to_string(problem.line));
    lines.push_back(line.append(": ").append(problem.text));
  }
  return lines;
}

// Reads one list that a rule names. False: it can't be used.
bool LoadList(const ListUse& use, const FileReader& read, ConfigFile* file, Loaded* loaded,
              std::vector<std::string>* errors) {
  const auto refuse = [&](const std::string& why) {
    file->errors.push_back({use.line, "[rule." + loaded->settings.rules[use.rule].name + "] " +
                                          use.key + " = @" + use.path + ": " + why});
    return false;
  };
  if (loaded->lists.size() == kMaxLists) {
    return refuse("more than " + std::to_string(kMaxLists) + " different lists");
  }
  FileText text = read ? read(use.path) : FileText{{}, ENOENT};
  if (text.failure != 0) return refuse(std::strerror(text.failure));
  ListFilePtr list = MakeList(use.path, std::move(text), loaded->settings.lists, errors);
  if (list == nullptr) return false;
  loaded->lists.emplace(use.path, std::move(list));
  return true;
}

// Reads all lists, each once, and fills the rules with them.
void LoadLists(const FileReader& read, ConfigFile* file, Loaded* loaded,
               std::vector<std::string>* errors, std::vector<std::string>* warnings) {
  std::set<std::string_view> bad;
  for (const ListUse& use : loaded->settings.lists) {
    if (loaded->lists.contains(use.path) || bad.contains(use.path)) continue;
    if (!LoadList(use, read, file, loaded, errors)) bad.insert(use.path);
  }
  if (!bad.empty()) return;
  if (CountFilled(loaded->settings.lists, loaded->lists) > kMaxFilledEntries) {
    file->errors.push_back({0, "the lists put more than 10000000 entries into rules"});
    return;
  }
  loaded->rules =
      FilledRules(loaded->settings.rules, loaded->settings.lists, loaded->lists, warnings);
  WarnOfHiddenRules(loaded->settings.rules, loaded->rules, file);
}

void Append(std::vector<std::string> more, std::vector<std::string>* lines) {
  std::move(more.begin(), more.end(), std::back_inserter(*lines));
}

}  // namespace

Loaded ParseSettings(std::string_view text, std::string_view file_name,
                     const Surroundings& surroundings) {
  ConfigFile file = ReadConfig(text);
  Loaded loaded;
  SetFromFile(file, &loaded.settings);
  CheckSockets(loaded.settings, &file);
  CheckReports(loaded.settings, &file);
  MakeRules(&file, &loaded.settings, surroundings.now);
  std::vector<std::string> errors, warnings;  // of lists
  LoadLists(surroundings.read_list, &file, &loaded, &errors, &warnings);
  loaded.errors = Lines(std::move(file.errors), file_name);
  loaded.warnings = Lines(std::move(file.warnings), file_name);
  Append(std::move(errors), &loaded.errors);
  Append(std::move(warnings), &loaded.warnings);
  return loaded;
}

Surroundings RealSurroundings() {
  return {[](const std::string& path) { return ReadFile(path, kMaxListOctets); }, WallClock()};
}

Loaded LoadSettings(const std::string& path, bool missing_is_fine) {
  const FileText file = ReadFile(path, kMaxConfigOctets);
  if (file.failure == 0) return ParseSettings(file.text, path, RealSurroundings());
  Loaded loaded = ParseSettings("", path);
  if (file.failure == ENOENT && missing_is_fine) return loaded;
  loaded.errors.push_back(path + ": " + std::strerror(file.failure));
  return loaded;
}

Settings DefaultSettings() { return ParseSettings("", "").settings; }

}  // namespace tlswarden
