// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/task.hpp>

/// Every latent is 3.1 and every decoded one −3.1: as angles they are 2π − 6.2 apart, else 6.2.
struct FixedTask {
  bool angle = false;
  static auto parameters() { return reverie::parameters(reverie::boolean("angle", &FixedTask::angle)); }
  reverie::TaskLayout layout() const {
    reverie::TaskLayout l;
    l.inputs = l.starts = l.outputs = l.latents = 1;
    l.steps = 20;
    l.dt = 0.02;
    l.latent_names = {"x"};
    l.latent_unit = angle ? "rad" : "m";
    l.input_unit = "1";
    l.latent_is_angle = angle;
    return l;
  }
  int generate(const reverie::Constants&, const reverie::Random&, std::uint32_t, reverie::View<double> s,
               reverie::View<double> x) const {
    for (std::int64_t n = 0; n < s.extent(0); ++n) s(n, 0) = 3.1;
    for (std::int64_t n = 0; n < x.extent(0); ++n) x(n, 0) = 0;
    return 0;
  }
  template <class T>
  void encode(const reverie::Constants&, reverie::View<const double> s, reverie::View<T> activity) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row) activity(row, 0) = 0;
  }
  template <class T>
  void decode(const reverie::Constants&, reverie::View<const T>, reverie::View<double> s) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row) s(row, 0) = -3.1;
  }
};
REVERIE_TASK("fixed_task", FixedTask)
