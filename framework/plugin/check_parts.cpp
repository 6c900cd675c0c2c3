// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <plugin/check_parts.hpp>

namespace reverie::plugin {
namespace {

/// Two numbers inside a range, neither at its ends nor where functions like to have kinks.
std::vector<double> inside(const ParameterSpec& spec) {
  const bool below = std::isfinite(spec.minimum), above = std::isfinite(spec.maximum);
  if (below && above) {
    const double width = spec.maximum - spec.minimum;
    return {spec.minimum + 0.31 * width, spec.minimum + 0.73 * width};
  }
  if (below) return {spec.minimum + 0.37, spec.minimum + 2.3};
  if (above) return {spec.maximum - 0.37, spec.maximum - 2.3};
  return {-0.63, 0.37};
}

std::vector<json> values_to_try(const ParameterSpec& spec) {
  std::vector<json> values;
  if (spec.type == REVERIE_NUMBER)
    for (const double x : inside(spec)) values.emplace_back(x);
  if (spec.type == REVERIE_INTEGER)
    for (const double x : inside(spec)) values.emplace_back(static_cast<std::int64_t>(std::ceil(x)));
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
      throw MissingParameter(fmt::format("parameter '{}' has no default", spec.name),
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
