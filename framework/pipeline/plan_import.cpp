// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <pipeline/planner.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;

/// map = { OURS = "theirs", OURS = ["theirs", "added"] }; nullopt when something is wrong.
std::optional<std::map<std::string, std::vector<std::string>>> read_map(const Reading& reading, const std::string& path,
                                                                        const json& table) {
  std::map<std::string, std::vector<std::string>> names;
  if (!table.contains("map")) return names;
  const auto map_path = join(path, "map");
  if (!require_table(reading, map_path, table["map"])) return std::nullopt;
  bool good = true;
  for (const auto& [ours, theirs] : table["map"].items()) {
    const auto list = theirs.is_array() ? theirs : json::array({theirs});
    const bool texts =
        !list.empty() && std::all_of(list.begin(), list.end(), [](const json& name) { return name.is_string(); });
    if (texts) {
      names[ours] = list.get<std::vector<std::string>>();
      continue;
    }
    good = false;
    reading.diagnostics.at_value(join(map_path, ours),
                                 theirs.is_object()
                                     ? "write a name with a dot in quotes: \"w_rec.weight\" = \"NAME\""
                                     : "'map' gives each name of the network a name of the file, or a list of names "
                                       "that are added");
  }
  if (!good) return std::nullopt;
  return names;
}

/// The file that `key` names, with its hash; nullopt (diagnosed) when it cannot be read.
struct NamedFile {
  fs::path path;
  std::string sha256;
};
std::optional<NamedFile> find_file(const Reading& reading, const std::string& path, const char* key,
                                   const std::string& name) {
  const auto file = reading.document.folder_of(reading.diagnostics.origin_of(join(path, key))) / name;
  try {
    return NamedFile{file, store::sha256_file(file)};
  } catch (const store::DataError& error) {
    reading.diagnostics.at_value(join(path, key), fmt::format("{}; {}", error.what(), error.remedy()));
    return std::nullopt;
  }
}

/// Diagnoses names on the left of the map that are none of the network's.
bool check_map(const Reading& reading, const std::string& path, const ImportStage& work, const engine::Model& model) {
  std::vector<std::string> known;
  for (const auto& weight : engine::parameter_shapes(model)) known.push_back(weight.name);
  for (const auto& constant : model.constants) known.push_back("task." + constant.name);
  bool good = true;
  for (const auto& [ours, theirs] : work.source.names) {
    if (std::find(known.begin(), known.end(), ours) != known.end()) continue;
    reading.diagnostics.at_key(
        join(join(path, "map"), ours),
        fmt::format("the network has no '{}'; it has {}.{}", ours, fmt::join(known, ", "), did_you_mean(ours, known)));
    good = false;
  }
  return good;
}

/// Reads the files and diagnoses what does not fit.
bool fits(const Reading& reading, const std::string& path, const ImportStage& work) {
  const auto task = make_task(work.model.task);
  const auto model = make_model(work.model, draw_constants(*task, work.model.seed));
  if (engine::parameter_shapes(model).empty()) {
    reading.diagnostics.at_value(join(path, "network"), fmt::format("cell '{}' has no weights to import; simulate it "
                                                                    "with `task` and `network` instead of `of`",
                                                                    model.cell->component().id));
    return false;
  }
  if (!check_map(reading, path, work, model)) return false;
  try {
    const auto imported = import_network(work.source, model);
    for (const auto& problem : imported.problems)
      reading.diagnostics.at_value(join(path, problem.key), problem.message);
    return imported.problems.empty();
  } catch (const store::DataError& error) {
    reading.diagnostics.at_value(join(path, "file"), fmt::format("{}; {}", error.what(), error.remedy()));
    return false;
  }
}

/// For an identity; not the bare digits, which are fingerprints of stages there.
std::string hash_text(const std::string& sha256) { return "sha256:" + sha256; }

}  // namespace

bool plan_import(Planning& planning, const json& table, Stage& stage) {
  const Reading& reading = planning.reading;
  const auto path = join("stage", stage.name);
  const auto named = named_model(planning, path, table);
  const auto checked = check_table(reading, path, table, import_keys(), {{"seed", planning.seed}});
  const auto names = read_map(reading, path, table);
  if (!checked.good || !names || named.task == nullptr || named.network == nullptr) return false;
  const json& values = checked.values;

  ImportStage work;
  work.model.task = *named.task;
  work.model.network = *named.network;
  work.model.steps = make_task(*named.task)->steps();
  work.model.seed = values["seed"].get<std::uint64_t>();
  if (!try_model(reading, path, work.model, false)) return false;

  const auto constants = values["constants"].get<std::string>();
  work.source.names = *names;
  work.source.draws_constants = constants == "drawn";
  const auto file = find_file(reading, path, "file", values["file"].get<std::string>());
  if (!file) return false;
  work.source.file = file->path;
  work.source.file_sha256 = file->sha256;
  if (!constants.empty() && !work.source.draws_constants) {
    const auto other = find_file(reading, path, "constants", constants);
    if (!other) return false;
    work.source.constants = other->path;
    work.source.constants_sha256 = other->sha256;
  }
  if (!fits(reading, path, work)) return false;

  stage.settings = values;
  if (constants.empty()) stage.settings.erase("constants");
  if (!names->empty()) stage.settings["map"] = table["map"];
  stage.identity = {{"run", "import"}, {"results", import_results},        {"file", hash_text(work.source.file_sha256)},
                    {"map", *names},   {"task", identity_of(*named.task)}, {"network", identity_of(*named.network)}};
  if (work.source.draws_constants) {
    stage.identity["constants"] = "drawn";
    stage.identity["seed"] = values["seed"];
    stage.identity["engine"] = engine_identity();
  } else if (!constants.empty()) {
    stage.identity["constants"] = hash_text(work.source.constants_sha256);
  }
  stage.plugins = {named.task->component, named.network->cell.component};
  stage.work = std::move(work);
  return true;
}

}  // namespace reverie::pipeline
