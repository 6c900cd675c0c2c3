// SPDX-License-Identifier: BSD-3-Clause
/// Results of a sweep as figures take them: sources that belong together, their variables, means over them.
#pragma once

#include <analysis/figures/figure.hpp>
#include <store/dataset.hpp>

#include <optional>

namespace reverie::analysis {

using Coordinates = std::vector<std::pair<std::string, plugin::json>>;

/// Sources of one stage that differ on the axes of `over` only.
struct Group {
  std::string label;  ///< "reach", "friction = 0.5", "reach, underdamped": what tells it from the other groups
  Coordinates at;     ///< its place on the remaining axes
  std::vector<const FigureSource*> members;
};

/// The names of a list option: "over", "each".
std::vector<std::string> axes_option(const plugin::json& options, const std::string& name);

/// Groups in the order in which they first appear; two stages of one name at the same place are two groups. Axes in
/// `over` do not separate; nor do those in `inner`, which the kind lays out within a panel (x and y of a heat map).
std::vector<Group> grouped(const std::vector<FigureSource>& sources, const plugin::json& options,
                           const std::vector<std::string>& inner = {});

/// The sources whose stages run `run`, for kinds that draw results and take recordings beside them.
std::vector<FigureSource> running(const std::vector<FigureSource>& sources, const std::string& run);

/// "friction = 0.5, underdamped": a text says by itself what it is.
std::string words_of(const Coordinates& at);
/// A label of an axis as figures print it.
std::string axis_text(const plugin::json& label);
/// The label of a source on an axis; null where it has none.
plugin::json place_on(const FigureSource& source, const std::string& axis);

/// The labels of the sources on an axis, in the order in which they first appear. Error (pipeline invalid) where the
/// axis does not reach one of them.
std::vector<plugin::json> labels_on(const std::vector<FigureSource>& sources, const std::string& axis);

/// A variable of numbers of a measurement's result.nc. DataError says what there is instead.
store::Variable read_variable(const FigureSource& source, const std::string& name);
/// Like read_variable; nullopt where the result has no such variable.
std::optional<store::Variable> find_variable(const FigureSource& source, const std::string& name);

/// The value of a variable that is one number; DataError otherwise.
double single_number(const FigureSource& source, const store::Variable& variable);

/// Sets `unit` at the first call; Error (pipeline invalid) where a later variable has another one.
void require_unit(std::optional<std::string>& unit, const FigureSource& source, const store::Variable& variable);

/// Whether two variables have the same dimensions and lengths; DataError naming both sources when not.
void require_same_shape(const FigureSource& first, const store::Variable& one, const FigureSource& second,
                        const store::Variable& other);

struct Moments {
  double mean, sd;  ///< NaN: no sample; sd (ddof 1) NaN with fewer than two
  std::size_t n;
};
/// Of the values that are not NaN.
Moments moments_of(const std::vector<double>& values);

/// Half of the 95 % interval of a mean, Student's t; NaN with fewer than two samples.
double half_interval(const Moments& moments);

/// "#2ca7c5" for labels and variables of awake or active recordings, "#ee3233" for replay or quiescent ones, "" else.
std::string phase_colour_of_words(const std::string& text);
/// Colours for lines or boxes with these names: the phases', else different ones; shades of one where the names are
/// increasing numbers of one axis.
std::vector<std::string> line_colours(const std::vector<std::string>& labels, bool graded);
/// A mixture: share 0 is `one`, 1 is `other`; "#rrggbb".
std::string mixed(const std::string& one, const std::string& other, double share);

}  // namespace reverie::analysis
