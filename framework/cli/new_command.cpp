// SPDX-License-Identifier: BSD-3-Clause
// new: a project for a plugin of one's own.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cli/commands.hpp>
#include <cli/templates.hpp>
#include <iostream>
#include <plugin/validate.hpp>
#include <store/files.hpp>
#include <store/publication.hpp>

namespace reverie::cli {
namespace {

using std::filesystem::path;

/// my_dynamics -> MyDynamics.
std::string class_name(const std::string& name) {
  std::string result;
  bool begins = true;
  for (const char c : name) {
    if (c != '_') result += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    begins = c == '_';
  }
  return result;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) text.replace(at, from.size(), to);
  return text;
}

/// Names that CMake or the compiler would not accept for a target or a class, or that the project's own targets have.
bool is_reserved(const std::string& name) {
  static const std::vector<std::string> reserved = {
      "all",     "check",          "clean",      "edit_cache",    "help", "install", "list_install_components",
      "package", "package_source", "preinstall", "rebuild_cache", "test", "reverie", "closed_form",
      "run"};
  return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

void require_name(const std::string& name) {
  if (!plugin::is_identifier(name))
    throw UsageError(fmt::format("'{}' cannot be the name of a plugin", name),
                     "Lower-case letters, digits and underscores, starting with a letter.");
  if (is_reserved(name))
    throw UsageError(fmt::format("'{}' is a name that build systems use", name), "Choose another.");
}

/// The whole project appears at once, or not at all.
void write_project(const std::string& kind, const std::string& name) {
  const path folder = name, begun = fmt::format(".{}.{}", name, ::getpid());
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(folder, error)))
    throw Error(ExitCode::run_failed, fmt::format("{} exists already", folder.string()),
                "Choose another name, or remove it first.");
  if (!std::filesystem::create_directory(begun, error)) throw store::cannot_write(begun, error.value());
  try {
    for (const auto& each : templates()) {
      const auto slash = each.file.find('/');
      const auto group = each.file.substr(0, slash);
      if (group != kind && group != "common") continue;
      auto text = replaced(each.text, "MyPlugin", class_name(name));
      text = replaced(replaced(text, "my_plugin", name), "my_kind", kind);
      store::write_file_atomically(begun / replaced(each.file.substr(slash + 1), "my_plugin", name), text);
    }
    std::filesystem::rename(begun, folder, error);
    if (error) throw store::cannot_write(folder, error.value());
  } catch (...) {
    std::filesystem::remove_all(begun, error);
    throw;
  }
}

/// Can CMake find the package beside this command?
bool has_package() {
  const auto folders = library_folders();
  return std::any_of(folders.begin(), folders.end(), [](const path& folder) {
    std::error_code error;
    return std::filesystem::exists(folder / "cmake" / "reverie" / "reverieConfig.cmake", error);
  });
}

/// What to type next: commands that work as they stand, wherever reverie is.
std::string next_steps(const std::string& name) {
  // CMake finds packages beside the commands in PATH.
  const bool is_installed = has_package(), is_found = is_installed && is_on_path(installation() / "bin");
  const auto prefix = is_installed ? shell_word(installation()) : "$HOME/.local";
  std::string steps;
  if (!is_installed)
    steps += fmt::format("  cmake --install {} --prefix $HOME/.local    # this one is built, but not installed\n",
                         shell_word(installation()));
  steps += fmt::format("  cd {}\n  cmake -B build{}\n  cmake --build build\n  ctest --test-dir build\n", name,
                       is_found ? "" : " -DCMAKE_PREFIX_PATH=" + prefix);
  return steps + fmt::format("  {} run {}.toml\n", is_found ? "reverie" : prefix + "/bin/reverie", name);
}

}  // namespace

int new_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  description.add_options()("help,h", "show this text");
  const auto values = parse(command, description, {"KIND", "NAME"}, arguments);
  if (!values) return 0;
  const auto kind = (*values)["KIND"].as<std::string>(), name = (*values)["NAME"].as<std::string>();
  const std::vector<std::string> kinds = {"cell", "dynamics", "task", "metric"};
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
    throw UsageError(fmt::format("there is no kind of plugin '{}'.{}", kind, did_you_mean(kind, kinds)),
                     "Kinds are cell, dynamics, task and metric.");
  require_name(name);
  write_project(kind, name);
  std::cout << fmt::format("{0}/ holds a {1} that works; {0}/{0}.cpp is yours to change.\n\n{2}", name, kind,
                           next_steps(name));
  return 0;
}

}  // namespace reverie::cli
