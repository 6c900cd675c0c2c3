// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <analysis/angle_units.hpp>
#include <analysis/figures/figure.hpp>
#include <analysis/figures/words.hpp>
#include <map>
#include <pipeline/planner.hpp>
#include <pipeline/results.hpp>

namespace reverie::pipeline {
namespace {

/// The `kind` of a figure, or nullopt (diagnosed).
std::optional<std::string> read_kind(const Reading& reading, const std::string& path, const json& draw) {
  const auto kinds = analysis::figure_kinds();
  const auto list = fmt::format("one of \"{}\"", fmt::join(kinds, "\", \""));
  if (!draw.contains("kind")) {
    reading.diagnostics.at_key(path, fmt::format("{}: 'kind' is required: {}", label_of(path), list));
    return std::nullopt;
  }
  const auto given = draw["kind"].is_string() ? draw["kind"].get<std::string>() : "";
  if (std::find(kinds.begin(), kinds.end(), given) != kinds.end()) return given;
  reading.diagnostics.at_value(
      join(path, "kind"), fmt::format("'kind' must be {}{}{}", list, given.empty() ? "" : ", not \"" + given + "\".",
                                      did_you_mean(given, kinds)));
  return std::nullopt;
}

/// One mention of a stage in `of`, with the name it gets in the figure.
struct Mention {
  std::string path;  ///< of the stage's name
  std::string label;
};

/// nullopt when something is wrong.
std::optional<std::vector<Mention>> read_sources(const Reading& reading, const std::string& path, const json& draw) {
  if (!draw.contains("of")) {
    reading.diagnostics.at_key(path, fmt::format("{}: 'of' is required: the stage to draw, or a list", label_of(path)));
    return std::nullopt;
  }
  const auto of_path = join(path, "of");
  const json& of = draw["of"];
  std::vector<Mention> mentions;
  bool good = true;
  const auto add = [&](const std::string& where, const json& value) {
    const json label = value.is_object() ? value.value("label", value.value("of", json())) : value;
    if (!label.is_string()) {
      if (value.is_object() && value.contains("label"))
        reading.diagnostics.at_value(join(where, "label"), "'label' must be a string");
      good = false;
      return;
    }
    mentions.push_back({value.is_object() ? join(where, "of") : where, label.get<std::string>()});
  };
  if (of.is_array())
    for (std::size_t k = 0; k < of.size(); ++k) add(join(of_path, k), of[k]);
  else
    add(of_path, of);
  if (of.is_array() && of.empty()) {
    reading.diagnostics.at_value(of_path, "'of' must name at least one stage");
    good = false;
  }
  if (!good) return std::nullopt;
  if (!draw.contains("labels")) return mentions;
  const json& labels = draw["labels"];
  const bool texts =
      labels.is_array() && std::all_of(labels.begin(), labels.end(), [](const json& l) { return l.is_string(); });
  if (!texts || labels.size() != mentions.size()) {
    reading.diagnostics.at_value(
        join(path, "labels"),
        fmt::format("'labels' must be an array of {} strings, one per stage of 'of'", mentions.size()));
    return std::nullopt;
  }
  for (std::size_t k = 0; k < mentions.size(); ++k) mentions[k].label = labels[k].get<std::string>();
  return mentions;
}

/// The stages that a measurement reads, input by input; none of other stages.
std::vector<std::string> read_by(const Planning& planning, const Stage& stage) {
  std::vector<std::string> labels;
  if (const auto* measure = std::get_if<MeasureStage>(&stage.work))
    for (const auto& input : measure->inputs)
      if (input.input) labels.push_back(planning.stages[stage.inputs[*input.input]].label());
  return labels;
}

/// Adds what a mention leads to. False when it is missing (told already) or of a kind that the figure does not draw.
bool add_sources(const Planning& planning, const Mention& mention, FigureStage& work, Stage& stage) {
  const auto found = planning.sources.find(mention.path);
  if (found == planning.sources.end() || found->second.empty()) return false;
  const auto kinds = analysis::figure_sources(work.kind);
  for (const auto& [index, coordinates] : found->second) {
    const auto& source = planning.stages[index];
    if (std::find(kinds.begin(), kinds.end(), source.run()) == kinds.end()) {
      planning.reading.diagnostics.at_value(
          mention.path, fmt::format("a figure \"{}\" draws {} stages, and '{}' is a {} stage", work.kind,
                                    fmt::join(kinds, " or "), source.name, source.run()));
      return false;
    }
    stage.inputs.push_back(index);
    work.sources.push_back({mention.label, source.run(), {}, coordinates, source.label(), read_by(planning, source)});
  }
  return true;
}

/// Why a kind of figure cannot draw the variable of this name, or "".
std::string why_not(const std::string& stage, const std::vector<Output>& outputs, const std::string& name,
                    const std::string& kind) {
  const auto* output = find_output(outputs, name);
  if (output == nullptr) return missing_output(stage, outputs, name);
  const auto [least, most] = analysis::figure_dimensions(kind);
  const auto& dims = output->dims;
  if (dims.size() >= least && dims.size() <= most) return "";
  return fmt::format(
      "'{}' of '{}' {}, and a figure \"{}\" draws {}", name, stage,
      dims.empty() ? "is a single number" : fmt::format("has a number for each {}", fmt::join(dims, ", ")), kind,
      most == 0   ? "single numbers"
      : most == 1 ? "single numbers, or a number for each trial"
                  : "numbers along a dimension");
}

/// Whether the sources will have the variables that the options name.
bool check_variables(const Planning& planning, const std::string& path, const json& draw, const std::string& kind,
                     const json& options, const Stage& stage) {
  std::map<std::string, std::vector<Output>> outputs;  // by stage's name
  for (const auto index : stage.inputs) {
    const auto& source = planning.stages[index];
    if (source.run() != "simulate" && !outputs.contains(source.name)) outputs[source.name] = outputs_of(source);
  }
  bool good = true;
  for (const auto& [option, names] : analysis::figure_variables(kind, options))
    for (const auto& name : names)
      for (const auto& [source, variables] : outputs) {
        const auto problem = why_not(source, variables, name, kind);
        if (problem.empty()) continue;
        if (draw.contains(option))
          planning.reading.diagnostics.at_value(join(path, option), problem);
        else
          planning.reading.diagnostics.at_key(
              path, fmt::format("{}: '{}' is \"{}\", but {}", label_of(path), option, name, problem));
        good = false;
      }
  return good;
}

/// Whether the sources will have the numbers that options name together with their label.
bool check_numbers(const Planning& planning, const std::string& path, const std::string& kind, const json& options,
                   const FigureStage& work, const Stage& stage) {
  bool good = true;
  for (const auto& number : analysis::figure_numbers(kind, options)) {
    const auto found = std::find_if(work.sources.begin(), work.sources.end(),
                                    [&](const auto& source) { return source.label == number.label; });
    const auto& source = planning.stages[stage.inputs[static_cast<std::size_t>(found - work.sources.begin())]];
    const auto problem = why_not(source.name, outputs_of(source), number.variable, kind);
    if (problem.empty()) continue;
    planning.reading.diagnostics.at_value(join(path, number.option), problem);
    good = false;
  }
  return good;
}

/// Why a kind of figure cannot draw a stage that lacks what every one of its sort must hold, or "".
std::string why_lacking(const Stage& source, const analysis::FigureNeed& need, const std::string& kind) {
  if (const auto* simulation = std::get_if<SimulateStage>(&source.work)) {
    const auto& name = need.variables.front();
    const auto missing = missing_record(*simulation, source.name, name);
    if (!missing.empty()) return missing;
    for (const auto& recorded : recorded_by(*simulation))
      if (recorded.name == name && recorded.coordinates < need.coordinates &&
          !(need.angle && angles::turn_of(recorded.unit) > 0))
        return fmt::format("'{}' of '{}' has {} for each trial and step, and a figure \"{}\" draws {}{}", name,
                           source.name, analysis::counted(recorded.coordinates, "coordinate"), kind, need.coordinates,
                           need.angle ? ", or an angle" : "");
    return "";
  }
  const auto outputs = outputs_of(source);
  for (const auto& name : need.variables)
    if (find_output(outputs, name) != nullptr) return "";
  return fmt::format("a figure \"{}\" draws '{}', but {}", kind, fmt::join(need.variables, "' or '"),
                     missing_output(source.name, outputs, need.variables.front()));
}

/// Whether the sources will have what the kind draws, whatever the options name.
bool check_needs(const Planning& planning, const std::string& path, const std::string& kind, const json& options,
                 const Stage& stage) {
  std::map<std::string, const Stage*> sources;  // by stage's name
  bool measured = false;
  for (const auto index : stage.inputs) {
    const auto& source = planning.stages[index];
    sources.emplace(source.name, &source);
    measured = measured || source.run() == "measure";
  }
  bool good = true;
  for (const auto& need : analysis::figure_needs(kind, options, measured))
    for (const auto& [name, source] : sources) {
      const auto problem = source->run() == need.run ? why_lacking(*source, need, kind) : "";
      if (problem.empty()) continue;
      planning.reading.diagnostics.at_value(join(path, "of"), problem);
      good = false;
    }
  return good;
}

/// Heading of the report where the pipeline names none.
std::string usual_section(const std::string& kind, const std::string& source) {
  if (kind == "curve") return source == "train" ? "Training" : "Curves";
  if (kind == "paths" || kind == "mean_paths") return "Paths";
  if (kind == "density" || kind == "states") return "Where activity dwells";
  return "Comparisons";
}

/// `over` and `each` as lists of names.
json list_of(const json& draw, const char* key) {
  if (!draw.contains(key)) return json::array();
  return draw[key].is_array() ? draw[key] : json::array({draw[key]});
}

}  // namespace

bool plan_figure(Planning& planning, const json& table, Stage& stage) {
  const Reading& reading = planning.reading;
  const auto path = join("stage", stage.name);
  const auto checked = check_table(reading, path, table, figure_keys());
  const auto draw_path = join(path, "draw");
  if (!table.contains("draw")) {
    reading.diagnostics.at_key(
        path, fmt::format("{}: 'draw' is required: {{ kind = \"...\", of = \"...\" }}", label_of(path)));
    return false;
  }
  const json& draw = table["draw"];
  if (!require_table(reading, draw_path, draw, "{ kind = \"paths\", of = \"STAGE\" }")) return false;
  const auto kind = read_kind(reading, draw_path, draw);
  if (!kind) return false;
  const auto options = check_table(reading, draw_path, draw,
                                   {analysis::figure_options(*kind), {"kind", "of", "at", "labels", "over", "each"}});
  const auto mentions = read_sources(reading, draw_path, draw);
  if (!mentions) return false;
  if (draw.contains("over") && !analysis::figure_averages(*kind)) {
    reading.diagnostics.at_key(
        join(draw_path, "over"),
        fmt::format("a figure \"{}\" averages nothing and takes no 'over'; write 'each' for one panel per value",
                    *kind));
    return false;
  }

  FigureStage work;
  work.kind = *kind;
  bool good = checked.good, found = true;
  for (const auto& mention : *mentions) found = add_sources(planning, mention, work, stage) && found;
  if (!options.good || !found) return false;
  good = check_variables(planning, draw_path, draw, *kind, options.values, stage) &&
         check_needs(planning, draw_path, *kind, options.values, stage) && good;
  if (!good) return false;
  for (const auto& problem : analysis::check_figure(*kind, options.values, work.sources)) {
    reading.diagnostics.at_value(join(draw_path, problem.option), problem.message);
    good = false;
  }
  if (!good || !check_numbers(planning, draw_path, *kind, options.values, work, stage)) return false;

  work.title = checked.values["title"].get<std::string>();
  work.section = checked.values["section"].get<std::string>();
  if (work.section.empty()) work.section = usual_section(*kind, planning.stages[stage.inputs.front()].run());
  work.options = options.values;
  work.options["over"] = list_of(draw, "over");
  work.options["each"] = list_of(draw, "each");
  stage.settings = checked.values;
  stage.settings["draw"] = work.options;
  stage.settings["draw"]["kind"] = *kind;
  for (const char* key : {"of", "at", "labels"})
    if (draw.contains(key)) stage.settings["draw"][key] = draw[key];
  stage.identity = {{"run", "figure"},         {"results", figure_results}, {"kind", *kind},      {"title", work.title},
                    {"options", work.options}, {"labels", json::array()},   {"of", json::array()}};
  for (std::size_t k = 0; k < stage.inputs.size(); ++k) {
    stage.identity["labels"].push_back(work.sources[k].label);
    stage.identity["of"].push_back(
        {{"stage", planning.stages[stage.inputs[k]].fingerprint}, {"at", coordinates_of(work.sources[k].coordinates)}});
  }
  stage.work = std::move(work);
  return true;
}

}  // namespace reverie::pipeline
