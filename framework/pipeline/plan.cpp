// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <engine/network.hpp>
#include <functional>
#include <pipeline/planner.hpp>
#include <pipeline/plugins.hpp>
#include <set>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

CheckedTable read_top_level(const Reading& reading) {
  const json& root = reading.document.root;
  for (const char* name : {"axes", "task", "network", "stage", "claim"})
    if (root.contains(name)) require_table(reading, name, root[name]);
  return check_table(reading, "", root, top_level_keys(), {{"title", reading.document.file.stem().string()}});
}

/// [task.NAME] or [network.NAME] at every point of the axes that it mentions.
template <class T, class Read>
std::map<std::string, Variants<T>> read_variants(const Planning& planning, const char* kind,
                                                 nlohmann::ordered_json& configuration, Read&& read) {
  const Reading& reading = planning.reading;
  const json tables = reading.document.root.value(kind, json());
  std::map<std::string, Variants<T>> all;
  for (const auto& name : in_file_order(reading.document, kind, tables)) {
    const auto path = join(kind, name);
    auto& variants = all[name];
    variants.axes = mentioned_axes(reading, planning.axes, path, tables[name]);
    for (const auto& choice : product_of(planning.axes, variants.axes)) {
      const auto substituted = substitute(reading, choice, path, tables[name]);
      if (!substituted.good) continue;
      reading.diagnostics.set_aliases(substituted.aliases);
      if (auto value = read(name, substituted.value)) {
        if (variants.by_point.empty()) {
          json settings = settings_of(value);
          show_mentions(substituted.aliases, path, tables[name], settings);
          configuration[kind][name] = settings;
        }
        variants.by_point[text_of(choice.point())] = std::move(value);
      }
      reading.diagnostics.set_aliases({});
    }
  }
  return all;
}

void for_each_quantity(std::vector<Claim>& claims, const std::function<void(Quantity&)>& visit) {
  for (auto& claim : claims)
    for (auto& at : claim.cases)
      for (auto& sample : at.samples) {
        visit(sample.value);
        if (sample.above) visit(*sample.above);
        if (sample.below) visit(*sample.below);
      }
}

/// Leaves out stages that run only when needed and are not.
void prune(Plan& plan) {
  const auto count = plan.stages.size();
  std::vector<bool> needed(count);
  for (std::size_t k = 0; k < count; ++k) needed[k] = !plan.stages[k].when_needed;
  for_each_quantity(plan.claims, [&](Quantity& quantity) {
    if (quantity.stage) needed[*quantity.stage] = true;
  });
  for (std::size_t k = count; k-- > 0;)
    if (needed[k])
      for (const auto input : plan.stages[k].inputs) needed[input] = true;

  std::vector<std::size_t> moved(count);
  std::vector<Stage> kept;
  for (std::size_t k = 0; k < count; ++k) {
    if (!needed[k]) continue;
    moved[k] = kept.size();
    for (auto& input : plan.stages[k].inputs) input = moved[input];
    kept.push_back(std::move(plan.stages[k]));
  }
  plan.stages = std::move(kept);
  for_each_quantity(plan.claims, [&](Quantity& quantity) {
    if (quantity.stage) quantity.stage = moved[*quantity.stage];
  });
}

/// What of a document's values the pipeline's files say, what the scale, and what the command line.
analysis::ReportOrigins origins_of(const Document& document) {
  analysis::ReportOrigins origins;
  const auto scale = document.root.value("scale", json());
  const auto scales = scale.is_string() ? join("scales", scale.get<std::string>()) : "";
  for (const auto& [path, entry] : document.entries) {
    if (path == "scales" || path.starts_with("scales.")) continue;
    const auto scaled = document.entries.find(join(scales, path));
    if (document.sources[entry.key.source].name == setting_source)
      origins.set.insert(path);
    else if (!scales.empty() && scaled != document.entries.end() && scaled->second.key == entry.key)
      origins.scaled.insert(path);
    else
      origins.written.insert(path);
  }
  return origins;
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

json engine_identity() {
  return {{"results", engine_results}, {"shard_rows", engine::shard_rows}, {"chunk_steps", engine::chunk_steps}};
}

const std::string& Stage::run() const { return stage_kinds()[work.index()]; }

std::string Stage::label() const { return point.empty() ? name : fmt::format("{}[{}]", name, text_of(point)); }

std::filesystem::path Stage::place() const { return place_of(name, point, fingerprint); }

std::string file_name(const std::string& text, const std::string& fingerprint) {
  constexpr std::size_t longest = 200;  // of 255 bytes: some names get endings
  return text.size() <= longest ? text : fmt::format("{}-{}", text.substr(0, longest - 17), fingerprint.substr(0, 16));
}

std::filesystem::path place_of(const std::string& name, const Point& point, const std::string& fingerprint) {
  const std::filesystem::path folder = name;
  return point.empty() ? folder : folder / file_name(text_of(point), fingerprint);
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
  if (const auto stem = document.file.stem(); stem == "." || stem == "..")
    diagnostics.at({0, 0, 0}, "a pipeline's file needs a name: its results lie in a folder that is called so");
  if (document.file.stem() == "store")
    diagnostics.at({0, 0, 0},
                   "a pipeline's file cannot be called 'store': its results would lie where all results lie");

  auto& configuration = plan.configuration;
  configuration["title"] = plan.title;
  configuration["seed"] = plan.seed;
  if (document.root.contains("scale")) configuration["scale"] = document.root["scale"];
  for (const char* as_written : {"plugins", "axes"})
    if (document.root.contains(as_written)) configuration[as_written] = document.root[as_written];

  Planning planning{reading, read_axes(reading), {}, {}, {}, {}, {}, 0, {}, {}};
  planning.tasks = read_variants<PluginUse>(planning, "task", configuration, [&](const auto& name, const json& table) {
    return read_task(reading, name, table);
  });
  planning.networks = read_variants<NetworkPlan>(
      planning, "network", configuration,
      [&](const auto& name, const json& table) { return read_network(reading, name, table); });
  plan_stages(planning, plan.seed, configuration);
  plan.claims = plan_claims(planning);
  plan.slurm = plan_slurm(reading);
  if (diagnostics.count() == 0) {
    diagnose_unused_axes(planning);
    diagnose_unused_seed(planning);
  }
  if (document.root.contains("claim")) configuration["claim"] = document.root["claim"];
  diagnostics.throw_if_any();
  plan.origins = origins_of(document);

  plan.warnings.insert(plan.warnings.end(), planning.warnings.begin(), planning.warnings.end());
  plan.stages = std::move(planning.stages);
  prune(plan);
  return plan;
}

std::string canonical(const json& value) { return writable(value).dump(); }

std::filesystem::path result_folder(const std::filesystem::path& runs, const Stage& stage) {
  return runs / "store" / stage.fingerprint.substr(0, 16);
}

}  // namespace reverie::pipeline
