// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <cctype>
#include <cli/command_line.hpp>
#include <cstdlib>
#include <iostream>
#include <numeric/threads.hpp>
#include <pipeline/stored_result.hpp>
#include <sstream>
#include <store/files.hpp>

namespace reverie::cli {
namespace {

using std::filesystem::path;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Folders in a list separated by colons.
std::vector<path> split(const std::string& list) {
  std::vector<path> parts;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, ':');)
    if (!part.empty()) parts.emplace_back(part);
  return parts;
}

/// lib/reverie/plugins of the installation, or of the build.
std::vector<path> bundled_folders() {
  std::vector<path> folders;
  std::error_code error;
  for (const auto& folder : library_folders())
    if (const auto plugins = folder / "reverie" / "plugins"; std::filesystem::is_directory(plugins, error))
      folders.push_back(plugins);
  return folders;
}

void print_help(const Command& command, const options::options_description& description) {
  std::cout << fmt::format("Usage: reverie {}{}\n\n{}\n\n", command.name,
                           command.arguments.empty() ? "" : " " + command.arguments, command.doc)
            << description;
}

}  // namespace

path installation() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().parent_path();
}

std::vector<path> library_folders() {
  std::vector<path> folders;
  for (const auto& name : split(REVERIE_LIBRARY_FOLDERS))
    if (std::find(folders.begin(), folders.end(), installation() / name) == folders.end())
      folders.push_back(installation() / name);
  return folders;
}

bool is_on_path(const path& folder) {
  std::error_code error;
  const auto searched = split(environment("PATH"));
  return std::any_of(searched.begin(), searched.end(),
                     [&](const path& each) { return std::filesystem::equivalent(each, folder, error); });
}

void add_common(options::options_description& description) {
  description.add_options()                                                                                //
      ("plugin", options::value<std::vector<std::string>>()->value_name("FILE"), "load this library too")  //
      ("help,h", "show this text");
}

void add_running(options::options_description& description) {
  description.add_options()                                                                                    //
      ("threads", options::value<int>()->value_name("N"), "threads to use (default: the processors at hand)")  //
      ("quiet,q", "show results and errors only");
}

void add_runs(options::options_description& description) {
  description.add_options()("runs", options::value<std::string>()->default_value("runs")->value_name("DIR"),
                            "folder for results");
}

void add_only(options::options_description& description, const std::string& does) {
  description.add_options()("only", options::value<std::vector<std::string>>()->value_name("STAGE"),
                            (does + " this stage and what it needs").c_str());
}

void add_settings(options::options_description& description) {
  description.add_options()("set", options::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
                            "replace a value of the file, as in stage.train.batches=100; the right side is TOML");
}

std::optional<options::variables_map> parse(const Command& command, const options::options_description& description,
                                            const std::vector<std::string>& positional,
                                            const std::vector<std::string>& arguments, const std::string& rest) {
  auto all = description;
  options::positional_options_description places;
  for (const auto& name : positional) {
    all.add_options()(name.c_str(), options::value<std::string>());
    places.add(name.c_str(), 1);
  }
  if (!rest.empty()) {
    all.add_options()(rest.c_str(), options::value<std::vector<std::string>>());
    places.add(rest.c_str(), -1);
  }
  const auto help = fmt::format("'reverie {} --help' shows how.", command.name);
  options::variables_map values;
  try {
    // Without guessing: an abbreviation that works today would be ambiguous tomorrow.
    const auto style = options::command_line_style::unix_style & ~options::command_line_style::allow_guessing;
    options::store(options::command_line_parser(arguments).options(all).positional(places).style(style).run(), values);
  } catch (const options::unknown_option& error) {
    std::vector<std::string> known;
    for (const auto& option : description.options()) known.push_back("--" + option->long_name());
    const auto& name = error.get_option_name();
    throw UsageError(fmt::format("there is no option '{}'.{}", name, did_you_mean(name, known)), help);
  } catch (const options::too_many_positional_options_error&) {
    throw UsageError("too many arguments", help);
  } catch (const options::error& error) {
    throw UsageError(error.what(), help);
  }
  if (values.count("help") != 0) {
    print_help(command, description);
    return std::nullopt;
  }
  for (const auto& name : positional)
    if (values.count(name) == 0) throw UsageError(fmt::format("'{}' is missing", name), help);
  return values;
}

void apply_threads(const options::variables_map& values) {
  if (values.count("threads") == 0) return;
  const int threads = values["threads"].as<int>();
  if (threads < 1) throw UsageError(fmt::format("--threads must be at least 1, not {}", threads));
  numeric::set_thread_count(threads);
}

pipeline::PluginSearch plugin_search(const options::variables_map& values) {
  pipeline::PluginSearch search;
  for (const auto& library : texts(values, "plugin")) search.libraries.emplace_back(library);
  search.folders = split(environment("REVERIE_PLUGIN_PATH"));
  const auto data = environment("XDG_DATA_HOME"), home = environment("HOME");
  path own;
  if (!data.empty())
    own = path(data) / "reverie" / "plugins";
  else if (!home.empty())
    own = path(home) / ".local" / "share" / "reverie" / "plugins";
  if (std::error_code ignored; std::filesystem::exists(own, ignored)) search.folders.push_back(own);
  search.bundled = bundled_folders();
  return search;
}

pipeline::Plan read_plan(const options::variables_map& values) {
  const auto document = pipeline::read_document(values["PIPELINE"].as<std::string>(), texts(values, "set"));
  auto plan = pipeline::make_plan(document, plugin_search(values));
  if (values.count("quiet") == 0)
    for (const auto& warning : plan.warnings) warn(warning);
  return plan;
}

std::filesystem::path output_file(const options::variables_map& values,
                                  const std::vector<std::filesystem::path>& inputs) {
  namespace fs = std::filesystem;
  const fs::path out = values["out"].as<std::string>();
  std::error_code ignored;
  for (const auto& input : inputs)
    if (fs::equivalent(out, input, ignored))
      throw UsageError(fmt::format("'{}' is what the command reads", out.string()), "Choose another name.");
  if (values.count("force") == 0 && fs::exists(out, ignored))
    throw UsageError(fmt::format("'{}' exists already", out.string()), "Choose another name, or say --force.");
  if (!fs::is_directory(fs::absolute(out).parent_path(), ignored)) throw store::cannot_write(out, ENOENT);
  require_outside_results(out);
  return out;
}

void require_outside_results(const std::filesystem::path& file) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (const auto folder = fs::weakly_canonical(fs::absolute(file).parent_path(), ignored);
      fs::exists(folder / pipeline::stage_file, ignored))
    throw UsageError(fmt::format("'{}' would lie in a stored result", file.string()), "Choose another folder.");
}

std::vector<std::string> texts(const options::variables_map& values, const std::string& name) {
  return values.count(name) == 0 ? std::vector<std::string>() : values[name].as<std::vector<std::string>>();
}

std::string shell_word(const std::filesystem::path& file) {
  const auto text = file.string();
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '/' || c == '.' || c == '_' || c == '-';
  });
  return plain ? text : "'" + boost::replace_all_copy(text, "'", "'\\''") + "'";
}

void warn(const std::string& text) { std::cerr << "warning: " << text << "\n"; }

void complain(const std::string& message, const std::string& remedy) {
  // Messages about a place in a file say "error" themselves.
  const bool placed = message.find(": error: ") != std::string::npos;
  std::cerr << (placed ? "" : "error: ") << message << "\n";
  if (!remedy.empty()) std::cerr << "  " << remedy << "\n";
}

}  // namespace reverie::cli
