// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/task.hpp>

/// A task of any size for tests of the engine: inputs and latents are standard normals, activity is a fixed linear map
/// of them.
struct ArraysTask {
  std::int64_t inputs = 2, starts = 3, outputs = 4, steps = 20;

  static auto parameters() {
    return reverie::parameters(
        reverie::integer("inputs", &ArraysTask::inputs), reverie::integer("starts", &ArraysTask::starts),
        reverie::integer("outputs", &ArraysTask::outputs), reverie::integer("steps", &ArraysTask::steps));
  }
  reverie::TaskLayout layout() const {
    reverie::TaskLayout l;
    l.inputs = inputs;
    l.starts = starts;
    l.outputs = outputs;
    l.latents = 2;
    l.steps = steps;
    l.dt = 0.02;
    l.latent_names = {"x", "y"};
    l.latent_unit = l.input_unit = "1";
    return l;
  }
  int generate(const reverie::Constants&, const reverie::Random& random, std::uint32_t trial,
               reverie::View<double> latents, reverie::View<double> x) const {
    const auto count = x.extent(0);
    const auto draws = random.normal(trial, 0, count + 1, 2 + inputs);
    for (std::int64_t n = 0; n <= count; ++n) {
      const double* row = &draws[static_cast<std::size_t>(n * (2 + inputs))];
      for (std::int64_t k = 0; k < 2; ++k) latents(n, k) = row[k];
      for (std::int64_t i = 0; n < count && i < inputs; ++i) x(n, i) = row[2 + i];
    }
    return 0;
  }
  template <class T>
  void encode(const reverie::Constants&, reverie::View<const double> s, reverie::View<T> activity) const {
    for (std::int64_t r = 0; r < s.extent(0); ++r)
      for (std::int64_t o = 0; o < activity.extent(1); ++o)
        activity(r, o) = static_cast<T>(0.3 * s(r, 0) - 0.1 * s(r, 1) * static_cast<double>(o));
  }
  template <class T>
  void decode(const reverie::Constants&, reverie::View<const T> outputs_, reverie::View<double> s) const {
    for (std::int64_t r = 0; r < s.extent(0); ++r)
      for (std::int64_t k = 0; k < 2; ++k) s(r, k) = static_cast<double>(outputs_(r, k % outputs));
  }
};
REVERIE_TASK("arrays_task", ArraysTask)
