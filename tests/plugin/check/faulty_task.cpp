// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/task.hpp>

#include <cmath>

/// Independent positions on a line, put out as they are. `fault` gets one thing wrong; the last two are allowed.
struct FaultyTask {
  static constexpr const char* doc = "Wrong in the way it is told to be.";
  enum Fault {
    none,
    counts,
    knows_previous,
    forgets,
    rough,
    overruns,
    direction,
    infinite,
    lost,
    sparse,
    own_length,
    long_trials,
    long_constants,
    long_endpoints,
    long_paths,
    huge,
    start_counts,
    start_knows_rows,
    start_overruns,
    only_short,
    only_own_length
  };
  Fault fault = none;
  static auto parameters() {
    return reverie::parameters(
        reverie::choice(
            "fault", &FaultyTask::fault,
            {"none",           "counts",         "knows_previous", "forgets", "rough",        "overruns",
             "direction",      "infinite",       "lost",           "sparse",  "own_length",   "long_trials",
             "long_constants", "long_endpoints", "long_paths",     "huge",    "start_counts", "start_knows_rows",
             "start_overruns", "only_short",     "only_own_length"})
            .doc("What to get wrong."));
  }
  static constexpr std::int64_t own_steps = 20;
  reverie::TaskLayout layout() const {
    reverie::TaskLayout l;
    l.inputs = l.starts = l.outputs = l.latents = 1;
    l.steps = own_steps;
    l.dt = 0.02;
    l.latent_names = {"x"};
    l.latent_unit = l.input_unit = "m";
    l.constants = {{"origin", {1}}};
    l.has_endpoints = l.has_mean_paths = true;
    return l;
  }
  void make_constants(const reverie::Random&, const std::vector<reverie::View<double>>& constants) const {
    constants[0](0) = 0;
    if (fault == long_constants) constants[0].data[1] = 7;
  }
  int generate(const reverie::Constants&, const reverie::Random& random, std::uint32_t trial, reverie::View<double> s,
               reverie::View<double> x) const {
    static int calls = 0;
    static std::uint32_t previous = 0;
    const bool follows = trial == previous + 1;
    previous = trial;
    const auto asked = x.extent(0), length = fault == own_length ? own_steps : asked;
    if ((fault == only_short && asked > own_steps) || (fault == only_own_length && asked != own_steps))
      throw reverie::invalid("trials of this length were not recorded");
    const auto draws = random.normal(trial, 0, length + 1, 1);
    s(0, 0) = draws[0];
    if (fault == counts) s(0, 0) += ++calls;
    if (fault == knows_previous && follows) s(0, 0) += 1;
    for (std::int64_t n = 0; n < length; ++n) {
      x(n, 0) = draws[static_cast<std::size_t>(n) + 1];
      s(n + 1, 0) = s(n, 0) + x(n, 0);
    }
    if (fault == long_trials) x(length, 0) = 7;
    return fault == direction ? 1 : 0;
  }
  template <class T>
  void encode(const reverie::Constants&, reverie::View<const double> s, reverie::View<T> a) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row) {
      if (fault == sparse && s(row, 0) < 0) continue;
      a(row, 0) = static_cast<T>(s(row, 0));
      if (fault == rough && sizeof(T) == 4) a(row, 0) *= static_cast<T>(1.01);
      if (fault == infinite) a(row, 0) = static_cast<T>(1 / (s(row, 0) - s(row, 0)));
    }
    if (fault == overruns) a.data[s.extent(0)] = 0;
  }
  template <class T>
  void encode_start(const reverie::Constants& constants, reverie::View<const double> s, reverie::View<T> a) const {
    static int calls = 0;
    encode(constants, s, a);
    if (fault == start_counts) a(0, 0) += static_cast<T>(++calls);
    if (fault == start_knows_rows) a(s.extent(0) - 1, 0) += 1;
    if (fault == start_overruns) a.data[s.extent(0)] = 0;
  }
  template <class T>
  void decode(const reverie::Constants&, reverie::View<const T> y, reverie::View<double> s) const {
    for (std::int64_t row = 0; row < s.extent(0); ++row)
      s(row, 0) = fault == forgets ? 0
                  : fault == lost  ? std::nan("")
                  : fault == huge  ? 1e300
                                   : static_cast<double>(y(row, 0));
  }
  void landmarks(const reverie::Constants&, reverie::View<double> endpoint, reverie::View<double> mean_path) const {
    endpoint(0, 0) = 0;
    for (std::int64_t n = 0; n < mean_path.extent(1); ++n) mean_path(0, n, 0) = 0;
    if (fault == long_endpoints) endpoint(1, 0) = 7;
    if (fault == long_paths) mean_path(0, mean_path.extent(1), 0) = 7;
  }
};
REVERIE_TASK("faulty_task", FaultyTask)
