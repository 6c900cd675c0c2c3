// SPDX-License-Identifier: BSD-3-Clause
/// Checks of cells and dynamics. Every function is called with rows of random numbers between guards.
#include <malloc.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <plugin/check_parts.hpp>
#include <plugin/guarded_matrix.hpp>
#include <plugin/pointwise.hpp>
#include <thread>

namespace reverie::plugin {
namespace {

constexpr std::int64_t rows = 3;
constexpr double step_of_differences = 1e-5;
constexpr double largest_gradient_error = 1e-6;   // of float64, relative; central differences reach about 1e-9
constexpr double largest_precision_error = 1e-4;  // float32 against float64, relative

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
    const reverie_step step{sizeof step, 0, 4, 0.08, 0.02, 0.2, 0.1};
    auto given = views(values);
    if (!cotangents.empty())
      for (std::size_t k = 0; k < given.size(); ++k)
        if (function.arguments[k].absent_in_vjp) given[k] = {};
    function.call(given, views(cotangents), std::is_same_v<T, float> ? REVERIE_F32 : REVERIE_F64, count, units, step);
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
Values random_values(const Function& function, std::int64_t units, std::uint32_t seed, double scale = 1) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(0.2F, 2.0F);
  Values values(function.arguments.size(), std::vector<double>(static_cast<std::size_t>(rows * units)));
  for (auto& argument : values)
    for (auto& x : argument) x = (engine() % 2 ? 1 : -1) * scale * static_cast<double>(uniform(engine));
  return values;
}

std::string place_of(const Function& function, const Trial& trial) { return function.name + in_words(trial); }

/// body(function, units, place) returns what is wrong, or ""; over all functions of all sets of parameters.
template <class Body>
std::optional<CheckResult> first_failure(const Component& component, const json& given, Body&& body) {
  for (const auto& trial : trials_of(component, given)) {
    Pointwise made{0, {}};
    try {
      made = make_pointwise(component, trial.parameters);
    } catch (const PluginError& error) {
      if (trial.words.empty() || error.exit_code() == ExitCode::plugin) throw;
      continue;  // it may refuse a combination; `create` looks at that
    }
    for (const auto& function : made.functions)
      if (const auto wrong = body(function, made.units); !wrong.empty())
        return fail(fmt::format("{}: {}", place_of(function, trial), wrong));
  }
  return std::nullopt;
}

CheckResult check_create(const Component& component, const json& given) {
  int made = 0, refused = 0;
  for (const auto& trial : trials_of(component, given)) try {
      make_pointwise(component, trial.parameters);
      ++made;
    } catch (const PluginError& error) {
      if (trial.words.empty() || error.exit_code() == ExitCode::plugin)
        return fail(fmt::format("{}{}", error.what(), in_words(trial)));
      ++refused;
    }
  return pass(refused == 0 ? fmt::format("{} instances", made)
                           : fmt::format("{} instances, {} refused", made, refused));
}

CheckResult check_bounds(const Component& component, const json& given) {
  const auto failure = first_failure(component, given, [](const Function& function, std::int64_t units) {
    const auto values = random_values(function, units, 1);
    for (const auto& damage :
         {called<float>(function, units, values).damage, called<double>(function, units, values).damage})
      if (!damage.empty()) return damage;
    if (!function.trainable) return std::string();
    const auto cotangents = random_values(function, units, 2);
    for (const auto& damage : {called<float>(function, units, values, cotangents).damage,
                               called<double>(function, units, values, cotangents).damage})
      if (!damage.empty()) return "gradient: " + damage;
    return std::string();
  });
  return failure ? *failure : pass();
}

CheckResult check_finite(const Component& component, const json& given) {
  const auto failure = first_failure(component, given, [](const Function& function, std::int64_t units) {
    for (const double scale : {0.0, 1e-3, 1.0, 10.0}) {
      const auto after = called<float>(function, units, random_values(function, units, 3, scale));
      for (std::size_t k = 0; k < after.values.size(); ++k)
        for (const double x : after.values[k])
          if (!std::isfinite(x))
            return fmt::format("{} becomes {} for input of size {}", function.arguments[k].name, x, scale);
    }
    return std::string();
  });
  return failure ? *failure : pass();
}

double norm_of_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return std::sqrt(sum);
}
double norm(const std::vector<double>& a) { return norm_of_difference(a, std::vector<double>(a.size())); }

CheckResult check_precision(const Component& component, const json& given) {
  double worst = 0;
  const auto failure = first_failure(component, given, [&](const Function& function, std::int64_t units) {
    const auto values = random_values(function, units, 5);
    const auto compare = [&](const Values& narrow, const Values& wide, const char* what) {
      for (std::size_t k = 0; k < wide.size(); ++k) {
        const double size = std::max(norm(wide[k]), 1e-30);
        const double error = norm_of_difference(narrow[k], wide[k]) / size;
        worst = std::max(worst, error);
        if (!(error <= largest_precision_error))
          return fmt::format("{}{} differs between float32 and float64 by {:.1e}", what, function.arguments[k].name,
                             error);
      }
      return std::string();
    };
    auto wrong =
        compare(called<float>(function, units, values).values, called<double>(function, units, values).values, "");
    if (!wrong.empty() || !function.trainable) return wrong;
    const auto cotangents = random_values(function, units, 6);
    return compare(called<float>(function, units, values, cotangents).cotangents,
                   called<double>(function, units, values, cotangents).cotangents, "the gradient with respect to ");
  });
  return failure ? *failure : pass(fmt::format("largest difference {:.1e}", worst));
}

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

CheckResult check_gradient(const Component& component, const json& given) {
  double worst = 0;
  bool any = false, seen = false;
  const auto failure = first_failure(component, given, [&](const Function& function, std::int64_t units) {
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

std::vector<double> part_of(const std::vector<double>& values, std::int64_t units, std::int64_t row) {
  return {values.begin() + row * units, values.begin() + (row + 1) * units};
}

CheckResult check_rows(const Component& component, const json& given) {
  const auto failure = first_failure(component, given, [](const Function& function, std::int64_t units) {
    auto values = random_values(function, units, 21);
    const auto cotangents = function.trainable ? random_values(function, units, 22) : Values{};
    const auto other = random_values(function, units, 23);
    for (const bool backward : {false, true}) {
      if (backward && !function.trainable) continue;
      const auto given_cotangents = backward ? cotangents : Values{};
      const auto reference = called<float>(function, units, values, given_cotangents);
      auto changed = values;
      for (std::size_t k = 0; k < values.size(); ++k)
        std::copy_n(other[k].begin() + units, units, changed[k].begin() + units);
      const auto neighbour = called<float>(function, units, changed, given_cotangents);
      Values first, first_cotangents;
      for (const auto& each : values) first.push_back(part_of(each, units, 0));
      for (const auto& each : given_cotangents) first_cotangents.push_back(part_of(each, units, 0));
      const auto alone = called<float>(function, units, first, first_cotangents, 1);
      const auto compare = [&](const Values& all, const Values& next, const Values& one) {
        for (std::size_t k = 0; k < all.size(); ++k) {
          const auto& name = function.arguments[k].name;
          for (const std::int64_t row : {0, 2})
            if (!same<float>(part_of(all[k], units, row), part_of(next[k], units, row)))
              return fmt::format("{} of row {} depends on row 1", name, row);
          if (!same<float>(part_of(all[k], units, 0), one[k]))
            return fmt::format("{} of row 0 depends on how many rows there are", name);
        }
        return std::string();
      };
      const auto wrong = backward ? compare(reference.cotangents, neighbour.cotangents, alone.cotangents)
                                  : compare(reference.values, neighbour.values, alone.values);
      if (!wrong.empty()) return (backward ? "gradient: " : "") + wrong;
    }
    return std::string();
  });
  return failure ? *failure : pass();
}

/// The argument that another call with the same values makes different, after up to `times` calls; -1 for none.
int differing(const Function& function, std::int64_t units, const Values& values, const Called& reference, int times) {
  for (int n = 0; n < times; ++n) {
    const auto again = called<float>(function, units, values);
    for (std::size_t k = 0; k < values.size(); ++k)
      if (!same<float>(reference.values[k], again.values[k])) return static_cast<int>(k);
  }
  return -1;
}

/// What one of two threads, each with values of its own, sees of the other; or "".
std::string interference(const Function& function, std::int64_t units) {
  std::string found[2];
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 2; ++t) {
    const auto values = random_values(function, units, 32 + t);
    threads.emplace_back([&function, units, values, &found, t, reference = called<float>(function, units, values)] {
      try {
        const int k = differing(function, units, values, reference, 200);
        if (k >= 0) found[t] = "it gives another " + function.arguments[static_cast<std::size_t>(k)].name;
      } catch (const std::exception& error) {
        found[t] = error.what();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return found[0].empty() ? found[1] : found[0];
}

CheckResult check_purity(const Component& component, const json& given) {
  const auto failure = first_failure(component, given, [](const Function& function, std::int64_t units) {
    const auto values = random_values(function, units, 31);
    const int k = differing(function, units, values, called<float>(function, units, values), 3);
    if (k >= 0)
      return fmt::format("equal calls give different {}", function.arguments[static_cast<std::size_t>(k)].name);
    const auto found = interference(function, units);
    return found.empty() ? found : "called by two threads at once: " + found;
  });
  return failure ? *failure : pass();
}

CheckResult check_pointers(const Component& component, const json& given) {
  const auto failure = first_failure(component, given, [](const Function& function, std::int64_t units) {
    const auto values = random_values(function, units, 41);
    const auto cotangents = function.trainable ? random_values(function, units, 42) : Values{};
    // Whoever kept a pointer of an earlier call dies here; the words about it are the caller's.
    Call<float> forward(function, units, values, {});
    forward.forbid();
    Call<float> again(function, units, values, {});
    again.forbid();
    if (!function.trainable) return std::string();
    Call<float> backward(function, units, values, cotangents);
    backward.forbid();
    Call<float> backward_again(function, units, values, cotangents);
    return std::string();
  });
  return failure ? *failure : pass();
}

CheckResult check_cost(const Component& component, const json& given) {
  std::string times;
  const auto trial = trials_of(component, given).front();
  const auto made = make_pointwise(component, trial.parameters);
  for (const auto& function : made.functions) {
    std::vector<std::vector<float>> storage;
    const std::int64_t count = 25, units = made.units == 2 ? 2 : 512, stride = (units + 15) / 16 * 16;
    std::vector<reverie_rows> views;
    for (std::size_t k = 0; k < function.arguments.size(); ++k) {
      auto& each = storage.emplace_back(static_cast<std::size_t>(count * stride + 16), 0.3F);
      const auto offset = (64 - std::bit_cast<std::uintptr_t>(each.data()) % 64) % 64 / sizeof(float);
      views.push_back({each.data() + offset, stride});
    }
    const reverie_step step{sizeof step, 0, 4, 0.08, 0.02, 0.2, 0.1};
    const auto call = [&] { function.call(views, {}, REVERIE_F32, count, units, step); };
    for (int n = 0; n < 10; ++n) call();
    const auto before = ::mallinfo2();
    const auto began = std::chrono::steady_clock::now();
    constexpr int calls = 300;
    for (int n = 0; n < calls; ++n) call();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
    const auto after = ::mallinfo2();
    const auto growth =
        static_cast<double>(after.uordblks + after.hblkhd) - static_cast<double>(before.uordblks + before.hblkhd);
    if (growth / calls >= 1)
      return fail(fmt::format("{} keeps {:.0f} bytes of memory per call", function.name, growth / calls));
    times += fmt::format("{}{} {:.2f} ns", times.empty() ? "" : ", ", function.name,
                         took.count() / (static_cast<double>(calls) * static_cast<double>(count * units)));
  }
  return pass(times.empty() ? "" : times + " per unit");
}

}  // namespace

const std::vector<Check>& pointwise_checks() {
  static const std::vector<Check> checks = {
      {"schema", "every parameter has a description", check_schema},
      {"create", "instances are made or refused with a reason", check_create},
      {"bounds", "nothing outside its rows and outputs is written", check_bounds},
      {"pointers", "no pointer is used after the call it came with", check_pointers},
      {"finite", "ordinary numbers give finite numbers", check_finite},
      {"purity", "equal calls give equal bits, in two threads too", check_purity},
      {"rows", "a row depends on itself alone", check_rows},
      {"precision", "float32 agrees with float64", check_precision},
      {"gradient", "gradients agree with central differences", check_gradient},
      {"cost", "time per unit; no memory is kept", check_cost},
  };
  return checks;
}

}  // namespace reverie::plugin
