// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/task.hpp>

#include <chrono>
#include <cmath>
#include <thread>

/// Latents in [1, 2], and a code that refuses all others; outputs are decoded by their centre of mass, which rows of
/// zeros have not. `sparse` leaves what is near zero unwritten; with `late`, the first trial fails after a pause.
struct StrictTask {
  static constexpr std::int64_t cells = 8;
  bool sparse = false, late = false;
  static auto parameters() {
    return reverie::parameters(reverie::boolean("sparse", &StrictTask::sparse),
                               reverie::boolean("late", &StrictTask::late));
  }
  reverie::TaskLayout layout() const {
    reverie::TaskLayout l;
    l.inputs = l.starts = l.latents = 1;
    l.outputs = cells;
    l.steps = 20;
    l.dt = 0.02;
    l.latent_names = {"x"};
    l.latent_unit = l.input_unit = "1";
    return l;
  }
  int generate(const reverie::Constants&, const reverie::Random& random, std::uint32_t trial, reverie::View<double> s,
               reverie::View<double> x) const {
    if (late && trial == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      throw reverie::invalid("the first trial fails");
    }
    const auto draws = random.uniform(trial, 0, s.extent(0), 1);
    for (std::int64_t n = 0; n < s.extent(0); ++n) s(n, 0) = 1 + draws[static_cast<std::size_t>(n)];
    for (std::int64_t n = 0; n < x.extent(0); ++n) x(n, 0) = s(n + 1, 0) - s(n, 0);
    return 0;
  }
  static double centre(std::int64_t cell) { return 1 + static_cast<double>(cell) / (cells - 1); }
  template <class T>
  void encode_start(const reverie::Constants&, reverie::View<const double> s, reverie::View<T> activity) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row) activity(row, 0) = static_cast<T>(s(row, 0));
  }
  template <class T>
  void encode(const reverie::Constants&, reverie::View<const double> s, reverie::View<T> activity) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row) {
      if (s(row, 0) < 1 || s(row, 0) > 2) throw reverie::invalid(std::to_string(s(row, 0)) + " is not in [1, 2]");
      for (std::int64_t cell = 0; cell < cells; ++cell) {
        const double bump = std::exp(-std::pow((s(row, 0) - centre(cell)) / 0.1, 2));
        if (!sparse || bump > 1e-3) activity(row, cell) = static_cast<T>(bump);
      }
    }
  }
  template <class T>
  void decode(const reverie::Constants&, reverie::View<const T> outputs, reverie::View<double> s) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row) {
      double sum = 0, mean = 0;
      for (std::int64_t cell = 0; cell < cells; ++cell) {
        const double size = std::abs(static_cast<double>(outputs(row, cell)));
        sum += size;
        mean += size * centre(cell);
      }
      s(row, 0) = mean / sum;
    }
  }
};
REVERIE_TASK("strict_task", StrictTask)
