// SPDX-License-Identifier: BSD-3-Clause
/// Gradients against central differences, argument by argument, in float64.
#include <plugin/check_calls.hpp>

namespace reverie::plugin {
namespace {

constexpr double step_of_differences = 1e-5;
constexpr double largest_gradient_error = 1e-6;  // relative; central differences reach about 1e-9

/// <cotangents, outputs> of the forward call.
double projected(const Function& function, std::int64_t units, const Values& values, const Values& cotangents) {
  const Call<double> call(function, units, values, {});
  double sum = 0;
  std::vector<double> after(values[0].size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (!function.arguments[k].out) continue;
    call.values[k]->copy_to(after);
    for (std::size_t i = 0; i < after.size(); ++i) sum += cotangents[k][i] * after[i];
  }
  return sum;
}

/// The gradient with respect to argument k by central differences.
std::vector<double> differences(const Function& function, std::int64_t units, Values values, const Values& cotangents,
                                std::size_t k) {
  std::vector<double> gradient;
  for (auto& x : values[k]) {
    const double kept = x;
    x = kept + step_of_differences;
    const double above = projected(function, units, values, cotangents);
    x = kept - step_of_differences;
    gradient.push_back((above - projected(function, units, values, cotangents)) / (2 * step_of_differences));
    x = kept;
  }
  return gradient;
}

/// What is wrong with the gradient at one random point, or "".
std::string gradient_problem(const Function& function, std::int64_t units, std::uint32_t seed, double& worst) {
  const auto values = random_values(function, units, seed);
  const auto cotangents = random_values(function, units, seed + 100);
  const auto after = called<double>(function, units, values, cotangents);
  std::vector<std::vector<double>> gradients;
  double size = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const bool has = function.arguments[k].in;
    gradients.push_back(has ? differences(function, units, values, cotangents, k) : std::vector<double>());
    size = std::max(size, norm(gradients.back()));
  }
  for (std::size_t k = 0; k < values.size(); ++k) {
    const auto& argument = function.arguments[k];
    if (!argument.in) continue;
    auto given = after.cotangents[k];
    if (!argument.out)
      for (std::size_t i = 0; i < given.size(); ++i) given[i] -= cotangents[k][i];
    const double difference = norm_of_difference(given, gradients[k]);
    // Where the true gradient is zero, the rounding of differences is measured against the other arguments'.
    const double error = difference / std::max(norm(gradients[k]), 1e-3 * size + 1e-30);
    worst = std::max(worst, error);
    if (error <= largest_gradient_error) continue;
    if (std::isnan(error)) return fmt::format("the gradient with respect to {} is not finite", argument.name);
    if (!argument.out && norm_of_difference(after.cotangents[k], gradients[k]) <= largest_gradient_error * size)
      return fmt::format("the gradient with respect to {} overwrites the cotangent instead of being added to it",
                         argument.name);
    return fmt::format("the gradient with respect to {} is wrong by {:.2g} %", argument.name, 100 * error);
  }
  return "";
}

}  // namespace

CheckResult check_gradient(const Component& component, const json& given) {
  double worst = 0;
  bool any = false, seen = false;
  const auto failure = first_failure(component, given, occasions, [&](const Function& function, std::int64_t units) {
    seen = true;
    if (!function.trainable) return std::string();
    any = true;
    auto wrong = gradient_problem(function, units, 11, worst);
    // A kink may lie at one random point, hardly at two.
    if (wrong.empty() || gradient_problem(function, units, 12, worst).empty()) return std::string();
    return wrong;
  });
  if (failure) return *failure;
  if (!any && !seen) return pass("it uses no hook");
  if (!any) return skipped("it has no gradient: networks can replay with it, but not be trained through it");
  return pass(fmt::format("largest error {:.1e}", worst));
}

}  // namespace reverie::plugin
