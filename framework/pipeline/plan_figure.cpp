// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <analysis/figures/figure.hpp>
#include <pipeline/planner.hpp>

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

/// The names in `of`: one or a list.
std::vector<std::string> names_in(const json& of) {
  std::vector<std::string> names;
  if (of.is_string()) names.push_back(of.get<std::string>());
  if (of.is_array())
    for (const auto& name : of)
      if (name.is_string()) names.push_back(name.get<std::string>());
  return names;
}

bool read_labels(const Reading& reading, const std::string& path, const json& draw, std::vector<std::string>& labels) {
  if (!draw.contains("labels")) return true;
  const json& list = draw["labels"];
  const bool texts =
      list.is_array() && std::all_of(list.begin(), list.end(), [](const json& l) { return l.is_string(); });
  if (!texts || list.size() != labels.size()) {
    reading.diagnostics.at_value(
        join(path, "labels"),
        fmt::format("'labels' must be an array of {} strings, one per stage of 'of'", labels.size()));
    return false;
  }
  labels = list.get<std::vector<std::string>>();
  return true;
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
  if (!require_table(reading, draw_path, draw)) return false;
  const auto kind = read_kind(reading, draw_path, draw);
  if (!kind) return false;
  const auto options =
      check_table(reading, draw_path, draw, {analysis::figure_options(*kind), {"kind", "of", "labels"}});
  if (!draw.contains("of")) {
    reading.diagnostics.at_key(draw_path,
                               fmt::format("{}: 'of' is required: the stage to draw, or a list", label_of(draw_path)));
    return false;
  }

  FigureStage work;
  work.kind = *kind;
  work.labels = names_in(draw["of"]);
  bool good = checked.good && options.good;
  if (draw["of"].is_array() && draw["of"].empty()) {
    reading.diagnostics.at_value(join(draw_path, "of"), "'of' must name at least one stage");
    good = false;
  }
  const auto sources = analysis::figure_sources(*kind);
  for (std::size_t k = 0; k < work.labels.size(); ++k) {
    const Stage* source = planning.find(work.labels[k]);
    if (source == nullptr) {
      good = false;
      continue;
    }
    if (std::find(sources.begin(), sources.end(), source->run()) == sources.end()) {
      const auto of_path = join(draw_path, "of");
      reading.diagnostics.at_value(draw["of"].is_array() ? join(of_path, k) : of_path,
                                   fmt::format("a figure \"{}\" draws {} stages, and '{}' is a {} stage", *kind,
                                               fmt::join(sources, " or "), source->name, source->run()));
      good = false;
    }
    stage.inputs.push_back(planning.index.at(source->name));
  }
  good = read_labels(reading, draw_path, draw, work.labels) && good;
  if (!good) return false;

  work.title = checked.values["title"].get<std::string>();
  work.options = options.values;
  stage.settings = checked.values;
  stage.settings["draw"] = options.values;
  stage.settings["draw"]["kind"] = *kind;
  stage.settings["draw"]["of"] = draw["of"];
  stage.settings["draw"]["labels"] = work.labels;
  stage.identity = {{"run", "figure"},     {"results", figure_results}, {"kind", *kind},
                    {"title", work.title}, {"options", options.values}, {"labels", work.labels},
                    {"of", json::array()}};
  for (const auto input : stage.inputs) stage.identity["of"].push_back(planning.stages[input].fingerprint);
  stage.work = std::move(work);
  return true;
}

}  // namespace reverie::pipeline
