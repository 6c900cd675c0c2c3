// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/task.hpp>

#include <cmath>

/// Independent positions on a line, put out as they are. `fault` gets one thing wrong.
struct FaultyTask {
  static constexpr const char* doc = "Wrong in the way it is told to be.";
  enum Fault { none, counts, knows_previous, forgets, rough, overruns, direction, infinite, lost };
  Fault fault = none;
  static auto parameters() {
    return reverie::parameters(reverie::choice("fault", &FaultyTask::fault,
                                               {"none", "counts", "knows_previous", "forgets", "rough", "overruns",
                                                "direction", "infinite", "lost"})
                                   .doc("What to get wrong."));
  }
  reverie::TaskLayout layout() const {
    reverie::TaskLayout l;
    l.inputs = l.starts = l.outputs = l.latents = 1;
    l.steps = 20;
    l.dt = 0.02;
    l.latent_names = {"x"};
    l.latent_unit = l.input_unit = "m";
    return l;
  }
  int generate(const reverie::Constants&, const reverie::Random& random, std::uint32_t trial, reverie::View<double> s,
               reverie::View<double> x) const {
    static int calls = 0;
    static std::uint32_t previous = 0;
    const bool follows = trial == previous + 1;
    previous = trial;
    const auto draws = random.normal(trial, 0, x.extent(0) + 1, 1);
    s(0, 0) = draws[0];
    if (fault == counts) s(0, 0) += ++calls;
    if (fault == knows_previous && follows) s(0, 0) += 1;
    for (std::int64_t n = 0; n < x.extent(0); ++n) {
      x(n, 0) = draws[static_cast<std::size_t>(n) + 1];
      s(n + 1, 0) = s(n, 0) + x(n, 0);
    }
    return fault == direction ? 1 : 0;
  }
  template <class T>
  void encode(const reverie::Constants&, reverie::View<const double> s, reverie::View<T> a) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row) {
      a(row, 0) = static_cast<T>(s(row, 0));
      if (fault == rough && sizeof(T) == 4) a(row, 0) *= static_cast<T>(1.01);
      if (fault == infinite) a(row, 0) = static_cast<T>(1 / (s(row, 0) - s(row, 0)));
    }
    if (fault == overruns) a.data[s.extent(0)] = 0;
  }
  template <class T>
  void decode(const reverie::Constants&, reverie::View<const T> y, reverie::View<double> s) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row)
      s(row, 0) = fault == forgets ? 0 : fault == lost ? std::nan("") : static_cast<double>(y(row, 0));
  }
};
REVERIE_TASK("faulty_task", FaultyTask)
