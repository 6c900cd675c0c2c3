// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/algorithm/string/trim.hpp>
#include <cli/measure_files.hpp>
#include <map>
#include <store/files.hpp>

namespace reverie::cli {
namespace {

using Texts = std::vector<std::string>;

/// Values of an option by role; those without "ROLE=" stand under "" and are for every role.
std::map<std::string, std::string> by_role(const options::variables_map& values, const std::string& option,
                                           const Texts& roles, bool role_needed) {
  std::map<std::string, std::string> found;
  for (const auto& text : texts(values, option)) {
    const auto equals = text.find('=');
    const auto role = equals == text.npos ? std::string() : text.substr(0, equals);
    if (equals == text.npos && role_needed)
      throw UsageError(fmt::format("--{} {} names no role", option, text),
                       fmt::format("write --{} ROLE=..., where ROLE is one of: {}", option, fmt::join(roles, ", ")));
    if (equals != text.npos && std::find(roles.begin(), roles.end(), role) == roles.end())
      throw UsageError(
          fmt::format("--{} {}: the metric reads no '{}'.{}", option, text, role, did_you_mean(role, roles)),
          fmt::format("it reads: {}", fmt::join(roles, ", ")));
    if (!found.emplace(role, equals == text.npos ? text : text.substr(equals + 1)).second)
      throw UsageError(
          fmt::format("--{} is given twice for {}", option, role.empty() ? "all roles" : "'" + role + "'"));
  }
  return found;
}

/// The value for a role, or the one for all, or "".
std::string value_for(const std::map<std::string, std::string>& values, const std::string& role) {
  for (const auto& key : {role, std::string()})
    if (const auto found = values.find(key); found != values.end()) return found->second;
  return "";
}

Texts split_names(const std::string& list) {
  Texts names;
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto end = std::min(list.find(',', begin), list.size());
    names.push_back(boost::trim_copy(list.substr(begin, end - begin)));
    begin = end + 1;
  }
  Texts sorted = names;
  std::sort(sorted.begin(), sorted.end());
  const bool twice = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  if (twice || sorted.front().empty())
    throw UsageError(fmt::format("--dims {}: every dimension needs a name of its own", list),
                     "for example --dims trial,time,space");
  return names;
}

}  // namespace

void add_layouts(options::options_description& description) {
  description.add_options()  //
      ("variable", options::value<Texts>()->value_name("ROLE=NAME"),
       "the variable to read, by its name in the file")  //
      ("dims", options::value<Texts>()->value_name("[ROLE=]NAMES"),
       "its dimensions in the order of the file, as in trial,time,space")  //
      ("unit", options::value<Texts>()->value_name("[ROLE=]UNIT"), "its unit, where the file names none");
}

std::vector<std::string> roles_of(const plugin::Metric& metric) {
  Texts roles;
  for (const auto& input : metric.inputs())
    if (std::find(roles.begin(), roles.end(), input.role) == roles.end()) roles.push_back(input.role);
  return roles;
}

std::vector<pipeline::MeasuredVariable> inputs_of(const plugin::Metric& metric, const options::variables_map& values) {
  const auto roles = roles_of(metric);
  const auto variables = by_role(values, "variable", roles, true);
  const auto dims = by_role(values, "dims", roles, false), units = by_role(values, "unit", roles, false);
  std::vector<pipeline::MeasuredVariable> inputs;
  std::map<std::string, store::RecordingLayout>
      layouts;  ///< of the first input of each role, which the user may replace
  for (const auto& declared : metric.inputs()) {
    pipeline::MeasuredVariable& input = inputs.emplace_back();
    input.variable = declared.variable;
    if (values.count(declared.role) == 0) {
      if (!declared.optional) throw UsageError(fmt::format("--{} FILE is missing: {}", declared.role, declared.doc));
      continue;
    }
    input.file = values[declared.role].as<std::string>();
    if (!layouts.contains(declared.role)) {
      if (const auto name = value_for(variables, declared.role); !name.empty()) input.variable = name;
      auto& layout = layouts[declared.role];
      layout = {input.variable, {}, declared.dims, value_for(units, declared.role)};
      if (const auto names = value_for(dims, declared.role); !names.empty()) layout.dims = split_names(names);
    }
    input.layout = layouts.at(declared.role);
  }
  return inputs;
}

void check_result_name(const std::string& file) {
  const auto extension = store::extension_of(file);
  if (extension != ".nc" && extension != ".json" && extension != ".csv")
    throw UsageError(fmt::format("--out {}: the name says no format", file),
                     "end it in .nc (netCDF), .json or .csv (a tidy table)");
}

void write_result(const std::string& file, const store::Dataset& dataset) {
  const auto extension = store::extension_of(file);
  if (extension == ".json") return store::write_json(file, dataset);
  if (extension == ".csv") return store::write_csv(file, dataset);
  store::write_dataset(file, dataset);
}

}  // namespace reverie::cli
