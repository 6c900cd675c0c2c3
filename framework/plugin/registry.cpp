// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <plugin/calling.hpp>
#include <plugin/loader.hpp>
#include <plugin/registry.hpp>
#include <plugin/validate.hpp>

namespace reverie::plugin {

namespace fs = std::filesystem;

namespace {

PluginError about(const fs::path& file, const PluginError& error) {
  return {fmt::format("plugin library {}: {}", file.string(), error.what()), error.remedy()};
}

void require_acceptable(const fs::path& file) {
  const auto note = read_note(file);
  const auto reason = refusal(note, REVERIE_ABI_MAJOR, REVERIE_ABI_MINOR);
  if (reason.empty()) return;
  throw PluginError(
      fmt::format("plugin library {}: {}", file.string(), reason),
      fmt::format("Rebuild the plugin with the headers of this version ({}.{}), or use the reverie it was built for.",
                  REVERIE_ABI_MAJOR, REVERIE_ABI_MINOR));
}

/// With a unique symbol a library would run the code or use the variables of another one that was loaded before.
void refuse_unique_symbols(const fs::path& file) {
  for (const auto& symbol : read_exports(file))
    if (symbol.unique)
      throw PluginError(
          fmt::format("plugin library {}: it exports '{}', which would be shared with every other library "
                      "that has it (a unique symbol)",
                      file.string(), symbol.name),
          "Build it with -fno-gnu-unique and -fvisibility=hidden, as reverie_add_plugin() does.");
}

}  // namespace

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::cell:
      return "cell";
    case Kind::dynamics:
      return "dynamics";
    case Kind::task:
      return "task";
    case Kind::metric:
      break;
  }
  return "metric";
}

struct Registry::State {
  mutable std::mutex mutex;
  std::vector<std::unique_ptr<const Component>> components;
  std::map<fs::path, std::vector<const Component*>> loaded;  // by canonical path
  std::map<fs::path, PluginError> failed;  // libraries whose code has run: their entry is not called a second time

  const Component* find(Kind kind, const std::string& id) const {
    for (const auto& component : components)
      if (component->kind == kind && component->id == id) return component.get();
    return nullptr;
  }

  std::vector<Component> open(const fs::path& canonical, bool bundled) const {
    auto found = validated(open_library(canonical), canonical, bundled);
    for (const auto& component : found)
      if (const auto* other = find(component.kind, component.id))
        throw PluginError(fmt::format("{} '{}' is already provided by {}", name_of(component.kind), component.id,
                                      other->file.string()),
                          "Remove one of the two libraries, or give the component another id.");
    return found;
  }
};

Registry& Registry::instance() {
  static Registry* const registry = [] {
    auto* made = new Registry;
    made->state_ = new State;
    return made;
  }();
  return *registry;
}

std::vector<const Component*> Registry::load(const fs::path& file, bool bundled) {
  std::error_code failed;
  const auto canonical = fs::canonical(file, failed);
  if (failed)
    throw PluginError(fmt::format("plugin library {}: {}", file.string(), failed.message()),
                      "Build the library, or check the path.");
  const std::lock_guard lock(state_->mutex);
  if (const auto known = state_->loaded.find(canonical); known != state_->loaded.end()) return known->second;
  if (const auto known = state_->failed.find(canonical); known != state_->failed.end()) throw known->second;
  require_acceptable(canonical);
  refuse_unique_symbols(canonical);
  std::vector<Component> found;
  try {
    const CallingScope scope({.library = canonical.c_str()});
    found = state_->open(canonical, bundled);
  } catch (const PluginError& error) {
    throw state_->failed.emplace(canonical, about(canonical, error)).first->second;
  }
  auto& result = state_->loaded[canonical];
  for (auto& component : found) {
    state_->components.push_back(std::make_unique<const Component>(std::move(component)));
    result.push_back(state_->components.back().get());
  }
  return result;
}

std::vector<PluginError> Registry::load_folders(const std::vector<fs::path>& folders, bool bundled) {
  std::vector<PluginError> errors;
  for (const auto& folder : folders) {
    std::error_code failed;
    std::vector<fs::path> files;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
      if (entry->path().extension() == ".so") files.push_back(entry->path());
    if (failed)
      errors.emplace_back(fmt::format("plugin folder {}: {}", folder.string(), failed.message()),
                          "Check that it is a folder that you may read.");
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
      try {
        load(file, bundled);
      } catch (const PluginError& error) {
        errors.push_back(error);
      }
    }
  }
  return errors;
}

const Component& Registry::find(Kind kind, const std::string& id) const {
  const std::lock_guard lock(state_->mutex);
  if (const auto* component = state_->find(kind, id)) return *component;
  const std::string remedy =
      "`reverie list` shows what there is; further libraries are given with --plugin, in the pipeline's `plugins` "
      "list or by REVERIE_PLUGIN_PATH.";
  std::vector<std::string> known;
  for (const auto& component : state_->components) {
    if (component->kind == kind)
      known.push_back(component->id);
    else if (component->id == id)
      throw PluginError(
          fmt::format("'{}' is a {} plugin, not a {} plugin", id, name_of(component->kind), name_of(kind)), remedy);
  }
  throw PluginError(fmt::format("there is no {} plugin '{}'.{}", name_of(kind), id, did_you_mean(id, known)), remedy);
}

std::vector<const Component*> Registry::all() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<const Component*> result;
  for (const auto& component : state_->components) result.push_back(component.get());
  std::sort(result.begin(), result.end(), [](const Component* a, const Component* b) {
    return std::pair(a->kind, a->id) < std::pair(b->kind, b->id);
  });
  return result;
}

}  // namespace reverie::plugin
