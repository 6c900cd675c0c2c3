// SPDX-License-Identifier: BSD-3-Clause
// import: a network trained elsewhere as a pipeline that replays it. The command writes the tables that such a pipeline
// needs; reading and checking is the work of the stage with run = "import".
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cli/commands.hpp>
#include <cli/plugin_text.hpp>
#include <iostream>
#include <pipeline/import_network.hpp>
#include <pipeline/plan.hpp>
#include <pipeline/plugins.hpp>
#include <pipeline/stages.hpp>
#include <store/files.hpp>
#include <store/publication.hpp>

namespace reverie::cli {
namespace {

namespace fs = std::filesystem;

using Names = std::map<std::string, std::vector<std::string>>;

std::string quoted(const std::string& text) {
  try {
    return toml_value(text);
  } catch (const plugin::json::exception&) {
    throw UsageError(fmt::format("'{}' is not UTF-8, and pipelines are", text), "Choose another name.");
  }
}

/// Bare where TOML allows it.
std::string key_text(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
  return bare ? key : quoted(key);
}

/// OURS=THEIRS, repeated: several names for one of ours are added.
Names read_map(const std::vector<std::string>& settings) {
  Names names;
  for (const auto& setting : settings) {
    const auto equals = setting.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == setting.size())
      throw UsageError(fmt::format("--map must be OURS=THEIRS, not '{}'", setting),
                       "As in --map w_rec.weight=rnn.weight_hh_l0; repeat it for tensors that are added.");
    names[setting.substr(0, equals)].push_back(setting.substr(equals + 1));
  }
  return names;
}

/// --set task.X=..., cell.X=..., network.X=... by table.
plugin::json read_settings(const std::vector<std::string>& settings) {
  const auto given = pipeline::parse_document("--set", "", settings).root;
  for (const auto& [table, values] : given.items()) {
    const bool known = table == "task" || table == "cell" || table == "network";
    if (!known || !values.is_object())
      throw UsageError(fmt::format("--set changes task.KEY, cell.KEY or network.KEY, not '{}'", table),
                       "As in --set task.place_cells=512 or --set cell.alpha=0.5.");
    for (const auto& [key, value] : values.items())
      if (value.is_object())
        throw UsageError(fmt::format("--set {}.{} must be a number, text, boolean or list", table, key),
                         "What else a pipeline can say, its file can: --out PIPELINE writes it.");
  }
  return given;
}

std::string lines_of(const plugin::json& values) {
  std::string text;
  for (const auto& [key, value] : values.items()) text += fmt::format("{} = {}\n", key_text(key), toml_value(value));
  return text;
}

/// Rows of the encoder: every network has one.
std::int64_t units_in(const fs::path& file, const Names& map) {
  const auto tensors = pipeline::read_tensors(file);
  const auto mapped = map.find("encoder.weight");
  const auto* encoder = tensors.find(mapped == map.end() ? "encoder.weight" : mapped->second.front());
  if (encoder != nullptr && encoder->shape.size() == 2) return encoder->shape[0];
  std::vector<std::string> there;
  for (const auto& tensor : tensors.tensors) there.push_back(tensor.name);
  throw UsageError(fmt::format("'{}' has no 'encoder.weight' (units, start activities); it has {}", file.string(),
                               fmt::join(there, ", ")),
                   "Which one it is, --map says: --map encoder.weight=NAME.");
}

/// A path as a pipeline in `folder` writes it.
std::string seen_from(const fs::path& folder, const std::string& file) {
  if (fs::path(file).is_absolute()) return file;
  return fs::proximate(fs::absolute(file), folder).string();
}

/// Noise and the cell's parameters, where they are not given.
void add_defaults(const std::string& cell, plugin::json& parameters, plugin::json& network) {
  for (const auto* component : plugin::Registry::instance().all())
    if (component->kind == plugin::Kind::cell && component->id == cell)
      for (const auto& spec : component->schema)
        if (spec.default_value && !parameters.contains(spec.name)) parameters[spec.name] = *spec.default_value;
  for (const auto& spec : pipeline::network_keys().plain)
    if (spec.name.starts_with("noise") && !network.contains(spec.name)) network[spec.name] = *spec.default_value;
}

std::string pipeline_text(const options::variables_map& values, const fs::path& folder) {
  const auto file = values["FILE"].as<std::string>(), task = values["task"].as<std::string>();
  const auto map = read_map(texts(values, "map"));
  auto settings = read_settings(texts(values, "set"));
  auto &cell = settings["cell"], &network = settings["network"];
  if (!cell.contains("units")) cell["units"] = units_in(file, map);
  add_defaults(values["cell"].as<std::string>(), cell, network);
  const auto of = [&](const char* table) { return lines_of(settings.value(table, plugin::json::object())); };
  std::vector<std::string> plugins;
  for (const auto& library : texts(values, "plugin")) plugins.push_back(seen_from(folder, library));
  auto text = plugins.empty() ? "" : fmt::format("plugins = {}\n\n", toml_value(plugins));
  text += fmt::format(
      "[task.{}]\nplugin = {}\n{}\n# What no file of weights tells, noise and the cell's parameters, must be that of "
      "the training.\n"
      "[network.imported]\n{}\n[network.imported.cell]\nplugin = {}\n{}\n"
      "[stage.imported]\nrun = \"import\"\nfile = {}\ntask = {}\nnetwork = \"imported\"\n",
      key_text(task), quoted(task), of("task"), of("network"), quoted(values["cell"].as<std::string>()), of("cell"),
      quoted(seen_from(folder, file)), quoted(task));
  if (values.count("constants") != 0) {
    const auto constants = values["constants"].as<std::string>();
    text += fmt::format("constants = {}\n", quoted(constants == "drawn" ? constants : seen_from(folder, constants)));
  }
  if (!map.empty()) {
    text += "[stage.imported.map]\n";
    for (const auto& [ours, theirs] : map) text += fmt::format("{} = {}\n", key_text(ours), toml_value(theirs));
  }
  return text + "\n[stage.replay]\nrun = \"simulate\"\nof = \"imported\"\nphase = \"quiescent\"\n";
}

}  // namespace

int import_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  description.add_options()                                                                                       //
      ("task", options::value<std::string>()->value_name("TASK"), "task plugin that the network was trained on")  //
      ("cell", options::value<std::string>()->default_value("leaky_rnn")->value_name("CELL"), "cell plugin")      //
      ("constants", options::value<std::string>()->value_name("FILE"),
       "file with the task's constants, such as place cells' centers; or 'drawn': new ones")  //
      ("map", options::value<std::vector<std::string>>()->value_name("OURS=THEIRS"),
       "the name of one of the network's tensors in the file; repeated, they are added")  //
      ("set", options::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
       "a parameter of task, cell or network, as in task.place_cells=512 or cell.alpha=0.5")                       //
      ("out", options::value<std::string>()->value_name("PIPELINE"), "write the pipeline here (default: stdout)")  //
      ("force", "replace PIPELINE where it exists");
  add_common(description);
  const auto values = parse(command, description, {"FILE"}, arguments);
  if (!values) return 0;
  if (values->count("task") == 0)
    throw UsageError("--task TASK is missing", "'reverie list' shows the tasks; 'reverie info TASK' their parameters.");
  std::vector<fs::path> inputs = {(*values)["FILE"].as<std::string>()};
  if (values->count("constants") != 0) inputs.emplace_back((*values)["constants"].as<std::string>());
  const fs::path out = values->count("out") != 0 ? output_file(*values, inputs) : fs::path("imported.toml");
  const auto folder = fs::absolute(out).parent_path();

  pipeline::load_plugins(plugin_search(*values));  // make_plan warns of those that could not be loaded
  const auto text = pipeline_text(*values, folder);
  try {
    const auto plan = pipeline::make_plan(pipeline::parse_document(out.string(), text), plugin_search(*values));
    for (const auto& warning : plan.warnings) warn(warning);
  } catch (const pipeline::PipelineError& error) {
    throw Error(
        error.exit_code(), error.what(),
        fmt::format("'{}' is the pipeline that would be written: --map OURS=THEIRS fills its 'map', --set "
                    "cell.KEY=VALUE, network.KEY=VALUE and task.KEY=VALUE its tables, as network.readout_bias=true.",
                    out.string()));
  }
  if (values->count("out") == 0) {
    std::cout << text;
    return 0;
  }
  store::write_file_atomically(out, text);
  std::cerr << fmt::format("{} fits; this replays it: reverie run {}\n", (*values)["FILE"].as<std::string>(),
                           shell_word(out));
  return 0;
}

}  // namespace reverie::cli
