// SPDX-License-Identifier: BSD-3-Clause
/// Calls of pointwise functions between guards, on rows of random numbers: what the checks of cells and dynamics share.
#pragma once

#include <cmath>
#include <memory>
#include <optional>
#include <plugin/check_parts.hpp>
#include <plugin/guarded_matrix.hpp>
#include <plugin/pointwise.hpp>
#include <span>

namespace reverie::plugin {

constexpr std::int64_t rows = 3;
using Values = std::vector<std::vector<double>>;  // per argument [rows, units]

/// What of a call could be seen from outside.
struct Called {
  Values values, cotangents;
  std::string damage;  ///< what was written that must not be, or ""
};

/// The function with its matrices, kept after the call.
template <class T>
struct Call {
  std::vector<std::unique_ptr<GuardedMatrix<T>>> values, cotangents;

  static std::vector<reverie_rows> views(const std::vector<std::unique_ptr<GuardedMatrix<T>>>& matrices) {
    std::vector<reverie_rows> all;
    for (const auto& matrix : matrices) all.push_back(matrix->view());
    return all;
  }

  Call(const Function& function, std::int64_t units, const Values& before, const Values& cotangents_before,
       std::int64_t count = rows) {
    for (const auto& each : before) values.push_back(std::make_unique<GuardedMatrix<T>>(count, units, each));
    for (const auto& each : cotangents_before)
      cotangents.push_back(std::make_unique<GuardedMatrix<T>>(count, units, each));
    auto given = views(values);
    if (!cotangents.empty())
      for (std::size_t k = 0; k < given.size(); ++k)
        if (function.arguments[k].absent_in_vjp) given[k] = {};
    function.call(given, views(cotangents), std::is_same_v<T, float> ? REVERIE_F32 : REVERIE_F64, count, units,
                  function.step);
  }
  void forbid() {
    for (auto* matrices : {&values, &cotangents})
      for (auto& each : *matrices) each->forbid();
  }
};

/// Entry that differs (as numbers of type T), or nothing.
template <class T>
bool same(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t k = 0; k < a.size(); ++k) {
    const auto x = static_cast<T>(a[k]), y = static_cast<T>(b[k]);
    if (!(x == y || (std::isnan(x) && std::isnan(y)))) return false;
  }
  return true;
}

template <class T>
Called called(const Function& function, std::int64_t units, const Values& before, const Values& cotangents = {},
              std::int64_t count = rows) {
  const Call<T> call(function, units, before, cotangents, count);
  Called after{before, cotangents, ""};
  const auto damaged = [&](const std::string& what) {
    if (after.damage.empty()) after.damage = what;
  };
  for (std::size_t k = 0; k < before.size(); ++k) {
    const auto& argument = function.arguments[k];
    call.values[k]->copy_to(after.values[k]);
    if (!call.values[k]->surroundings_untouched())
      damaged(fmt::format("it wrote outside the rows of {}", argument.name));
    if ((!argument.out || !cotangents.empty()) && !same<T>(before[k], after.values[k]))
      damaged(fmt::format("it changed {}, which it may only read", argument.name));
    if (cotangents.empty()) continue;
    call.cotangents[k]->copy_to(after.cotangents[k]);
    if (!call.cotangents[k]->surroundings_untouched())
      damaged(fmt::format("it wrote outside the rows of the cotangent of {}", argument.name));
    if (!argument.in && !same<T>(cotangents[k], after.cotangents[k]))
      damaged(fmt::format("it changed the cotangent of {}, which it may only read", argument.name));
  }
  return after;
}

/// Numbers between 0.2 and 2 times `scale` with either sign, that float32 holds exactly: away from kinks at 0.
inline Values random_values(const Function& function, std::int64_t units, std::uint32_t seed, double scale = 1) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(0.2F, 2.0F);
  Values values(function.arguments.size(), std::vector<double>(static_cast<std::size_t>(rows * units)));
  for (auto& argument : values)
    for (auto& x : argument) x = (engine() % 2 ? 1 : -1) * scale * static_cast<double>(uniform(engine));
  return values;
}

inline double norm_of_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return std::sqrt(sum);
}
inline double norm(const std::vector<double>& a) { return norm_of_difference(a, std::vector<double>(a.size())); }

/// Steps that differ in what functions may depend on.
struct Occasion {
  const char* words;
  std::uint32_t quiescent;
  std::int64_t step;
};
constexpr Occasion occasions[] = {{"", 0, 4}, {" at step 0", 0, 0}, {" in quiescence", 1, 4}};

/// body(function, units) returns what is wrong, or ""; over all functions of all sets of parameters.
template <class Body>
std::optional<CheckResult> first_failure(const Component& component, const json& given, std::span<const Occasion> when,
                                         Body&& body) {
  for (const auto& trial : trials_of(component, given)) {
    Pointwise made{0, {}};
    try {
      made = make_pointwise(component, trial.parameters);
    } catch (const PluginError& error) {
      if (trial.words.empty() || error.exit_code() == ExitCode::plugin) throw;
      continue;  // it may refuse a combination; `create` looks at that
    }
    for (auto& function : made.functions) {
      const bool trainable = function.trainable;
      for (const auto& [words, quiescent, step] : when) {
        function.trainable = trainable && quiescent == 0;  // nothing is trained in quiescence
        function.step.quiescent = quiescent;
        function.step.step = step;
        function.step.time = function.step.dt * static_cast<double>(step);
        if (const auto wrong = body(std::as_const(function), made.units); !wrong.empty())
          return fail(fmt::format("{}: {}", function.name + words + in_words(trial), wrong));
      }
    }
  }
  return std::nullopt;
}

/// On the first occasion only.
template <class Body>
std::optional<CheckResult> first_failure(const Component& component, const json& given, Body&& body) {
  return first_failure(component, given, std::span(occasions, 1), body);
}

CheckResult check_gradient(const Component& component, const json& given);

}  // namespace reverie::plugin
