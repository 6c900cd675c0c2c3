// SPDX-License-Identifier: BSD-3-Clause
/// The table of kinds, and the one place that writes a figure's files.
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/kinds.hpp>
#include <analysis/figures/options.hpp>
#include <base/error.hpp>
#include <store/publication.hpp>

#include <fmt/format.h>

namespace reverie::analysis {
namespace {

struct Kind {
  std::string name;
  std::string title;  ///< when the user gives none
  std::vector<std::string> sources;
  plugin::ParameterSchema options;
  Drawing (*draw)(const plugin::json&, const std::vector<FigureSource>&);
  bool averages = false;               ///< takes "over"
  std::vector<std::string> axes;       ///< options that name an axis of the sweep
  std::vector<std::string> variables;  ///< options that name variables of what is drawn
  Problems (*check)(const plugin::json&, const std::vector<FigureSource>&) = nullptr;
  DimensionCount dims = {};  ///< of these variables
  Needs (*needs)(const plugin::json&, bool measured) = nullptr;
};

/// Every kind takes the size, and how its panels stand.
plugin::ParameterSchema with_layout(plugin::ParameterSchema options) {
  options.push_back(choice_option("size", {"fitted", "column", "page"},
                                  "width: what the panels need, at most a page; one column (85 mm); a page (180 mm)"));
  options.push_back(count_option("across", 0, 0, 26, "panels side by side, as far as they fit; 0: as the kind has it"));
  return options;
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> table = [] {
    std::vector<Kind> all = {
        {"paths", "Paths", {"simulate"}, paths_options(), draw_paths, false, {}, {}, check_plane, {}, paths_needs},
        {"density",
         "Density of positions",
         {"simulate", "measure"},
         density_options(),
         draw_density,
         true,
         {},
         {"value"},
         check_density,
         {},
         density_needs},
        {"curve",
         "Curves",
         {"train", "measure"},
         curve_options(),
         draw_curve,
         true,
         {"panels"},
         {"value", "spread"},
         check_curve,
         {1, most_dimensions}},
        {"heatmap",
         "Heat map",
         {"measure"},
         heatmap_options(),
         draw_heatmap,
         true,
         {"x", "y"},
         {"value", "mark"},
         check_map,
         {0, 0}},
        {"matrix",
         "Matrix",
         {"measure"},
         matrix_options(),
         draw_matrix,
         true,
         {"rows", "columns"},
         {"value", "mark"},
         check_map,
         {0, 0}},
        {"box", "Distribution", {"measure"}, box_options(), draw_box, true, {}, {"value"}, nullptr, {0, 1}},
        {"states",
         "States",
         {"measure", "simulate"},
         states_options(),
         draw_states,
         false,
         {},
         {},
         check_states,
         {},
         states_needs},
        {"polar", "Bearings", {"measure"}, polar_options(), draw_polar, true, {}, {}, nullptr, {}, polar_needs},
        {"mean_paths",
         "Mean paths",
         {"measure", "simulate"},
         mean_paths_options(),
         draw_mean_paths,
         true,
         {},
         {},
         check_mean_paths,
         {},
         mean_paths_needs},
        {"tradeoff",
         "Trade-off",
         {"measure"},
         tradeoff_options(),
         draw_tradeoff,
         true,
         {"colour", "shape"},
         {},
         check_tradeoff,
         {0, 0}},
    };
    for (Kind& kind : all) kind.options = with_layout(std::move(kind.options));
    return all;
  }();
  return table;
}

const Kind& find_kind(const std::string& name) {
  for (const Kind& kind : kinds()) {
    if (kind.name == name) return kind;
  }
  const auto known = figure_kinds();
  throw Error(ExitCode::pipeline_invalid,
              fmt::format("there is no kind of figure '{}'.{}", name, did_you_mean(name, known)),
              fmt::format("kinds of figure: {}", fmt::join(known, ", ")));
}

}  // namespace

std::vector<std::string> figure_kinds() {
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) names.push_back(kind.name);
  return names;
}

const plugin::ParameterSchema& figure_options(const std::string& kind) { return find_kind(kind).options; }

std::vector<OptionProblem> check_figure(const std::string& kind, const plugin::json& options,
                                        const std::vector<FigureSource>& sources) {
  const Kind& checked = find_kind(kind);
  return checked.check == nullptr ? Problems() : checked.check(options, sources);
}

std::map<std::string, std::vector<std::string>> figure_variables(const std::string& kind, const plugin::json& options) {
  std::map<std::string, std::vector<std::string>> names;
  for (const auto& option : find_kind(kind).variables) names[option] = names_in(options, option);
  return names;
}

std::vector<FigureNumber> figure_numbers(const std::string& kind, const plugin::json& options) {
  return kind == "tradeoff" ? tradeoff_numbers(options) : std::vector<FigureNumber>();
}

DimensionCount figure_dimensions(const std::string& kind) { return find_kind(kind).dims; }

std::vector<FigureNeed> figure_needs(const std::string& kind, const plugin::json& options, bool measured) {
  const Kind& drawn = find_kind(kind);
  return drawn.needs == nullptr ? Needs() : drawn.needs(options, measured);
}

std::vector<std::string> figure_axes(const std::string& kind) { return find_kind(kind).axes; }

bool figure_averages(const std::string& kind) { return find_kind(kind).averages; }

std::vector<std::string> figure_sources(const std::string& kind) { return find_kind(kind).sources; }

FigureFiles draw_figure(const std::string& kind, const plugin::json& options, const std::string& title,
                        const std::vector<FigureSource>& sources, const std::filesystem::path& folder) {
  const Kind& drawn = find_kind(kind);
  const Drawing drawing = drawn.draw(options, sources);
  FigureFiles files;
  files.svg = folder / "figure.svg";
  files.pdf = folder / "figure.pdf";
  files.png = folder / "figure.png";
  files.script = folder / "figure.gp";
  files.csv = folder / "figure.csv";
  files.title = title.empty() ? drawn.title : plain_text(title);
  files.caption = drawing.caption;
  files.alternative_text = drawing.alternative_text;
  store::write_file_atomically(files.csv, drawing.csv);
  store::write_file_atomically(files.script, script_header(files.title, files.caption) + drawing.script);
  run_gnuplot(folder);
  return files;
}

}  // namespace reverie::analysis
