// SPDX-License-Identifier: BSD-3-Clause
/// Cells: the drift of a recurrent network's state.
///
/// A cell says what is linear and what is pointwise. The linear part is a list of projections (weights from input,
/// state or an output slot into a drive slot), which the host multiplies, trains and stores. The pointwise part is
///
///   increment(u)   u.increment = F(drives, r), the drift of one step, noise excluded
///   gates(u)       optional first phase: writes output slots that further projections multiply (GRU: g * r)
///
/// each a `template <class Real> void increment(reverie::CellUnit<Real>& u) const`, from which the SDK derives block
/// loops for float and double and the gradient.
///
/// Invariants:
///  1. increment depends on the unit's drives, state, emitted state and memory, on the parameters and the step; on
///  nothing
///     else.
///  2. `u.state` is r; `u.emitted` is what the recurrent weights saw (r unless a dynamics changes it).
///  3. gates sees the drives of phase 0; increment sees those of both phases. Only increment changes memory.
///  4. step_size() is the factor that one step applies to the drive (alpha); 0 stands for the task's dt.
///
/// The whole of a plugin:
///
///   struct Leaky {
///     reverie::parameter alpha{0.2};
///     static auto parameters() { return reverie::parameters(
///         reverie::number("alpha", &Leaky::alpha).range("(0, 1]").doc("dt / tau")); }
///     static constexpr std::array slots{reverie::drive("drive", reverie::receives_current)};
///     auto projections() const { return reverie::projections(reverie::from_state("w_rec", 0),
///     reverie::from_input("w_in", 0)); } double step_size() const { return alpha.value; } template <class Real> void
///     increment(reverie::CellUnit<Real>& u) const {
///       u.increment = alpha * (tanh(u.slot[0]) - u.state);
///     }
///   };
///   REVERIE_CELL("leaky", Leaky)
///
/// A choice that changes the arithmetic (which nonlinearity, say) is best made once per block and not once per unit: a
/// class may give `template <class Body> void variants(Body&& body) const`, which calls body(v) with one of several
/// small objects v that have the pointwise functions.
#pragma once

#include <reverie/dynamics.hpp>

namespace reverie {

inline constexpr std::size_t max_slots = 8;
inline constexpr std::uint32_t receives_current = REVERIE_RECEIVES_CURRENT;

/// A slot that receives projections before phase `phase` (0: before gates, or before increment where there are none).
constexpr reverie_slot drive(const char* name, std::uint32_t flags = 0, std::uint32_t phase = 0) {
  return {sizeof(reverie_slot), REVERIE_SLOT_DRIVE, phase, flags, name};
}
/// A slot that `gates` writes and a projection reads.
constexpr reverie_slot output(const char* name) { return {sizeof(reverie_slot), REVERIE_SLOT_OUTPUT, 0, 0, name}; }

/// Weights [units, units] from the (emitted) state into drive slot `destination`.
constexpr reverie_projection from_state(const char* name, std::uint32_t destination) {
  return {sizeof(reverie_projection), REVERIE_SOURCE_STATE, 0, destination, name};
}
/// Weights [units, inputs].
constexpr reverie_projection from_input(const char* name, std::uint32_t destination) {
  return {sizeof(reverie_projection), REVERIE_SOURCE_INPUT, 0, destination, name};
}
/// Weights [units, units] from output slot `source`.
constexpr reverie_projection from_slot(const char* name, std::uint32_t source, std::uint32_t destination) {
  return {sizeof(reverie_projection), REVERIE_SOURCE_SLOT, source, destination, name};
}
/// A trained vector [units].
constexpr reverie_projection bias(const char* name, std::uint32_t destination) {
  return {sizeof(reverie_projection), REVERIE_SOURCE_ONE, 0, destination, name};
}
template <class... More>
std::vector<reverie_projection> projections(More... more) {
  return {more...};
}

/// One unit of one trial.
template <class Real>
struct CellUnit : Step {
  Real state, emitted;
  Real increment = 0;
  Real slot[max_slots];
  Real memory[max_memory];

  explicit CellUnit(const Step& s) : Step(s) {}
};

/// All units of one trial, for cells whose increment couples units: `template <class T> void
/// increment(reverie::CellRow<T>&) const`. Such a cell has one phase and is not trainable.
template <class T>
struct CellRow : Step {
  std::span<const T> state, emitted;
  std::span<T> increment;
  std::array<std::span<const T>, max_slots> slot;
  std::array<std::span<T>, max_memory> memory;

  explicit CellRow(const Step& s) : Step(s) {}
};

namespace detail {

template <class P>
concept rowwise_cell = requires(const P& p, CellRow<float>& row) {
  p.increment(row);
};
using OneCellUnit = CellUnit<Scalar<float>>;

REVERIE_OPTIONAL_MEMBER(slots)
REVERIE_OPTIONAL_MEMBER(projections)
REVERIE_OPTIONAL_MEMBER(gates)
REVERIE_OPTIONAL_MEMBER(variants)
REVERIE_OPTIONAL_MEMBER(step_size)
REVERIE_OPTIONAL_MEMBER(state_is_output)

/// What variants() is given.
struct AnyBody {
  template <class V>
  void operator()(const V&) const {}
};
template <class P>
concept gives_variants = requires(const P& p, const AnyBody& body) {
  p.variants(body);
};

template <class P>
constexpr std::size_t slot_count() {
  if constexpr (requires { P::slots; }) {
    static_assert(P::slots.size() <= max_slots, "a cell has at most 8 slots");
    return P::slots.size();
  } else {
    return 0;
  }
}
template <class P>
constexpr std::uint32_t last_phase() {
  std::uint32_t last = 0;
  if constexpr (slot_count<P>() > 0)
    for (const auto& s : P::slots) last = std::max(last, s.phase);
  return last;
}

/// Of the class that has the pointwise functions of the cell P: itself, or one of its variants.
template <class P, class V>
constexpr void require_pointwise() {
  constexpr bool increments = takes<Hook::increment, const V, OneCellUnit&>;
  static_assert(increments && !by_value<Hook::increment, V, OneCellUnit> && !returns<Hook::increment, V, OneCellUnit>,
                "a cell has, in public: template <class Real> void increment(reverie::CellUnit<Real>& u) const");
  constexpr bool has_usable_gates = takes<Hook::gates, const V, OneCellUnit&>;
  REVERIE_REFUSE("template <class Real> void gates(reverie::CellUnit<Real>& u) const",
                 by_value<Hook::gates, V, OneCellUnit> || returns<Hook::gates, V, OneCellUnit> ||
                     (has_gates<V> && !has_usable_gates));
  static_assert(!(has_gates<V> && last_phase<P>() == 0),
                "gates would never be called: it comes before the drives of phase 1, drive(name, 0, 1)");
}
template <class P>
constexpr bool reads(std::size_t slot, std::uint32_t phase) {
  return P::slots[slot].role == REVERIE_SLOT_DRIVE && P::slots[slot].phase <= phase;
}
template <class P>
constexpr bool writes(std::size_t slot, std::uint32_t phase) {
  return P::slots[slot].role == REVERIE_SLOT_OUTPUT && P::slots[slot].phase == phase;
}

/// A slot that this phase does not read is not a number, so that `finite` of `reverie check` finds its use.
template <class U>
void spoil_slots(U& u) {
  for (auto& slot : u.slot) slot = std::numeric_limits<double>::quiet_NaN();
}

/// Calls body(std::integral_constant<std::size_t, k>) for k < N: a loop whose index is a constant.
template <std::size_t N, class Body>
constexpr void unroll(Body&& body) {
  [&]<std::size_t... k>(std::index_sequence<k...>) { (body(std::integral_constant<std::size_t, k>{}), ...); }
  (std::make_index_sequence<N>{});
}

/// P declares slots and memory; V has the pointwise functions (P itself unless it gives variants).
template <std::uint32_t phase, class T, class P, class V>
struct CellForward {
  const V& plugin;
  const reverie_cell_block& b;

  void operator()() const {
    constexpr auto S = slot_count<P>();
    constexpr auto M = memory_count<P>();
    constexpr bool last = phase == last_phase<P>();
    const V v = plugin;
    const Step step(*b.step);
    for (std::int64_t row = 0; row < b.rows; ++row) {
      const T* state = row_of<const T>(b.state, row);
      const T* emitted = b.emitted.data ? row_of<const T>(b.emitted, row) : state;
      T* increment = row_of<T>(b.increment, row);
      T* slot[max_slots] = {};
      T* memory[max_memory] = {};
      for (std::size_t s = 0; s < S; ++s) slot[s] = row_of<T>(b.slots[s], row);
      for (std::size_t m = 0; m < M; ++m) memory[m] = row_of<T>(b.memory[m], row);
      REVERIE_NO_LOOP_DEPENDENCE
      for (std::int64_t i = 0; i < b.units; ++i) {
        CellUnit<Scalar<T>> u(step);
        u.state = state[i];
        u.emitted = emitted[i];
        spoil_slots(u);
        unroll<S>([&](auto s) {
          if constexpr (reads<P>(s, phase)) u.slot[s] = slot[s][i];
        });
        unroll<M>([&](auto m) { u.memory[m] = memory[m][i]; });
        spoil_undeclared<M>(u);
        if constexpr (last) {
          v.increment(u);
          increment[i] = u.increment.value;
          unroll<M>([&](auto m) { memory[m][i] = u.memory[m].value; });
        } else {
          v.gates(u);
          unroll<S>([&](auto s) {
            if constexpr (writes<P>(s, phase)) slot[s][i] = u.slot[s].value;
          });
        }
      }
    }
  }
};

template <std::uint32_t phase, class T, class P, class V>
struct CellBackward {
  const V& plugin;
  const reverie_cell_block& b;

  void operator()() const {
    if (b.emitted.data)
      loop<true>();
    else
      loop<false>();
  }

  template <bool has_emitted>
  void loop() const {
    using Real = Dual<T>;
    constexpr auto S = slot_count<P>();
    constexpr auto M = memory_count<P>();
    constexpr bool last = phase == last_phase<P>();
    const V v = plugin;
    const Step step(*b.step);
    for (std::int64_t row = 0; row < b.rows; ++row) {
      const T* state = row_of<const T>(b.state, row);
      const T* emitted = has_emitted ? row_of<const T>(b.emitted, row) : state;
      T* d_state = row_of<T>(b.d_state, row);
      T* d_emitted = row_of<T>(b.d_emitted, row);
      const T* d_increment = row_of<const T>(b.d_increment, row);
      const T* slot[max_slots] = {};
      T* d_slot[max_slots] = {};
      const T* memory[max_memory] = {};
      T* d_memory[max_memory] = {};
      for (std::size_t s = 0; s < S; ++s) {
        slot[s] = row_of<const T>(b.slots[s], row);
        d_slot[s] = row_of<T>(b.d_slots[s], row);
      }
      for (std::size_t m = 0; m < M; ++m) {
        memory[m] = row_of<const T>(b.memory[m], row);
        d_memory[m] = row_of<T>(b.d_memory[m], row);
      }
      REVERIE_NO_LOOP_DEPENDENCE
      for (std::int64_t i = 0; i < b.units; ++i) {
        const auto along = [&](auto&& seed) {
          CellUnit<Real> u(step);
          u.state = Real(state[i], T(0));
          u.emitted = Real(emitted[i], T(0));
          unroll<S>([&](auto s) {
            if constexpr (reads<P>(s, phase)) u.slot[s] = Real(slot[s][i], T(0));
          });
          unroll<M>([&](auto m) { u.memory[m] = Real(memory[m][i], T(0)); });
          seed(u);
          T sum = 0;
          if constexpr (last) {
            v.increment(u);
            sum = d_increment[i] * u.increment.tangent;
            unroll<M>([&](auto m) { sum = sum + d_memory[m][i] * u.memory[m].tangent; });
          } else {
            v.gates(u);
            unroll<S>([&](auto s) {
              if constexpr (writes<P>(s, phase)) sum = sum + d_slot[s][i] * u.slot[s].tangent;
            });
          }
          return sum;
        };
        const T by_state = along([](CellUnit<Real>& u) {
          u.state.tangent = 1;
          if (!has_emitted) u.emitted.tangent = 1;
        });
        T by_memory[max_memory] = {};
        unroll<M>([&](auto m) { by_memory[m] = along([m](CellUnit<Real>& u) { u.memory[m].tangent = 1; }); });
        unroll<S>([&](auto s) {
          if constexpr (reads<P>(s, phase))
            d_slot[s][i] = d_slot[s][i] + along([s](CellUnit<Real>& u) { u.slot[s].tangent = 1; });
        });
        if constexpr (has_emitted)
          d_emitted[i] = d_emitted[i] + along([](CellUnit<Real>& u) { u.emitted.tangent = 1; });
        d_state[i] = d_state[i] + by_state;
        unroll<M>([&](auto m) { d_memory[m][i] = last ? by_memory[m] : d_memory[m][i] + by_memory[m]; });
      }
    }
  }
};

template <class T, class P>
struct CellRowwise {
  const P& plugin;
  const reverie_cell_block& b;

  void operator()() const {
    const Step step(*b.step);
    const auto n = static_cast<std::size_t>(b.units);
    for (std::int64_t r = 0; r < b.rows; ++r) {
      CellRow<T> row(step);
      row.state = {row_of<const T>(b.state, r), n};
      row.emitted = b.emitted.data ? std::span<const T>(row_of<const T>(b.emitted, r), n) : row.state;
      row.increment = {row_of<T>(b.increment, r), n};
      for (std::size_t s = 0; s < slot_count<P>(); ++s) row.slot[s] = {row_of<const T>(b.slots[s], r), n};
      for (std::size_t m = 0; m < memory_count<P>(); ++m) row.memory[m] = {row_of<T>(b.memory[m], r), n};
      plugin.increment(row);
    }
  }
};

template <class P>
struct CellLayout {
  std::vector<reverie_projection> projections;
  std::array<const char*, memory_count<P>()> names{};
  reverie_cell_layout abi{};

  void fill(const P& plugin) {
    if constexpr (requires { plugin.projections(); }) projections = plugin.projections();
    if constexpr (requires { P::memory(); }) names = P::memory();
    abi.struct_size = sizeof abi;
    if constexpr (requires { P::state_is_output; }) abi.flags = P::state_is_output ? REVERIE_STATE_IS_OUTPUT : 0;
    abi.phase_count = last_phase<P>() + 1;
    abi.slot_count = slot_count<P>();
    abi.slot_stride = sizeof(reverie_slot);
    abi.projection_count = static_cast<std::uint32_t>(projections.size());
    abi.projection_stride = sizeof(reverie_projection);
    abi.memory_count = static_cast<std::uint32_t>(names.size());
    if constexpr (requires { P::slots; }) abi.slots = P::slots.data();
    abi.projections = projections.data();
    abi.memory_names = names.data();
    if constexpr (requires { plugin.step_size(); }) abi.step_size = plugin.step_size();
  }
};

template <bool backward, class P>
reverie_status run_cell(const void* instance_, const reverie_cell_block* block, reverie_error* error) noexcept {
  const P& plugin = instance<P, CellLayout<P>>(instance_).plugin;
  return guarded(error, [&] {
    const auto phased = [&]<class T, std::uint32_t phase>(std::integral_constant<std::uint32_t, phase>, T) {
      const auto with = [&](const auto& variant) {
        using V = std::remove_cvref_t<decltype(variant)>;
        require_pointwise<P, V>();
        if constexpr (backward)
          run_vectorised(CellBackward<phase, T, P, V>{variant, *block});
        else
          run_vectorised(CellForward<phase, T, P, V>{variant, *block});
      };
      if constexpr (requires { plugin.variants(with); })
        plugin.variants(with);
      else
        with(plugin);
    };
    const auto typed = [&]<class T>(T zero) {
      if constexpr (rowwise_cell<P>)
        return run_vectorised(CellRowwise<T, P>{plugin, *block});
      else {
        static_assert(last_phase<P>() <= 1, "cells of the SDK have one or two phases");
        if constexpr (last_phase<P>() == 1)
          if (block->phase == 0) return phased(std::integral_constant<std::uint32_t, 0>{}, zero);
        phased(std::integral_constant<std::uint32_t, last_phase<P>()>{}, zero);
      }
    };
    if (block->dtype == REVERIE_F32)
      typed(0.0F);
    else
      typed(0.0);
  });
}

template <class P>
constexpr decltype(reverie_cell::vjp) cell_vjp() {
  if constexpr (rowwise_cell<P>)
    return nullptr;
  else
    return &run_cell<true, P>;
}

}  // namespace detail

/// The component of a cell class, for REVERIE_EXPORT.
template <class P>
auto cell(const char* id) {
  return [id] {
    using namespace detail;
    REVERIE_REFUSE(
        "static constexpr std::array slots{...}", has_slots<P> && !requires { P::slots.size(); });
    REVERIE_REFUSE(
        "std::vector<reverie_projection> projections() const",
        has_projections<P> && !requires(const P& p) { p.projections(); });
    REVERIE_REFUSE("template <class Body> void variants(Body&& body) const", has_variants<P> && !gives_variants<P>);
    REVERIE_REFUSE(
        "double step_size() const",
        (has_step_size<P> || requires { P::step_size; }) && !requires(const P& p) { p.step_size(); });
    REVERIE_REFUSE(
        "static constexpr bool state_is_output", has_state_is_output<P> && !requires { P::state_is_output; });
    REVERIE_REFUSE(
        "static auto memory()", has_memory<P> && !requires { P::memory(); });
    REVERIE_REFUSE("template <class T> void increment(reverie::CellRow<T>& row) const",
                   returns<Hook::increment, P, CellRow<float>>);
    static_assert(!has_two_forms<Hook::increment, P, OneCellUnit, CellRow<float>>,
                  "increment takes a reverie::CellUnit or a reverie::CellRow: of two forms one would be ignored");
    static_assert(!rowwise_cell<P> || (last_phase<P>() == 0 && !has_gates<P> && !has_variants<P>),
                  "a cell with increment(reverie::CellRow<T>&) has one phase, and neither gates nor variants");
    static const reverie_cell table = {
        sizeof table, 0,
        [](const void* i) -> const reverie_cell_layout* { return &instance<P, CellLayout<P>>(i).layout.abi; },
        &run_cell<false, P>, cell_vjp<P>()};
    return component<P, CellLayout<P>>(REVERIE_KIND_CELL, id, &table);
  };
}

}  // namespace reverie

/// Exports a library with one cell.
#define REVERIE_CELL(id, Class) REVERIE_EXPORT(reverie::cell<Class>(id))
