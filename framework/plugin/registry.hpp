// SPDX-License-Identifier: BSD-3-Clause
/// Finding, checking and loading plugin libraries.
///
/// Loading, in order: canonical path; ELF header, note and exports (before any code of the library runs);
/// floating-point environment saved; dlopen (NOW, LOCAL) by Boost.DLL; the entry; every table validated; floating-point
/// environment restored. Libraries are never unloaded. All failures are PluginError (exit code 4) with file and remedy.
#pragma once

#include <atomic>
#include <base/error.hpp>
#include <filesystem>
#include <functional>
#include <plugin/schema.hpp>

namespace reverie::plugin {

class PluginError : public Error {
 public:
  PluginError(const std::string& message, std::string remedy = "", ExitCode code = ExitCode::plugin)
      : Error(code, message, std::move(remedy)) {}

  std::string parameter;  ///< the name of the one that was refused, or ""
  std::string place;      ///< where a document says which plugin with which parameters, if the one who made it knows
};

enum class Kind {
  cell = REVERIE_KIND_CELL,
  dynamics = REVERIE_KIND_DYNAMICS,
  task = REVERIE_KIND_TASK,
  metric = REVERIE_KIND_METRIC
};
/// "cell", "dynamics", "task", "metric".
std::string_view name_of(Kind kind);

/// What the ELF note of a library says.
struct Note {
  std::uint32_t major = 0, built_minor = 0, required_minor = 0;
  std::uint32_t sdk_major = 0, sdk_minor = 0, sdk_patch = 0;
};

/// Reads and checks the ELF file without loading it; PluginError says what is wrong with it.
Note read_note(const std::filesystem::path& file);

/// May a library with this note run in a host of this version? Empty: yes; otherwise the reason. Tuples are compared,
/// part by part (abi.h, invariant 1).
std::string refusal(const Note& note, std::uint32_t host_major, std::uint32_t host_minor);

/// A symbol that a library offers to others.
struct Export {
  std::string name;     ///< demangled
  bool unique = false;  ///< STB_GNU_UNIQUE: all libraries of the process that have it share one
};
/// Reads them without loading the library; PluginError where the file is damaged.
std::vector<Export> read_exports(const std::filesystem::path& file);

/// A component as loaded: strings copied, schema translated.
struct Component {
  Kind kind = Kind::cell;
  std::string id, version, doc, source;
  std::uint32_t results_revision = 0;
  ParameterSchema schema;
  const reverie_component* table = nullptr;  ///< checked copies, all fields of this host's ABI present
  std::filesystem::path file;                ///< canonical path of the library
  bool bundled = false;                      ///< came with the installation
};

/// All components known to this process. Lives on the heap and is never destroyed.
class Registry {
 public:
  static Registry& instance();

  /// Loads one library (again: nothing happens). Returns its components.
  std::vector<const Component*> load(const std::filesystem::path& file, bool bundled = false);

  /// Loads every *.so of the folders, in order and by name within each; a folder that cannot be read, or a
  /// library that cannot be loaded, does not stop the others: its error is returned.
  std::vector<PluginError> load_folders(const std::vector<std::filesystem::path>& folders, bool bundled = false);

  /// The component, or PluginError with the nearest name.
  const Component& find(Kind kind, const std::string& id) const;
  std::vector<const Component*> all() const;  ///< by kind, then id

 private:
  Registry() = default;
  struct State;
  State* state_;
};

/// The services plugins are given.
const reverie_host* host_services();

/// Where plugins' log lines go (level: REVERIE_LOG_...); called from any thread, one line at a time. At first nowhere.
void set_log_sink(std::function<void(int level, const std::string& text)> sink);

/// What tells plugins to stop; null: nothing does. The flag is read until another one is set.
void set_stop_flag(const std::atomic<bool>* flag);

}  // namespace reverie::plugin
