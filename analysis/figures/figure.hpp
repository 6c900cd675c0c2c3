// SPDX-License-Identifier: BSD-3-Clause
/// Figures: SVG, PDF and PNG by gnuplot, with the script and the data (CSV) that made them beside them.
#pragma once

#include <filesystem>
#include <map>
#include <plugin/schema.hpp>
#include <string>
#include <vector>

namespace reverie::analysis {

/// A finished stage a figure draws from.
struct FigureSource {
  std::string label;             ///< shown in legends and panel titles; the stage's name unless the user gives another
  std::string run;               ///< "train", "simulate", "measure"
  std::filesystem::path folder;  ///< its results: history.csv, recording.nc, result.nc
  /// Its place in a sweep, on the axes that the figure gathers: axis and label (number, text or boolean).
  std::vector<std::pair<std::string, plugin::json>> coordinates = {};
  std::string stage = {};               ///< its name and point, as "awake[seed=0]"
  std::vector<std::string> reads = {};  ///< of a measurement: the same of the stages it reads, input by input
};

struct FigureFiles {
  std::filesystem::path svg, pdf, png, script, csv;
  std::string title, caption, alternative_text;
};

/// Kinds of figure and the options of each ("kind", "of" and "title" excluded).
std::vector<std::string> figure_kinds();
const plugin::ParameterSchema& figure_options(const std::string& kind);
/// An option whose value is not one of its type's that a kind can take; "of" where the sources do not go together.
struct OptionProblem {
  std::string option, message;
};
/// What is wrong with `options` (complete, of the right types) of a figure of these sources, whose folders may be
/// empty.
std::vector<OptionProblem> check_figure(const std::string& kind, const plugin::json& options,
                                        const std::vector<FigureSource>& sources);
/// Variables of what is drawn that options name, by option.
std::map<std::string, std::vector<std::string>> figure_variables(const std::string& kind, const plugin::json& options);
/// A number of the sources with one label that an option names, as "STAGE.VARIABLE" of a trade-off does.
struct FigureNumber {
  std::string option, label, variable;
};
/// Options that are wrong name none.
std::vector<FigureNumber> figure_numbers(const std::string& kind, const plugin::json& options);
/// How many dimensions these variables may have.
inline constexpr std::size_t most_dimensions = 8;
struct DimensionCount {
  std::size_t least = 0, most = most_dimensions;
};
DimensionCount figure_dimensions(const std::string& kind);
/// What every source of one sort must hold for a kind to draw it.
struct FigureNeed {
  std::string run;                     ///< the sort
  std::vector<std::string> variables;  ///< one of these
  std::int64_t coordinates = 0;        ///< recordings: at least so many for each trial and step
  bool angle = false;                  ///< recordings: or an angle
};
/// `measured`: whether there is a measurement among the sources.
std::vector<FigureNeed> figure_needs(const std::string& kind, const plugin::json& options, bool measured);
/// Options whose value is the name of an axis of the sweep that the figure gathers, as x and y of a heat map.
std::vector<std::string> figure_axes(const std::string& kind);
/// Whether a kind averages (or pools, or adds) over axes: whether it takes "over".
bool figure_averages(const std::string& kind);
/// What `of` may name for this kind: "simulate", "train", "measure".
std::vector<std::string> figure_sources(const std::string& kind);

/// `options` also hold "over" (a list: axes that are averaged) and "each" (axes with one panel or curve per value).
/// Draws <folder>/figure.svg, figure.pdf, figure.png, figure.gp, figure.csv. `options` are complete and checked.
/// DataError when gnuplot is missing or a source lacks what the figure needs.
FigureFiles draw_figure(const std::string& kind, const plugin::json& options, const std::string& title,
                        const std::vector<FigureSource>& sources, const std::filesystem::path& folder);

}  // namespace reverie::analysis
