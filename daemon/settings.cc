#include "daemon/settings.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/config_file.h"
#include "daemon/option_value.h"
#include "daemon/rules_config.h"

namespace tlswarden {
namespace {

void SetFromFile(const ConfigFile& file, Settings* settings) {
  for (const Option& option : Options()) {
    if (option.binding.set == nullptr) continue;
    bool given = false;
    for (const ConfigValue& value : file.values) {
      if (value.option != &option) continue;
      option.binding.set(*settings, value.value);
      given = true;
    }
    if (!given) option.binding.set(*settings, ParseValue(option, option.default_text).value());
  }
}

// The milter and the socketmap speak different protocols, so they can't share a socket.
void CheckSockets(const Settings& settings, ConfigFile* file) {
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

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  const int number_;
};

struct FileText {
  std::string text;
  int failure = 0;  // errno
};

// Reads no more than ParseSettings would take, so that a device or a log can't fill the memory.
FileText ReadFile(const std::string& path) {
  FileText file;
  // A FIFO without a writer must not hang the start.
  const Descriptor descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.number() < 0) return {{}, errno};
  std::array<char, 16384> block;
  while (file.text.size() <= kMaxConfigOctets) {
    const ssize_t got = read(descriptor.number(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {{}, errno};
    if (got == 0) break;
    file.text.append(block.data(), static_cast<std::size_t>(got));
  }
  return file;
}

}  // namespace

Loaded ParseSettings(std::string_view text, std::string_view file_name) {
  ConfigFile file = ReadConfig(text);
  Loaded loaded;
  SetFromFile(file, &loaded.settings);
  CheckSockets(loaded.settings, &file);
  loaded.settings.rules = MakeRules(&file);
  loaded.errors = Lines(std::move(file.errors), file_name);
  loaded.warnings = Lines(std::move(file.warnings), file_name);
  return loaded;
}

Loaded LoadSettings(const std::string& path, bool missing_is_fine) {
  const FileText file = ReadFile(path);
  if (file.failure == 0) return ParseSettings(file.text, path);
  Loaded loaded = ParseSettings("", path);
  if (file.failure == ENOENT && missing_is_fine) return loaded;
  loaded.errors.push_back(path + ": " + std::strerror(file.failure));
  return loaded;
}

Settings DefaultSettings() { return ParseSettings("", "").settings; }

}  // namespace tlswarden
