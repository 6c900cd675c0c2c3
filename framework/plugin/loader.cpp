// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <xmmintrin.h>

#include <boost/dll/shared_library.hpp>
#include <memory>
#include <plugin/loader.hpp>

namespace reverie::plugin {
namespace {

/// Control and status of SSE and x87 arithmetic, put back on leaving the scope.
class SavedFloatingPointEnvironment {
 public:
  SavedFloatingPointEnvironment() : mxcsr_(_mm_getcsr()) { __asm__ volatile("fnstcw %0" : "=m"(x87_control_)); }
  ~SavedFloatingPointEnvironment() {
    _mm_setcsr(mxcsr_);
    __asm__ volatile("fldcw %0" : : "m"(x87_control_));
  }
  SavedFloatingPointEnvironment(const SavedFloatingPointEnvironment&) = delete;
  SavedFloatingPointEnvironment& operator=(const SavedFloatingPointEnvironment&) = delete;

 private:
  unsigned mxcsr_;
  unsigned short x87_control_ = 0;
};

/// The dynamic loader's sentence out of what Boost 1.74 makes of it, "... (dlerror system message: SENTENCE): Bad file
/// descriptor": the tail is an errno that has nothing to do with the failure.
std::string loader_sentence(const std::string& text, const std::string& file) {
  const std::string marker = "system message: ";
  const auto start = text.find(marker), end = text.rfind("):");
  if (start == text.npos || end == text.npos || end < start) return text;
  auto sentence = text.substr(start + marker.size(), end - start - marker.size());
  if (sentence.starts_with(file + ": ")) sentence.erase(0, file.size() + 2);
  return sentence;
}

PluginError failed_to_open(const std::string& message) {
  if (message.find("undefined symbol") != message.npos)
    return PluginError(
        "it uses something that no library provides: " + message,
        "Link the library that defines the symbol into the plugin (-Wl,-z,defs finds these when building).");
  if (message.find("cannot open shared object file") != message.npos)
    return PluginError("a library it needs is missing: " + message,
                       "Install that library, or set its folder in LD_LIBRARY_PATH.");
  return PluginError("it cannot be loaded: " + message, "Build the plugin again on this machine.");
}

}  // namespace

const reverie_plugin* open_library(const std::filesystem::path& canonical) {
  const SavedFloatingPointEnvironment saved;
  auto library = std::make_unique<boost::dll::shared_library>();
  try {
    // Everything is bound now: a symbol that were missing at its first use would end the process.
    library->load(canonical, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  } catch (const std::exception& error) {
    throw failed_to_open(loader_sentence(error.what(), canonical.string()));
  }
  // Never unloaded: its code and tables are in use to the end.
  static auto* const kept = new std::vector<std::unique_ptr<boost::dll::shared_library>>;
  const auto& loaded = *kept->emplace_back(std::move(library));
  if (!loaded.has(REVERIE_ENTRY_NAME))
    throw PluginError(fmt::format("it does not export {}", REVERIE_ENTRY_NAME),
                      "Export it with REVERIE_CELL, REVERIE_DYNAMICS, REVERIE_TASK, REVERIE_METRIC or REVERIE_EXPORT.");
  const auto& entry = loaded.get<decltype(reverie_plugin_entry_v1)>(REVERIE_ENTRY_NAME);
  reverie_error error{};
  const reverie_plugin* plugin = nullptr;
  try {
    plugin = entry(host_services(), &error);
  } catch (const std::exception& thrown) {
    throw PluginError(fmt::format("its entry threw an exception through the interface: {}", thrown.what()));
  } catch (...) {
    throw PluginError("its entry threw an exception through the interface");
  }
  error.message[sizeof error.message - 1] = '\0';
  if (!plugin)
    throw PluginError(error.message[0] ? fmt::format("it refused to start: {}", error.message)
                                       : std::string("it refused to start and gave no reason"));
  return plugin;
}

}  // namespace reverie::plugin
