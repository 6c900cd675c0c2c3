// SPDX-License-Identifier: BSD-3-Clause
/// Mentions of stages in tables: "replay" or { of = "replay", at = { friction = 0.5 } }.
#include <fmt/format.h>

#include <algorithm>
#include <analysis/figures/figure.hpp>
#include <pipeline/planner.hpp>

namespace reverie::pipeline {
namespace {

/// Collects references; null ones (diagnosed) are dropped.
struct Collection {
  const Reading& reading;
  std::vector<Reference> references;

  void add(const std::string& path, const std::string& key, const json& value,
           const std::vector<std::string>& others = {}) {
    if (auto reference = read_reference(reading, path, key, value, others)) references.push_back(std::move(*reference));
  }
};

/// Roles of a measurement: "stage" or { of = "stage", variable = "latent", at = { ... } }.
void add_roles(Collection& collection, const std::string& path, const json& table) {
  for (const auto& [key, value] : table.items()) {
    if (key == "run" || key == "draw" || key == "metric" || key == "when_needed") continue;
    // Values of another type may be misspelt keys: their planner tells.
    if (!value.is_string() && !value.is_object()) continue;
    const auto role = join(path, key);
    collection.add(role, key, value, {"variable"});
    if (value.is_object() && value.contains("variable") && !value["variable"].is_string())
      collection.reading.diagnostics.at_value(join(role, "variable"), "'variable' must be a string");
  }
}

/// `of` of a figure or gather stage: one reference or a list; `at` beside it binds axes of all of them.
void add_sources(Collection& collection, const std::string& path, const json& table,
                 const std::vector<std::string>& others) {
  if (!table.contains("of")) return;
  const auto of = join(path, "of");
  const json& value = table["of"];
  const auto first = collection.references.size();
  if (value.is_array())
    for (std::size_t k = 0; k < value.size(); ++k) collection.add(join(of, k), "of", value[k], others);
  else
    collection.add(of, "of", value, others);
  if (!table.contains("at")) return;
  if (!require_table(collection.reading, join(path, "at"), table["at"])) return;
  for (auto k = first; k < collection.references.size(); ++k) {
    auto& reference = collection.references[k];
    reference.shared_at = table["at"];
    reference.shared_at_path = join(path, "at");
  }
}

/// start = { of = "stage", step = n } of a simulation; what else is wrong with it, its planner says.
void add_start(Collection& collection, const std::string& path, const json& table) {
  const json start = table.value("start", json());
  if (!start.is_object() || !start.contains("of")) return;
  collection.add(path + ".start", "start", start, {"step"});
  if (collection.references.empty() || collection.references.back().path != path + ".start.of") return;
  collection.references.back().reader = "'start'";
  collection.references.back().accepted = {"simulate"};
}

/// Kinds of stage that a stage of kind `run` may refer to, as far as that is known without its plugins.
std::vector<std::string> accepted_kinds(const std::string& run) {
  if (run == "simulate") return {"train", "import"};
  if (run == "measure") return {"simulate"};
  if (run == "gather") return {"train", "measure"};
  // Which ones a figure takes depends on its kind (plan_figure).
  if (run == "figure") return {"train", "simulate", "measure"};
  return {};
}

std::string names_of(const Planning& planning, const std::set<std::size_t>& axes) {
  std::string names;
  for (const auto axis : axes) names += (names.empty() ? "" : ", ") + planning.axes[axis].name;
  return names.empty() ? "no axis" : names;
}

/// What `at` says of an axis, and where; nullptr when it says nothing.
std::pair<const json*, std::string> binding_of(const Reference& reference, const std::string& axis) {
  if (reference.at.is_object() && reference.at.contains(axis))
    return {&reference.at[axis], join(reference.at_path, axis)};
  if (reference.shared_at.is_object() && reference.shared_at.contains(axis))
    return {&reference.shared_at[axis], join(reference.shared_at_path, axis)};
  return {nullptr, ""};
}

std::string labels_of(const Axis& axis) {
  std::string labels;
  for (const auto& label : axis.labels) labels += (labels.empty() ? "" : ", ") + text_of(label);
  return labels;
}

bool check_label(const Planning& planning, const Axis& axis, const std::string& path, const json& label) {
  if (axis.find(label)) return true;
  planning.reading.diagnostics.at_value(
      path, fmt::format("axis '{}' has no value {}; it has {}", axis.name, label.dump(), labels_of(axis)));
  return false;
}

/// What "$axis" (its label) or "$axis.entry" (that of its value) binds; null where the value has no such entry.
json mentioned_label(const Axis& axis, std::size_t pick, const std::string& entry) {
  if (entry.empty()) return axis.labels[pick];
  return axis.values[pick].is_object() ? axis.values[pick].value(entry, json()) : json();
}

/// Whether all labels that a mention binds are labels of the axis.
bool check_mention(const Planning& planning, const Axis& axis, const std::string& path, const std::string& mention) {
  const auto [name, entry] = split_mention(mention);
  const auto other = std::find_if(planning.axes.begin(), planning.axes.end(),
                                  [&, &name = name](const Axis& candidate) { return candidate.name == name; });
  if (other == planning.axes.end()) return true;  // mentioned_axes tells
  for (std::size_t pick = 0; pick < other->labels.size(); ++pick) {
    const auto label = mentioned_label(*other, pick, entry);
    if (axis.find(label)) continue;
    planning.reading.diagnostics.at_value(
        path, label.is_null()
                  ? fmt::format("{} of axis '{}' has no entry '{}'", text_of(other->labels[pick]), name, entry)
                  : fmt::format("axis '{}' has the value {}, which '{}' has not; it has {}", mention, label.dump(),
                                axis.name, labels_of(axis)));
    return false;
  }
  return true;
}

/// One binding: a label, "$axis" or "$axis.entry", or (of a gathered axis) a list of labels.
bool check_binding(const Planning& planning, const Axis& axis, const std::string& path, const json& value,
                   bool gathered) {
  if (is_mention(value)) return check_mention(planning, axis, path, value.get<std::string>().substr(1));
  if (!value.is_array()) return check_label(planning, axis, path, value);
  if (!gathered || value.empty()) {
    planning.reading.diagnostics.at_value(
        path, gathered ? "'at' needs at least one value"
                       : fmt::format("a list of values needs '{}' to be gathered ('over' or 'each')", axis.name));
    return false;
  }
  bool good = true;
  for (std::size_t k = 0; k < value.size(); ++k) {
    good = check_label(planning, axis, join(path, k), value[k]) && good;
    const auto here = value.begin() + static_cast<std::ptrdiff_t>(k);
    if (std::find(value.begin(), here, *here) == here) continue;
    planning.reading.diagnostics.at_value(join(path, k), fmt::format("{} stands twice", here->dump()));
    good = false;
  }
  return good;
}

/// The values of an axis of the source that a reference leads to from a point.
std::vector<std::size_t> picks_of(const Planning& planning, const Reference& reference, const Choice& from,
                                  std::size_t index, bool gathered) {
  const Axis& axis = planning.axes[index];
  const auto [binding, path] = binding_of(reference, axis.name);
  if (binding == nullptr) {
    if (!gathered) return {from.picks.at(index)};
    std::vector<std::size_t> all(axis.labels.size());
    for (std::size_t k = 0; k < all.size(); ++k) all[k] = k;
    return all;
  }
  if (is_mention(*binding)) {
    const auto [name, entry] = split_mention(binding->get<std::string>().substr(1));
    for (const auto& [other, pick] : from.picks)
      if (planning.axes[other].name == name) return {*axis.find(mentioned_label(planning.axes[other], pick, entry))};
    return {};
  }
  if (!binding->is_array()) return {*axis.find(*binding)};
  std::vector<std::size_t> chosen;
  for (const auto& label : *binding) chosen.push_back(*axis.find(label));
  return chosen;
}

}  // namespace

bool is_mention(const json& value) { return value.is_string() && value.get<std::string>().starts_with("$"); }

std::optional<Reference> read_reference(const Reading& reading, const std::string& path, const std::string& key,
                                        const json& value, const std::vector<std::string>& others) {
  Reference reference;
  const auto name_at = [&](const std::string& where, const json& name) {
    if (name.is_string() && !is_mention(name)) {
      reference.path = where;
      reference.stage = name.get<std::string>();
      return true;
    }
    reading.diagnostics.at_value(
        where, is_mention(name)
                   ? fmt::format("'{}' must be the name of a stage; an axis chooses with at = {{ AXIS = \"{}\" }}", key,
                                 name.get<std::string>())
                   : fmt::format("'{}' must be the name of a stage", key));
    return false;
  };
  if (!value.is_object()) return name_at(path, value) ? std::optional(reference) : std::nullopt;

  std::vector<std::string> known = {"of", "at"};
  known.insert(known.end(), others.begin(), others.end());
  check_keys(reading, path, value, known);
  if (!value.contains("of")) {
    reading.diagnostics.at_value(path, fmt::format("'of' is required in '{}': the name of a stage", key));
    return std::nullopt;
  }
  if (!name_at(join(path, "of"), value["of"])) return std::nullopt;
  if (value.contains("at")) {
    reference.at_path = join(path, "at");
    if (!require_table(reading, reference.at_path, value["at"])) return std::nullopt;
    reference.at = value["at"];
  }
  return reference;
}

std::string reference_path(const std::string& path, const json& reference) {
  return reference.is_object() ? join(path, "of") : path;
}

std::vector<Reference> references_of(const Reading& reading, const std::string& stage) {
  Collection collection{reading, {}};
  const auto path = join("stage", stage);
  const json& table = reading.document.root["stage"][stage];
  const json run = table.value("run", json());
  if (run == "simulate" && table.contains("of")) collection.add(join(path, "of"), "of", table["of"]);
  if (run == "simulate") add_start(collection, path, table);
  if (run == "measure") add_roles(collection, path, table);
  if (run == "gather") add_sources(collection, path, table, {});
  if (run == "figure" && table.value("draw", json()).is_object())
    add_sources(collection, join(path, "draw"), table["draw"], {"label"});
  for (auto& reference : collection.references) {
    if (!reference.reader.empty()) continue;
    reference.reader = fmt::format("a {} stage", run.get<std::string>());
    reference.accepted = accepted_kinds(run.get<std::string>());
  }
  return std::move(collection.references);
}

std::map<std::size_t, std::string> named_axes(const Reading& reading, const std::vector<Axis>& axes,
                                              const std::string& path, const json& value) {
  std::map<std::size_t, std::string> named;
  if (value.is_array()) {
    for (std::size_t k = 0; k < value.size(); ++k)
      named.merge(named_axes(reading, axes, join(path, k), value[k].is_array() ? json() : value[k]));
    return named;
  }
  const auto name = value.is_string() ? value.get<std::string>() : "";
  if (name.empty()) {
    reading.diagnostics.at_value(path,
                                 fmt::format("{} must be the name of an axis, or a list of names", label_of(path)));
    return named;
  }
  const auto found = std::find_if(axes.begin(), axes.end(), [&](const Axis& axis) { return axis.name == name; });
  if (found != axes.end()) {
    named.emplace(static_cast<std::size_t>(found - axes.begin()), path);
    return named;
  }
  const auto declared = in_file_order(reading.document, "axes", reading.document.root.value("axes", json()));
  if (std::find(declared.begin(), declared.end(), name) == declared.end())
    reading.diagnostics.at_value(path, fmt::format("there is no axis '{}'.{}", name, did_you_mean(name, declared)));
  return named;
}

std::map<std::size_t, std::string> gathered_axes(const Reading& reading, const std::vector<Axis>& axes,
                                                 const std::string& stage) {
  std::map<std::size_t, std::string> gathered;
  const auto path = join("stage", stage);
  const json& table = reading.document.root["stage"][stage];
  if (table.value("run", json()) == "gather") {
    if (table.contains("over")) gathered = named_axes(reading, axes, join(path, "over"), table["over"]);
    for (std::size_t axis = 0; axis < axes.size(); ++axis) gathered.emplace(axis, "");
  }
  if (table.value("run", json()) != "figure" || !table.value("draw", json()).is_object()) return gathered;
  const json& draw = table["draw"];
  std::vector<std::string> keys = {"over", "each"};
  if (const auto kinds = analysis::figure_kinds();
      std::find(kinds.begin(), kinds.end(), draw.value("kind", json())) != kinds.end()) {
    const auto more = analysis::figure_axes(draw["kind"].get<std::string>());
    keys.insert(keys.end(), more.begin(), more.end());
  }
  for (const auto& key : keys) {
    if (!draw.contains(key)) continue;
    for (const auto& [axis, where] : named_axes(reading, axes, join(join(path, "draw"), key), draw[key])) {
      const auto [first, is_new] = gathered.emplace(axis, where);
      // Colours and shapes may tell of the same axis.
      if (!is_new && key != "shape")
        reading.diagnostics.at_value(
            where, fmt::format("axis '{}' is named twice, here and in {}", axes[axis].name, label_of(first->second)));
    }
  }
  return gathered;
}

std::set<std::size_t> free_axes(const Planning& planning, const Reference& reference,
                                const std::set<std::size_t>& gathered) {
  std::set<std::size_t> free;
  const auto source = planning.index.find(reference.stage);
  if (source == planning.index.end()) return free;
  for (const auto axis : source->second.axes)
    if (!gathered.contains(axis) && binding_of(reference, planning.axes[axis].name).first == nullptr) free.insert(axis);
  return free;
}

bool check_bindings(const Planning& planning, const Reference& reference, const std::set<std::size_t>& gathered) {
  const auto source = planning.index.find(reference.stage);
  if (source == planning.index.end()) return true;
  bool good = true;
  const auto check = [&](const json& at, const std::string& at_path, bool must_reach) {
    for (const auto& [name, value] : at.items()) {
      const auto axis = std::find_if(source->second.axes.begin(), source->second.axes.end(),
                                     [&, &name = name](std::size_t k) { return planning.axes[k].name == name; });
      const auto path = join(at_path, name);
      if (axis != source->second.axes.end()) {
        good = check_binding(planning, planning.axes[*axis], path, value, gathered.contains(*axis)) && good;
      } else if (must_reach) {
        planning.reading.diagnostics.at_key(
            path, fmt::format("no axis '{}' reaches the stage '{}'; {} does", name, reference.stage,
                              names_of(planning, source->second.axes)));
        good = false;
      }
    }
  };
  if (reference.at.is_object()) check(reference.at, reference.at_path, true);
  if (reference.shared_at.is_object()) check(reference.shared_at, reference.shared_at_path, false);
  return good;
}

std::vector<Found> follow(const Planning& planning, const Reference& reference, const Choice& from,
                          const std::set<std::size_t>& gathered) {
  const auto source = planning.index.find(reference.stage);
  if (source == planning.index.end()) return {};
  std::vector<Choice> choices = {{&planning.axes, {}}};
  for (const auto axis : source->second.axes) {
    std::vector<Choice> longer;
    for (const auto& choice : choices)
      for (const auto pick : picks_of(planning, reference, from, axis, gathered.contains(axis))) {
        longer.push_back(choice);
        longer.back().picks[axis] = pick;
      }
    choices = std::move(longer);
  }
  std::vector<Found> found;
  for (const auto& choice : choices) {
    const auto* stage = source->second.find(choice);
    if (stage == nullptr) return {};
    found.push_back({*stage, choice.restricted_to(gathered).point()});
  }
  return found;
}

}  // namespace reverie::pipeline
