// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <engine/network.hpp>
#include <pipeline/planner.hpp>
#include <pipeline/plugins.hpp>
#include <set>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

/// Names of a table's entries in the order of the file.
std::vector<std::string> in_file_order(const Document& document, const std::string& table) {
  std::vector<std::string> names;
  if (const auto found = document.root.find(table); found != document.root.end() && found->is_object())
    for (const auto& [name, value] : found->items()) names.push_back(name);
  std::stable_sort(names.begin(), names.end(), [&](const auto& a, const auto& b) {
    return document.entry(join(table, a)).key < document.entry(join(table, b)).key;
  });
  return names;
}

/// A stage's name is a folder's name.
bool is_folder_name(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

CheckedTable read_top_level(const Reading& reading) {
  json root = reading.document.root;
  // Parts of the language that later versions read: their tables must not be taken for misspellings.
  for (const char* later : {"axes", "claim"})
    if (root.contains(later)) {
      reading.diagnostics.at_key(later, fmt::format("[{}] is not supported yet", later));
      root.erase(later);
    }
  for (const char* name : {"task", "network", "stage"})
    if (root.contains(name)) require_table(reading, name, root[name]);
  return check_table(reading, "", root, top_level_keys(), {{"title", reading.document.file.stem().string()}});
}

/// `run` of each stage, of those where it is known.
std::map<std::string, std::string> read_kinds(const Reading& reading, const std::vector<std::string>& names) {
  std::map<std::string, std::string> kinds;
  for (const auto& name : names) {
    const auto path = join("stage", name);
    const json& table = reading.document.root["stage"][name];
    if (!is_folder_name(name))
      reading.diagnostics.at_key(path, fmt::format("'{}' cannot name a stage: use letters, digits, '_' and '-'", name));
    if (!require_table(reading, path, table)) continue;
    const auto list = fmt::format("one of \"{}\"", fmt::join(stage_kinds(), "\", \""));
    if (!table.contains("run")) {
      reading.diagnostics.at_key(path, fmt::format("{}: 'run' is required: {}", label_of(path), list));
      continue;
    }
    const auto run = table["run"].is_string() ? table["run"].get<std::string>() : "";
    if (std::find(stage_kinds().begin(), stage_kinds().end(), run) != stage_kinds().end())
      kinds[name] = run;
    else
      reading.diagnostics.at_value(
          join(path, "run"), fmt::format("'run' must be {}{}{}", list, run.empty() ? "" : ", not \"" + run + "\".",
                                         did_you_mean(run, stage_kinds())));
  }
  return kinds;
}

using References = std::map<std::string, std::vector<Reference>>;

/// Stages in an order in which inputs come first, otherwise in that of the file; those on a circle (and those that need
/// them) are left out.
std::vector<std::string> topological_order(const std::vector<std::string>& names, const References& references) {
  std::vector<std::string> order;
  std::set<std::string> placed;
  for (bool progress = true; progress;) {
    progress = false;
    for (const auto& name : names) {
      const auto found = references.find(name);
      if (placed.contains(name) || found == references.end()) continue;
      const bool ready = std::all_of(found->second.begin(), found->second.end(), [&](const Reference& reference) {
        return placed.contains(reference.stage) || !references.contains(reference.stage);
      });
      if (!ready) continue;
      order.push_back(name);
      placed.insert(name);
      progress = true;
      break;
    }
  }
  return order;
}

/// The circle that is reached from a stage which cannot be ordered, starting and ending with the same name.
std::vector<std::string> circle_from(const std::string& start, const References& references,
                                     const std::set<std::string>& ordered) {
  std::vector<std::string> walk = {start};
  while (true) {
    const auto& next = references.at(walk.back());
    const auto step = std::find_if(next.begin(), next.end(), [&](const Reference& reference) {
      return references.contains(reference.stage) && !ordered.contains(reference.stage);
    });
    const auto seen = std::find(walk.begin(), walk.end(), step->stage) - walk.begin();
    const bool closed = seen < std::ssize(walk);
    walk.push_back(step->stage);
    if (closed) return {walk.begin() + seen, walk.end()};
  }
}

/// Diagnoses every circle once; returns the stages that lie on one.
std::set<std::string> diagnose_circles(const Reading& reading, const std::vector<std::string>& names,
                                       const References& references, const std::set<std::string>& ordered) {
  std::set<std::string> on_circles;
  for (const auto& name : names) {
    if (!references.contains(name) || ordered.contains(name)) continue;
    const auto circle = circle_from(name, references, ordered);
    if (on_circles.contains(circle.front())) continue;
    on_circles.insert(circle.begin(), circle.end());
    const auto& mentions = references.at(circle[0]);
    const auto mention =
        std::find_if(mentions.begin(), mentions.end(), [&](const auto& r) { return r.stage == circle[1]; });
    reading.diagnostics.at_value(mention->path,
                                 fmt::format("stages need each other in a circle: {}", fmt::join(circle, " -> ")));
  }
  return on_circles;
}

bool accepts(const Reference& mention, const std::string& kind) {
  return std::find(mention.accepted.begin(), mention.accepted.end(), kind) != mention.accepted.end();
}

void diagnose_references(const Reading& reading, const std::vector<std::string>& names,
                         const std::map<std::string, std::string>& kinds, const References& references,
                         const std::set<std::string>& on_circles) {
  for (const auto& [name, mentions] : references) {
    for (const auto& mention : mentions) {
      if (std::find(names.begin(), names.end(), mention.stage) == names.end()) {
        reading.diagnostics.at_value(
            mention.path, fmt::format("there is no stage '{}'.{}", mention.stage, did_you_mean(mention.stage, names)));
        continue;
      }
      if (on_circles.contains(name) && on_circles.contains(mention.stage)) continue;
      const auto kind = kinds.find(mention.stage);
      if (kind == kinds.end() || accepts(mention, kind->second)) continue;
      reading.diagnostics.at_value(mention.path,
                                   fmt::format("{} reads {} stages, and '{}' is a {} stage", mention.reader,
                                               fmt::join(mention.accepted, " or "), mention.stage, kind->second));
    }
  }
}

/// References that can be followed: to a stage of the right kind.
bool inputs_are_of_accepted_kinds(const std::map<std::string, std::string>& kinds,
                                  const std::vector<Reference>& mentions) {
  return std::all_of(mentions.begin(), mentions.end(), [&](const Reference& mention) {
    const auto kind = kinds.find(mention.stage);
    return kind == kinds.end() || accepts(mention, kind->second);
  });
}

bool plan_stage(Planning& planning, const std::string& run, const json& table, Stage& stage) {
  if (run == "train") return plan_train(planning, table, stage);
  if (run == "simulate") return plan_simulate(planning, table, stage);
  if (run == "measure") return plan_measure(planning, table, stage);
  return plan_figure(planning, table, stage);
}

void plan_stages(Planning& planning) {
  const Reading& reading = planning.reading;
  const auto names = in_file_order(reading.document, "stage");
  if (names.empty()) {
    reading.diagnostics.at({0, 0, 0}, "there are no stages; a pipeline needs at least one [stage.NAME]");
    return;
  }
  const auto kinds = read_kinds(reading, names);
  References references;
  for (const auto& [name, kind] : kinds) references[name] = references_of(reading, name);
  const auto order = topological_order(names, references);
  const std::set<std::string> ordered(order.begin(), order.end());
  const auto on_circles = diagnose_circles(reading, names, references, ordered);
  diagnose_references(reading, names, kinds, references, on_circles);

  for (const auto& name : order) {
    if (!inputs_are_of_accepted_kinds(kinds, references[name])) continue;
    Stage stage;
    stage.name = name;
    if (!plan_stage(planning, kinds.at(name), reading.document.root["stage"][name], stage)) continue;
    stage.fingerprint = store::sha256(canonical(stage.identity));
    planning.index[name] = planning.stages.size();
    planning.stages.push_back(std::move(stage));
  }
}

nlohmann::ordered_json configuration_of(const Planning& planning, const Plan& plan) {
  nlohmann::ordered_json configuration;
  configuration["title"] = plan.title;
  configuration["seed"] = plan.seed;
  if (planning.reading.document.root.contains("plugins"))
    configuration["plugins"] = planning.reading.document.root["plugins"];
  for (const auto& [name, use] : planning.tasks) configuration["task"][name] = settings_of(use);
  for (const auto& [name, network] : planning.networks) configuration["network"][name] = settings_of(network);
  for (const auto& stage : plan.stages) configuration["stage"][stage.name] = stage.settings;
  return configuration;
}

/// What json cannot write as a number is written as text, so that it counts.
json writable(const json& value) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) return fmt::format("{}", value.get<double>());
  if (!value.is_structured()) return value;
  json copy = value;
  for (auto& element : copy) element = writable(element);
  return copy;
}

}  // namespace

const Stage* Planning::find(const std::string& name) const {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : &stages[found->second];
}

NamedModel named_model(const Planning& planning, const std::string& stage_path, const json& values) {
  const Reading& reading = planning.reading;
  const auto look_up = [&](const char* kind, const auto& resolved) -> decltype(&resolved.begin()->second) {
    const auto path = join(stage_path, kind);
    if (!values.contains(kind) || !values[kind].is_string()) return nullptr;  // the schema says so
    const auto name = values[kind].template get<std::string>();
    const auto names = in_file_order(reading.document, kind);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      reading.diagnostics.at_value(path, fmt::format("there is no [{}.{}].{}", kind, name, did_you_mean(name, names)));
      return nullptr;
    }
    const auto found = resolved.find(name);
    return found == resolved.end() ? nullptr : &found->second;
  };
  return {look_up("task", planning.tasks), look_up("network", planning.networks)};
}

json engine_identity() {
  return {{"results", engine_results}, {"shard_rows", engine::shard_rows}, {"chunk_steps", engine::chunk_steps}};
}

std::string text_of(const Point& point) {
  std::string text;
  for (const auto& [axis, label] : point)
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", axis,
                        label.is_string() ? label.get<std::string>() : label.dump());
  return text;
}

const std::string& Stage::run() const { return stage_kinds()[work.index()]; }

std::string Stage::label() const { return point.empty() ? name : fmt::format("{}[{}]", name, text_of(point)); }

std::filesystem::path Stage::place() const {
  return point.empty() ? std::filesystem::path(name) : std::filesystem::path(name) / text_of(point);
}

Plan make_plan(const Document& document, const PluginSearch& search) {
  Diagnostics diagnostics(document);
  Plan plan;
  plan.file = document.file;
  plan.warnings = load_plugins(search, document, diagnostics);
  const Reading reading{document, diagnostics, search, plan.warnings};

  const auto top_level = read_top_level(reading);
  plan.seed = static_cast<std::uint64_t>(top_level.values.value("seed", std::int64_t{0}));
  plan.title = top_level.values.value("title", "");
  if (document.file.stem() == "store")
    diagnostics.at({0, 0, 0},
                   "a pipeline's file cannot be called 'store': its results would lie where all results lie");

  Planning planning{reading, plan.seed, {}, {}, {}, {}};
  for (const auto& name : in_file_order(document, "task"))
    if (auto task = read_task(reading, name)) planning.tasks[name] = std::move(task);
  for (const auto& name : in_file_order(document, "network"))
    if (auto network = read_network(reading, name); network.cell) planning.networks[name] = std::move(network);
  plan_stages(planning);
  diagnostics.throw_if_any();

  plan.stages = std::move(planning.stages);
  plan.configuration = configuration_of(planning, plan);
  return plan;
}

std::string canonical(const json& value) { return writable(value).dump(); }

std::filesystem::path result_folder(const std::filesystem::path& runs, const Stage& stage) {
  return runs / "store" / stage.fingerprint.substr(0, 16);
}

std::vector<Decision> decide(const Plan& plan, const std::filesystem::path& runs) {
  std::vector<Decision> decisions;
  for (const auto& stage : plan.stages) {
    if (std::filesystem::exists(result_folder(runs, stage)))
      decisions.push_back({false, "done before"});
    else
      decisions.push_back({true, "no result with this fingerprint"});
  }
  return decisions;
}

}  // namespace reverie::pipeline
