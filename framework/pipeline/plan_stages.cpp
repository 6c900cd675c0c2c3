// SPDX-License-Identifier: BSD-3-Clause
/// Stages: their order, the axes that reach each, and its points.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <pipeline/index.hpp>
#include <pipeline/planner.hpp>
#include <stdexcept>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

/// A stage's name is a folder's name.
bool is_folder_name(const std::string& name) {
  return !name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

/// `run` of each stage, of those where it is known.
std::map<std::string, std::string> read_kinds(const Reading& reading, const std::vector<std::string>& names) {
  std::map<std::string, std::string> kinds;
  for (const auto& name : names) {
    const auto path = join("stage", name);
    const json& table = reading.document.root["stage"][name];
    if (!is_folder_name(name))
      reading.diagnostics.at_key(
          path, fmt::format("'{}' cannot name a stage: use at most 100 letters, digits, '_' and '-'", name));
    if (name == logs_name || name == slurm_name)
      reading.diagnostics.at_key(
          path, fmt::format("'{}' cannot name a stage: a run keeps a folder of that name beside the results", name));
    if (!require_table(reading, path, table)) continue;
    const auto list = fmt::format("one of \"{}\"", fmt::join(stage_kinds(), "\", \""));
    if (!table.contains("run")) {
      auto others = names;
      std::erase(others, name);
      reading.diagnostics.at_key(
          path, fmt::format("{}: 'run' is required: {}.{}", label_of(path), list, did_you_mean(name, others)));
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
  std::map<std::string, std::size_t> place;  // in `names`
  for (std::size_t k = 0; k < names.size(); ++k)
    if (references.contains(names[k])) place[names[k]] = k;
  std::vector<std::size_t> missing(names.size());
  std::vector<std::vector<std::size_t>> readers(names.size());
  std::set<std::size_t> ready;
  for (const auto& [name, k] : place) {
    for (const auto& reference : references.at(name)) {
      const auto source = place.find(reference.stage);
      if (source == place.end()) continue;
      readers[source->second].push_back(k);
      ++missing[k];
    }
    if (missing[k] == 0) ready.insert(k);
  }
  std::vector<std::string> order;
  while (!ready.empty()) {
    const auto first = ready.extract(ready.begin()).value();
    order.push_back(names[first]);
    for (const auto reader : readers[first])
      if (--missing[reader] == 0) ready.insert(reader);
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
  const std::set<std::string> known(names.begin(), names.end());
  for (const auto& [name, mentions] : references) {
    for (const auto& mention : mentions) {
      if (!known.contains(mention.stage)) {
        reading.diagnostics.at_value(
            mention.path, fmt::format("there is no stage '{}'.{}", mention.stage, did_you_mean(mention.stage, names)));
        continue;
      }
      if (on_circles.contains(name) && on_circles.contains(mention.stage)) continue;
      const auto kind = kinds.find(mention.stage);
      if (kind == kinds.end() || accepts(mention, kind->second)) continue;
      reading.diagnostics.at_value(mention.path,
                                   fmt::format("{} reads {} stages, and '{}' is {} {} stage", mention.reader,
                                               fmt::join(mention.accepted, " or "), mention.stage,
                                               kind->second == "import" ? "an" : "a", kind->second));
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
  if (run == "import") return plan_import(planning, table, stage);
  if (run == "simulate") return plan_simulate(planning, table, stage);
  if (run == "measure") return plan_measure(planning, table, stage);
  if (run == "gather") return plan_gather(planning, table, stage);
  return plan_figure(planning, table, stage);
}

/// Whether the seed of the pipeline decides over a stage's result directly, and not only through its inputs.
bool takes_the_seed(const std::string& run, const json& table) {
  if (table.contains("seed")) return false;
  return run == "train" || run == "import" || (run == "simulate" && !table.contains("of"));
}

/// Axes of the tasks or networks (`kind`) that a stage may name; the name may itself come from an axis.
template <class T>
void add_axes_of_named(const Planning& planning, const json& table, const char* kind,
                       const std::map<std::string, Variants<T>>& tables, std::set<std::size_t>& axes) {
  const auto add = [&](const json& name) {
    if (!name.is_string()) return;
    if (const auto found = tables.find(name.get<std::string>()); found != tables.end())
      axes.insert(found->second.axes.begin(), found->second.axes.end());
  };
  if (!table.contains(kind)) return;
  const auto own = mentioned_axes(planning.reading, planning.axes, "", json::array({table[kind]}));
  if (own.empty()) return add(table[kind]);
  for (const auto& choice : product_of(planning.axes, own))
    add(substitute(planning.reading, choice, "", table[kind]).value);
}

/// One stage's table and what it refers to.
struct StageTable {
  const std::string& name;
  const std::string& run;
  const json& table;
  const std::vector<Reference>& references;
  std::map<std::size_t, std::string> gathered;
  std::set<std::size_t> gathered_axes;
};

/// The axes whose points the stage is resolved for.
std::set<std::size_t> axes_of(const Planning& planning, const StageTable& stage) {
  const auto path = join("stage", stage.name);
  auto axes = mentioned_axes(planning.reading, planning.axes, path, stage.table);
  add_axes_of_named(planning, stage.table, "task", planning.tasks, axes);
  add_axes_of_named(planning, stage.table, "network", planning.networks, axes);
  if (takes_the_seed(stage.run, stage.table))
    for (std::size_t k = 0; k < planning.axes.size(); ++k)
      if (planning.axes[k].name == seed_axis) axes.insert(k);
  for (const auto& reference : stage.references) axes.merge(free_axes(planning, reference, stage.gathered_axes));
  return axes;
}

/// Diagnoses gathered axes and common bindings that reach none of the sources.
bool gathers_what_is_there(const Planning& planning, const StageTable& stage) {
  std::set<std::size_t> reaching;
  const json* shared_at = nullptr;
  std::string shared_at_path, sources;
  for (const auto& reference : stage.references) {
    const auto source = planning.index.find(reference.stage);
    if (source == planning.index.end()) return true;  // told already
    reaching.insert(source->second.axes.begin(), source->second.axes.end());
    sources += (sources.empty() ? "'" : ", '") + reference.stage + "'";
    if (!reference.shared_at.is_object()) continue;
    shared_at = &reference.shared_at;
    shared_at_path = reference.shared_at_path;
  }
  bool good = true;
  for (const auto& [axis, path] : stage.gathered) {
    if (path.empty() || reaching.contains(axis)) continue;
    planning.reading.diagnostics.at_value(
        path, fmt::format("axis '{}' does not reach {}", planning.axes[axis].name, sources));
    good = false;
  }
  if (shared_at == nullptr) return good;
  for (const auto& [name, value] : shared_at->items()) {
    if (std::any_of(reaching.begin(), reaching.end(),
                    [&, &name = name](auto k) { return planning.axes[k].name == name; }))
      continue;
    planning.reading.diagnostics.at_key(join(shared_at_path, name),
                                        fmt::format("no axis '{}' reaches {}", name, sources));
    good = false;
  }
  return good;
}

/// The seed of the pipeline, or of the point.
std::uint64_t seed_at(const Choice& choice, std::uint64_t seed) {
  for (const auto& [axis, pick] : choice.picks)
    if ((*choice.axes)[axis].name == seed_axis) return (*choice.axes)[axis].values[pick].get<std::uint64_t>();
  return seed;
}

/// Reads and removes what says nothing of the result.
bool take_when_needed(const Reading& reading, const std::string& path, json& table) {
  json common = json::object();
  if (table.contains("when_needed")) common["when_needed"] = table["when_needed"];
  table.erase("when_needed");
  const auto checked = check_table(reading, path, common, common_keys());
  return checked.good && checked.values["when_needed"].get<bool>();
}

void plan_points(Planning& planning, const StageTable& table, std::uint64_t seed,
                 nlohmann::ordered_json& configuration) {
  const Reading& reading = planning.reading;
  const auto path = join("stage", table.name);
  for (const auto& reference : table.references)
    if (!check_bindings(planning, reference, table.gathered_axes)) return;
  if (!gathers_what_is_there(planning, table)) return;

  json values = table.table;
  const bool when_needed = table.run != "figure" && take_when_needed(reading, path, values);
  auto& instances = planning.index[table.name];
  instances.axes = axes_of(planning, table);
  for (const auto& choice : product_of(planning.axes, instances.axes)) {
    const auto substituted = substitute(reading, choice, path, values);
    if (!substituted.good) continue;
    Stage stage;
    stage.name = table.name;
    stage.point = choice.point();
    stage.when_needed = when_needed;
    planning.choice = choice;
    planning.seed = seed_at(choice, seed);
    planning.sources.clear();
    for (const auto& reference : table.references)
      planning.sources[reference.path] = follow(planning, reference, choice, table.gathered_axes);
    reading.diagnostics.set_aliases(substituted.aliases);
    const bool planned = plan_stage(planning, table.run, substituted.value, stage);
    // Whoever leaves a stage out says why, there or at one of its inputs.
    if (!planned && reading.diagnostics.count() == 0)
      throw std::logic_error(fmt::format("stage '{}' was left out of the plan without a reason", stage.label()));
    if (planned) {
      if (instances.by_point.empty()) {
        json settings = stage.settings;
        show_mentions(substituted.aliases, path, table.table, settings);
        configuration["stage"][table.name] = settings;
      }
      stage.fingerprint = store::sha256(canonical(stage.identity));
      instances.by_point[text_of(stage.point)] = planning.stages.size();
      planning.stages.push_back(std::move(stage));
    }
    reading.diagnostics.set_aliases({});
  }
}

}  // namespace

const Stage* Planning::find(const std::string& path) const {
  const auto found = sources.find(path);
  return found == sources.end() || found->second.empty() ? nullptr : &stages[found->second.front().stage];
}

std::size_t Planning::index_of(const std::string& path) const { return sources.at(path).front().stage; }

NamedModel named_model(const Planning& planning, const std::string& stage_path, const json& values) {
  const Reading& reading = planning.reading;
  const auto look_up = [&]<class T>(const char* kind, const std::map<std::string, Variants<T>>& tables) -> const T* {
    const auto path = join(stage_path, kind);
    if (!values.contains(kind) || !values[kind].is_string()) return nullptr;  // the schema says so
    const auto name = values[kind].template get<std::string>();
    if (const auto found = tables.find(name); found != tables.end()) return found->second.find(planning.choice);
    std::vector<std::string> names;
    for (const auto& table : tables) names.push_back(table.first);
    reading.diagnostics.at_value(path, fmt::format("there is no [{}.{}].{}", kind, name, did_you_mean(name, names)));
    return nullptr;
  };
  return {look_up("task", planning.tasks), look_up("network", planning.networks)};
}

/// Texts of the table that mention axes are shown as they stand, not as at the point.
void show_mentions(const Aliases& aliases, const std::string& path, const json& table, json& settings) {
  for (const auto& [key, value] : table.items()) {
    const auto below = join(path, key);
    const bool replaced = std::any_of(aliases.begin(), aliases.end(), [&](const auto& alias) {
      return alias.first == below || alias.first.starts_with(below + ".") || alias.first.starts_with(below + "[");
    });
    if (replaced) settings[key] = value;
  }
}

void plan_stages(Planning& planning, std::uint64_t seed, nlohmann::ordered_json& configuration) {
  const Reading& reading = planning.reading;
  const json tables = reading.document.root.value("stage", json());
  const auto names = in_file_order(reading.document, "stage", tables);
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
    StageTable table{name, kinds.at(name), tables[name], references[name], gathered_axes(reading, planning.axes, name),
                     {}};
    for (const auto& [axis, path] : table.gathered) table.gathered_axes.insert(axis);
    plan_points(planning, table, seed, configuration);
  }
}

void diagnose_unused_seed(const Planning& planning) {
  const auto is_seed_axis = [](const auto& name) { return name == seed_axis; };
  const auto& document = planning.reading.document;
  if (std::ranges::none_of(planning.axes, is_seed_axis, &Axis::name) ||
      document.sources[document.entry("seed").key.source].name != setting_source)
    return;
  for (const auto& stage : planning.stages)
    if (stage.run() != "gather" && stage.run() != "figure" &&
        std::ranges::none_of(stage.point, is_seed_axis, &Point::value_type::first))
      return;
  planning.reading.diagnostics.at_key("seed",
                                      "'seed' reaches no stage: the axis 'seed' gives each its own; set 'axes.seed'");
}

void diagnose_unused_axes(const Planning& planning) {
  const auto in_claims =
      mentioned_axes(planning.reading, planning.axes, "claim", planning.reading.document.root.value("claim", json()));
  for (std::size_t k = 0; k < planning.axes.size(); ++k) {
    const bool used =
        in_claims.contains(k) || std::any_of(planning.index.begin(), planning.index.end(),
                                             [k](const auto& stage) { return stage.second.axes.contains(k); });
    const auto& axis = planning.axes[k];
    if (!used) {
      planning.reading.diagnostics.at_key(
          join("axes", axis.name),
          fmt::format("axis '{0}' reaches no stage and no claim; write \"${0}\" where its values are to stand",
                      axis.name));
      continue;
    }
    const auto taken = mentioned_entries(axis.name, planning.reading.document.root);
    if (taken.empty() || taken.contains("")) continue;
    for (std::size_t v = 0; v < axis.values.size(); ++v)
      if (axis.values[v].is_object())
        for (const auto& [entry, value] : axis.values[v].items())
          if (!taken.contains(entry))
            planning.reading.diagnostics.at_key(
                join(axis.paths[v], entry),
                fmt::format("nothing takes '{0}' of axis '{1}'; write \"${1}.{0}\" where it is to stand{2}", entry,
                            axis.name, did_you_mean(entry, std::vector<std::string>(taken.begin(), taken.end()))));
  }
}

}  // namespace reverie::pipeline
