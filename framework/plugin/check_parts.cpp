// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <plugin/check_parts.hpp>

namespace reverie::plugin {
namespace {

/// Numbers near the default, neither at ends of ranges nor where functions like to have kinks; those outside the range
/// are left out later. Near the default because sizes far from it (a million cells) take long and show nothing new.
std::vector<double> near_default(const ParameterSpec& spec) {
  const double usual = spec.default_value ? spec.default_value->get<double>() : 0;
  if (usual != 0 && std::isfinite(usual)) return {0.71 * usual, 1.37 * usual, 0.31 * usual};
  if (std::isfinite(spec.minimum)) {
    const double width = std::min(spec.maximum - spec.minimum, 3.0);
    return {spec.minimum + 0.31 * width, spec.minimum + 0.73 * width};
  }
  return {-0.63, 0.37};
}

std::vector<json> values_to_try(const ParameterSpec& spec) {
  std::vector<json> values;
  if (spec.type == REVERIE_NUMBER)
    for (const double x : near_default(spec)) values.emplace_back(x);
  if (spec.type == REVERIE_INTEGER)
    for (const double x : near_default(spec)) values.emplace_back(static_cast<std::int64_t>(std::ceil(x)));
  if (spec.type == REVERIE_BOOLEAN) values = {false, true};
  if (spec.type == REVERIE_CHOICE) values.assign(spec.choices.begin(), spec.choices.end());
  return values;
}

json start_of(const Component& component, const json& given) {
  json start = given;
  for (const auto& spec : component.schema) {
    if (spec.default_value || start.contains(spec.name)) continue;
    const auto values = values_to_try(spec);
    if (values.empty())
      throw PluginError(fmt::format("parameter '{}' has no default", spec.name),
                        fmt::format("Give one: --set {}=VALUE.", spec.name));
    start[spec.name] = values.front();
  }
  return start;
}

}  // namespace

std::vector<Trial> trials_of(const Component& component, const json& given) {
  const auto start = start_of(component, given);
  const auto complete = [&](const json& values) { return check_parameters(component.schema, values); };
  const auto first = complete(start);
  if (!first.problems.empty())
    throw Error(ExitCode::usage, fmt::format("parameter '{}' {}", first.problems[0].key, first.problems[0].message),
                fmt::format("'reverie info {}' lists the parameters.", component.id));
  std::vector<Trial> trials = {{first.values, ""}};
  for (const auto& spec : component.schema) {
    if (given.contains(spec.name)) continue;
    for (const auto& value : values_to_try(spec)) {
      auto varied = start;
      varied[spec.name] = value;
      const auto checked = complete(varied);
      if (!checked.problems.empty() || checked.values == first.values) continue;
      trials.push_back({checked.values, fmt::format("{} = {}", spec.name, value.dump())});
    }
  }
  return trials;
}

CheckResult check_schema(const Component& component, const json& given) {
  if (component.doc.empty())
    return fail("it says nothing about itself: give the class `static constexpr const char* doc = \"...\"`");
  for (const auto& spec : component.schema)
    if (spec.doc.empty())
      return fail(fmt::format("parameter '{}' has no description: give it .doc(\"...\")", spec.name));
  const auto count = trials_of(component, given).size();
  return pass(fmt::format("{} parameters; the checks try {} sets of them", component.schema.size(), count));
}

const std::vector<Check>& checks_of(Kind kind) {
  if (kind == Kind::task) return task_checks();
  if (kind == Kind::metric) return metric_checks();
  return pointwise_checks();
}

}  // namespace reverie::plugin
