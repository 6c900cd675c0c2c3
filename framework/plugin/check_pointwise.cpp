// SPDX-License-Identifier: BSD-3-Clause
/// Checks of cells and dynamics, but for gradients.
#include <fmt/ranges.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <plugin/check_calls.hpp>
#include <set>
#include <thread>

namespace reverie::plugin {
namespace {

constexpr double largest_precision_error = 1e-4;  // float32 against float64, relative

struct MadePointwise {
  MadePointwise(const Component& component, const json& parameters) { make_pointwise(component, parameters); }
};

/// Drives of a cell that get nothing, whatever the parameters.
std::vector<std::string> idle_drives(const Component& component, const json& given) {
  std::optional<std::vector<std::string>> idle;
  for (const auto& trial : trials_of(component, given)) try {
      const auto now = make_pointwise(component, trial.parameters).idle_drives;
      if (!idle) idle = now;
      std::erase_if(*idle, [&](const auto& name) { return std::find(now.begin(), now.end(), name) == now.end(); });
    } catch (const PluginError&) {  // a combination that it refuses
    }
  return idle.value_or(std::vector<std::string>());
}

/// Hooks of a dynamics that are never called, whatever the parameters, though another one is.
std::vector<std::string> unused_hooks(const Component& component, const json& given) {
  if (component.kind != Kind::dynamics) return {};
  std::set<std::string> used;
  for (const auto& trial : trials_of(component, given)) try {
      for (const auto& function : make_pointwise(component, trial.parameters).functions) used.insert(function.name);
    } catch (const PluginError&) {  // a combination that it refuses
    }
  std::vector<std::string> unused;
  const auto& table = *static_cast<const reverie_dynamics*>(component.table->table);
  for (const auto& [name, hook] :
       {std::pair{"emit", table.emit}, {"current", table.current}, {"advance", table.advance}})
    if (hook && !used.empty() && !used.contains(name)) unused.push_back(name);
  return unused;
}

CheckResult check_made(const Component& component, const json& given) {
  const auto created = check_create<MadePointwise>(component, given);
  if (created.verdict != Verdict::pass) return created;
  if (const auto unused = unused_hooks(component, given); !unused.empty())
    return fail(fmt::format("'{}' is never called: `uses` leaves it out", fmt::join(unused, "', '")));
  const auto idle = idle_drives(component, given);
  if (idle.empty()) return created;
  return fail(fmt::format("no projection goes to the drive '{}': is `projections` spelt so, and const or static?",
                          fmt::join(idle, "', '")));
}

/// Of an argument that is added to: what was there stays in the sum, and has no other effect.
std::string wrong_sum(const Function& function, std::int64_t units, Values values) {
  const auto others = random_values(function, units, 7);
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (!function.arguments[k].adds) continue;
    const auto before = std::exchange(values[k], others[k]);
    const auto after_other = called<double>(function, units, values).values[k];
    values[k] = before;
    const auto after = called<double>(function, units, values).values[k];
    if (after == after_other)
      return fmt::format("it overwrites {} instead of adding to it", function.arguments[k].name);
    for (std::size_t i = 0; i < after.size(); ++i) {
      const double added = after[i] - before[i], added_to_other = after_other[i] - others[k][i];
      if (std::abs(added - added_to_other) > 1e-12 * (1 + std::abs(added)))
        return fmt::format("what it adds to {} depends on what was there", function.arguments[k].name);
    }
  }
  return "";
}

/// Whether a phase of a cell gives the state a movement.
bool moves(const Function& function, const Values& before, const Values& after) {
  for (std::size_t k = 0; k < after.size(); ++k)
    if (function.arguments[k].name == "increment" && after[k] != before[k] &&
        std::any_of(after[k].begin(), after[k].end(), [](double x) { return x != 0; }))
      return true;
  return false;
}

CheckResult check_bounds(const Component& component, const json& given) {
  bool moved = component.kind != Kind::cell;
  const auto failure = first_failure(component, given, [&](const Function& function, std::int64_t units) {
    const auto values = random_values(function, units, 1);
    moved = moved || moves(function, values, called<double>(function, units, values).values);
    for (const auto& damage : {called<float>(function, units, values).damage,
                               called<double>(function, units, values).damage, wrong_sum(function, units, values)})
      if (!damage.empty()) return damage;
    if (!function.trainable) return std::string();
    const auto cotangents = random_values(function, units, 2);
    for (const auto& damage : {called<float>(function, units, values, cotangents).damage,
                               called<double>(function, units, values, cotangents).damage})
      if (!damage.empty()) return "gradient: " + damage;
    return std::string();
  });
  if (failure) return *failure;
  return moved ? pass() : fail("the state never moves: does `increment` write u.increment, the change of the state?");
}

// The SDK makes it NaN.
constexpr const char* spoilt = ", or comes from what is not declared or not given there, such as memory or a slot";

CheckResult check_finite(const Component& component, const json& given) {
  const auto failure = first_failure(component, given, occasions, [](const Function& function, std::int64_t units) {
    for (const double scale : {0.0, 1e-3, 1.0, 10.0}) {
      const auto problem = [&](const Values& numbers, const char* whose) {
        for (std::size_t k = 0; k < numbers.size(); ++k)
          for (const double x : numbers[k])
            if (!std::isfinite(x))
              return fmt::format("{}{} becomes {} for input of size {}{}", whose, function.arguments[k].name,
                                 std::isnan(x) ? "NaN" : "infinite", scale, std::isnan(x) && scale == 0 ? spoilt : "");
        return std::string();
      };
      const auto values = random_values(function, units, 3, scale);
      auto wrong = problem(called<float>(function, units, values).values, "");
      if (wrong.empty() && function.trainable)
        wrong = problem(called<float>(function, units, values, random_values(function, units, 4)).cotangents,
                        "the gradient with respect to ");
      if (!wrong.empty()) return wrong;
    }
    return std::string();
  });
  return failure ? *failure : pass();
}

CheckResult check_precision(const Component& component, const json& given) {
  double worst = 0;
  const auto failure = first_failure(component, given, occasions, [&](const Function& function, std::int64_t units) {
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
  const auto made = make_pointwise(component, trial.parameters, 512);
  for (const auto& function : made.functions) {
    std::vector<std::vector<float>> storage;
    const std::int64_t count = 25, units = made.units, stride = (units + 15) / 16 * 16;
    std::vector<reverie_rows> views;
    for (std::size_t k = 0; k < function.arguments.size(); ++k) {
      auto& each = storage.emplace_back(static_cast<std::size_t>(count * stride + 16), 0.3F);
      const auto offset = (64 - std::bit_cast<std::uintptr_t>(each.data()) % 64) % 64 / sizeof(float);
      views.push_back({each.data() + offset, stride});
    }
    const auto call = [&] { function.call(views, {}, REVERIE_F32, count, units, function.step); };
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
      {"create", "instances are made or refused with a reason", check_made},
      {"bounds", "nothing outside its rows and outputs is written; currents are added", check_bounds},
      {"pointers", "no pointer is used after the call it came with", check_pointers},
      {"finite", "ordinary numbers give finite numbers and gradients", check_finite},
      {"purity", "equal calls give equal bits, in two threads too", check_purity},
      {"rows", "a row depends on itself alone", check_rows},
      {"precision", "float32 agrees with float64", check_precision},
      {"gradient", "gradients agree with central differences", check_gradient},
      {"cost", "time per unit; no memory is kept", check_cost},
  };
  return checks;
}

}  // namespace reverie::plugin
