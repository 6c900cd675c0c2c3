// SPDX-License-Identifier: BSD-3-Clause
#include <reverie/dynamics.hpp>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <vector>

/// drift' = drift tanh(r) + rate m,  m' = m + rate r,  with a gradient by hand. `fault` gets one thing wrong.
struct Faulty {
  static constexpr const char* doc = "Wrong in the way it is told to be.";
  enum Fault {
    none,
    gradient_of_state,
    gradient_of_drift,
    gradient_overwrites,
    gradient_nan,
    gradient_nan_at_zero,
    writes_outside,
    writes_before,
    changes_state,
    keeps_pointer,
    mixes_rows,
    counts_calls,
    shares_scratch,
    logarithm,
    logarithm_in_quiescence,
    divides_by_step,
    rough_in_float,
    leaks,
    hangs,
    crashes,
    exits,
    throws,
    trusts_landmarks,
    only_19_units
  };
  Fault fault = none;
  reverie::parameter rate{0.1};

  static auto parameters() {
    // clang-format off
    const std::vector<std::string> faults = {
        "none", "gradient_of_state", "gradient_of_drift", "gradient_overwrites", "gradient_nan", "gradient_nan_at_zero",
        "writes_outside", "writes_before", "changes_state", "keeps_pointer", "mixes_rows", "counts_calls",
        "shares_scratch", "logarithm", "logarithm_in_quiescence", "divides_by_step", "rough_in_float", "leaks", "hangs",
        "crashes", "exits", "throws", "trusts_landmarks", "only_19_units"};
    // clang-format on
    return reverie::parameters(reverie::choice("fault", &Faulty::fault, faults).doc("What to get wrong."),
                               reverie::number("rate", &Faulty::rate).range("[0, 1]").doc("Rate of the memory."));
  }
  static auto memory() { return reverie::memory("trace"); }
  void prepare(const reverie_setting& setting) {
    if (fault == only_19_units && setting.units != 19)
      throw reverie::invalid("it has numbers for 19 units");  // allowed
    if (fault == trusts_landmarks) rate = reverie::view<const double>(*setting.mean_path)(0, 1, 0);
  }

  template <class T>
  void advance(reverie::Row<T>& row) const {
    const auto n = row.state.size();
    const T k = static_cast<T>(rate.value);
    static const T* kept = nullptr;
    static T last_row = 0;
    static int calls = 0;
    static auto* const scratch = new std::vector<T>(1 << 12);
    if (fault == keeps_pointer && kept) row.drift[0] += kept[0] * 0;
    if (fault == mixes_rows) row.drift[0] += last_row;
    if (fault == counts_calls) row.drift[0] += static_cast<T>(++calls);
    if (fault == leaks) static_cast<void>(*new std::vector<T>(100));
    if (fault == hangs)
      for (volatile int forever = 0;;) static_cast<void>(forever);
    if (fault == crashes) std::raise(SIGSEGV);
    if (fault == exits) std::exit(3);
    if (fault == throws) throw reverie::invalid("it does not want to");
    for (std::size_t i = 0; i < n; ++i) {
      const T factor = static_cast<T>(std::tanh(row.state[i]));
      row.drift[i] = row.drift[i] * factor + k * row.memory[0][i];
      row.memory[0][i] += k * row.state[i];
      if (fault == divides_by_step) row.drift[i] += row.state[i] / static_cast<T>(row.step.value);
      if (fault == logarithm || (fault == logarithm_in_quiescence && row.quiescent))
        row.drift[i] = std::log(row.state[i]);
      if (fault == rough_in_float && sizeof(T) == 4) row.drift[i] *= static_cast<T>(1.001);
    }
    if (fault == shares_scratch) {
      // What another thread writes between the two loops is read by this one.
      for (int pass = 0; pass < 2000; ++pass)
        for (std::size_t i = 0; i < n; ++i) static_cast<volatile T&>((*scratch)[i]) = row.drift[i];
      for (std::size_t i = 0; i < n; ++i) row.drift[i] = (*scratch)[i];
    }
    if (fault == writes_outside) row.drift.data()[n] = 1;
    if (fault == writes_before) row.noise.data()[-1] = 1;
    if (fault == changes_state) const_cast<T&>(row.state[2]) = 0;
    kept = row.state.data();
    last_row = row.state[0];
  }

  template <class T>
  void advance_vjp(reverie::Row<T>& row, reverie::RowGradient<T>& g) const {
    const T k = static_cast<T>(rate.value);
    const T of_state = static_cast<T>(fault == gradient_of_state ? 1.001 : 1);
    const T of_drift = static_cast<T>(fault == gradient_of_drift ? 1.001 : 1);
    for (std::size_t i = 0; i < row.state.size(); ++i) {
      const T factor = static_cast<T>(std::tanh(row.state[i])), d_drift = g.drift[i], d_memory = g.memory[0][i];
      const T d_state = of_state * (d_drift * row.drift[i] * (1 - factor * factor) + d_memory * k);
      g.state[i] = fault == gradient_overwrites ? d_state : g.state[i] + d_state;
      g.drift[i] = of_drift * d_drift * factor;
      g.memory[0][i] = d_memory + k * d_drift;
      if (fault == gradient_nan_at_zero) g.state[i] += 0 / row.state[i];
      if (fault == gradient_nan) g.drift[i] = std::numeric_limits<T>::quiet_NaN();
    }
  }
};
REVERIE_DYNAMICS("faulty", Faulty)
