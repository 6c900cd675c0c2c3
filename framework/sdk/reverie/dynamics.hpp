// SPDX-License-Identifier: BSD-3-Clause
/// Dynamics: what one step does with the increment the cell proposes.
///
/// A cell proposes a drift F(r, x), the host draws noise, and the state moves by r' = r + drift + noise. A dynamics
/// transforms this: momentum lets the increment accumulate in a velocity, adaptation subtracts a slow trace of the
/// activity. Several dynamics compose in the order in which the pipeline lists them. A class offers one or more of
///
///   emit(u)     s = emit(r, memory)        changes u.emitted, what the recurrent weights multiply (at first r)
///   current(u)  drive += current(r, memory)  adds to u.current, which goes inside the cell's nonlinearity
///   advance(u)  (drift, noise, memory)' = advance(drift, noise, r, memory)
///
/// as `template <class Real> void advance(reverie::Unit<Real>& u) const` (pointwise: one unit of one trial), from which
/// the SDK derives block loops for float and double and, by dual numbers, the gradient; or as
/// `template <class T> void advance(reverie::Row<T>& row) const` (all units of one trial, for functions that couple
/// units), trainable if it also gives `advance_vjp(reverie::Row<T>&, reverie::RowGradient<T>&)`; likewise emit and
/// current.
///
/// Invariants:
///  1. State, drift and noise have the state's unit; drift and noise are per step, not per second.
///  2. emit and current see the memory as it was before this step; only advance changes it. Memory starts at 0.
///  3. Where its parameters have a neutral value, the dynamics changes nothing there, bit for bit.
///  4. The function depends on nothing but its arguments and the parameters.
///
/// The whole of a plugin:
///
///   struct Underdamped {
///     reverie::parameter friction{0.5};
///     static auto parameters() { return reverie::parameters(
///         reverie::number("friction", &Underdamped::friction).range("(0, 1]").doc("share of velocity lost per step"));
///         }
///     static auto memory() { return reverie::memory("velocity"); }
///     template <class Real> void advance(reverie::Unit<Real>& u) const {
///       u.memory[0] = (1 - friction) * u.memory[0] + (u.drift + u.noise);
///       u.drift = u.memory[0];
///       u.noise = 0;
///     }
///   };
///   REVERIE_DYNAMICS("underdamped", Underdamped)
#pragma once

#include <reverie/plugin.hpp>
#include <reverie/vectorise.hpp>

#include <array>

namespace reverie {

inline constexpr std::size_t max_memory = 8;

/// What `uses()` may return, for a class whose hooks depend on its parameters; by default all hooks it has are used,
/// and the gradient of advance may read drift and noise (leave uses_noise_in_vjp out where no derivative of advance
/// depends on them: where it adds to them and multiplies them by parameters; training is faster then).
inline constexpr std::uint32_t uses_emit = REVERIE_USES_EMIT, uses_current = REVERIE_USES_CURRENT,
                               uses_advance = REVERIE_USES_ADVANCE, uses_noise_in_vjp = REVERIE_USES_NOISE_IN_VJP;

/// Names of memory variables, as `static auto memory()` returns them.
template <class... Names>
constexpr std::array<const char*, sizeof...(Names)> memory(Names... names) {
  static_assert(sizeof...(Names) <= max_memory);
  return {names...};
}

/// What a step knows besides the arrays: n, t = n dt (s), dt (s), the cell's step size (alpha or dt), sigma (standard
/// deviation of the awake noise per step).
struct Step {
  parameter step, time, dt, step_size, sigma;
  bool quiescent = false;
  explicit Step(const reverie_step& s)
      : step(s.step), time(s.time), dt(s.dt), step_size(s.step_size), sigma(s.sigma), quiescent(s.quiescent != 0) {}
};

/// One unit of one trial.
template <class Real>
struct Unit : Step {
  Real state;               ///< r, before this step
  Real emitted = 0;         ///< emit: what the recurrent weights see
  Real current = 0;         ///< current: add to it
  Real drift = 0;           ///< advance
  Real noise = 0;           ///< advance
  Real memory[max_memory];  ///< as declared

  explicit Unit(const Step& s) : Step(s) {}
};

/// All units of one trial. As of a unit, `current` is 0 before the hook of that name, which adds to it.
template <class T>
struct Row : Step {
  std::span<const T> state;
  std::span<T> emitted, current, drift, noise;
  std::array<std::span<T>, max_memory> memory;

  explicit Row(const Step& s) : Step(s) {}
};

/// Cotangents of a row: d_state is added to; emitted, drift, noise and (in advance) memory hold the cotangents after
/// the call and are to be replaced by those before it; in emit and current, memory is added to.
template <class T>
struct RowGradient {
  std::span<T> state, emitted, drift, noise;
  std::span<const T> current;
  std::array<std::span<T>, max_memory> memory;
};

namespace detail {

template <class T>
T* row_of(const reverie_rows& m, std::int64_t row) {
  return m.data ? static_cast<T*>(m.data) + row * m.stride : nullptr;
}

enum class Hook { emit, current, advance, gates, increment };  // the last two of cells

// Does an object of type P, const or not, offer this hook for argument A (a unit or a row)?
template <Hook hook, class P, class A>
concept takes = (hook == Hook::emit && requires(P & p, A&& a) { p.emit(std::forward<A>(a)); }) ||
                (hook == Hook::current && requires(P & p, A&& a) { p.current(std::forward<A>(a)); }) ||
                (hook == Hook::advance && requires(P & p, A&& a) { p.advance(std::forward<A>(a)); }) ||
                (hook == Hook::gates && requires(P & p, A&& a) { p.gates(std::forward<A>(a)); }) ||
                (hook == Hook::increment && requires(P & p, A&& a) { p.increment(std::forward<A>(a)); });
template <Hook hook, class P, class A>
decltype(auto) call(const P& p, A& a) {
  if constexpr (hook == Hook::emit)
    return p.emit(a);
  else if constexpr (hook == Hook::current)
    return p.current(a);
  else if constexpr (hook == Hook::advance)
    return p.advance(a);
  else if constexpr (hook == Hook::gates)
    return p.gates(a);
  else
    return p.increment(a);
}

using OneUnit = Unit<Scalar<float>>;
template <Hook hook, class P>
concept pointwise = takes<hook, const P, OneUnit&>;
template <Hook hook, class P>
concept rowwise = !pointwise<hook, P> && takes<hook, const P, Row<float>&>;
template <Hook hook, class P>
concept has_hook = pointwise<hook, P> || rowwise<hook, P>;

/// The hook changes a copy of unit U: it takes one by value. (auto&& takes everything.)
struct NoUnit;
template <Hook hook, class P, class U>
concept by_value = takes<hook, const P, U> && !takes<hook, const P, NoUnit&>;
/// The hook returns what it should write to its unit or row.
template <Hook hook, class P, class A>
concept returns =
    takes<hook, const P, A&> && !std::is_void_v<decltype(call<hook>(std::declval<const P&>(), std::declval<A&>()))>;
/// The hook is there and has no effect: it changes a copy, returns a value, or is not const.
template <Hook hook, class P>
concept is_ignored = by_value<hook, P, OneUnit> || returns<hook, P, OneUnit> ||
                     (rowwise<hook, P>&& returns<hook, P, Row<float>>) ||
                     (!has_hook<hook, P> && (takes<hook, P, OneUnit&> || takes<hook, P, Row<float>&>));
/// The hook has a form for a unit and one for a row, of which only one would be called. (auto& takes everything.)
template <Hook hook, class P, class U, class R>
concept has_two_forms = takes<hook, const P, U&> && takes<hook, const P, R&> && !takes<hook, const P, NoUnit&>;

REVERIE_OPTIONAL_MEMBER(emit)
REVERIE_OPTIONAL_MEMBER(current)
REVERIE_OPTIONAL_MEMBER(advance)
REVERIE_OPTIONAL_MEMBER(emit_vjp)
REVERIE_OPTIONAL_MEMBER(current_vjp)
REVERIE_OPTIONAL_MEMBER(advance_vjp)
REVERIE_OPTIONAL_MEMBER(memory)
REVERIE_OPTIONAL_MEMBER(uses)

template <Hook hook, class P>
concept row_gradient =
    (hook == Hook::emit && requires(const P& p, Row<float>& r, RowGradient<float>& g) { p.emit_vjp(r, g); }) ||
    (hook == Hook::current && requires(const P& p, Row<float>& r, RowGradient<float>& g) { p.current_vjp(r, g); }) ||
    (hook == Hook::advance && requires(const P& p, Row<float>& r, RowGradient<float>& g) { p.advance_vjp(r, g); });

/// A variable that was not declared is not a number, so that `finite` of `reverie check` finds its use.
template <std::size_t declared, class U>
void spoil_undeclared(U& u) {
  for (std::size_t m = declared; m < max_memory; ++m) u.memory[m] = std::numeric_limits<double>::quiet_NaN();
}

/// Neither is what a hook is not given.
template <Hook hook, class U>
void spoil_ungiven(U& u) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if constexpr (hook != Hook::emit) u.emitted = none;
  if constexpr (hook != Hook::current) u.current = none;
  if constexpr (hook != Hook::advance) u.drift = u.noise = none;
}

template <class P>
constexpr std::size_t memory_count() {
  if constexpr (requires { P::memory(); })
    return std::tuple_size_v<decltype(P::memory())>;
  else
    return 0;
}

/// The pointwise loop over a block: the hook for every unit of every row.
template <Hook hook, class T, class P>
struct Forward {
  const P& plugin;
  const reverie_dynamics_block& b;

  void operator()() const {
    constexpr auto M = memory_count<P>();
    const P p = plugin;  // a copy that nothing else can alias, so that parameters stay in registers
    const Step step(*b.step);
    for (std::int64_t row = 0; row < b.rows; ++row) {
      const T* state = row_of<const T>(b.state, row);
      T* emitted = row_of<T>(b.emitted, row);
      T* drive = row_of<T>(b.drive, row);
      T* drift = row_of<T>(b.drift, row);
      T* noise = row_of<T>(b.noise, row);
      T* memory[max_memory] = {};
      for (std::size_t m = 0; m < M; ++m) memory[m] = row_of<T>(b.memory[m], row);
      REVERIE_NO_LOOP_DEPENDENCE
      for (std::int64_t i = 0; i < b.units; ++i) {
        Unit<Scalar<T>> u(step);
        u.state = state[i];
        for (std::size_t m = 0; m < M; ++m) u.memory[m] = memory[m][i];
        spoil_undeclared<M>(u);
        spoil_ungiven<hook>(u);
        if constexpr (hook == Hook::emit) {
          u.emitted = emitted[i];
          p.emit(u);
          emitted[i] = u.emitted.value;
        } else if constexpr (hook == Hook::current) {
          p.current(u);
          drive[i] = drive[i] + u.current.value;
        } else {
          u.drift = drift[i];
          u.noise = noise[i];
          p.advance(u);
          drift[i] = u.drift.value;
          noise[i] = u.noise.value;
          for (std::size_t m = 0; m < M; ++m) memory[m][i] = u.memory[m].value;
        }
      }
    }
  }
};

/// The gradient loop: for each argument one evaluation with a unit tangent in it.
template <Hook hook, class T, class P>
struct Backward {
  const P& plugin;
  const reverie_dynamics_block& b;

  void operator()() const {
    using Real = Dual<T>;
    constexpr auto M = memory_count<P>();
    const P p = plugin;
    const Step step(*b.step);
    for (std::int64_t row = 0; row < b.rows; ++row) {
      const T* state = row_of<const T>(b.state, row);
      const T* emitted = row_of<const T>(b.emitted, row);
      const T* drift = row_of<const T>(b.drift, row);
      const T* noise = row_of<const T>(b.noise, row);
      T* d_state = row_of<T>(b.d_state, row);
      T* d_emitted = row_of<T>(b.d_emitted, row);
      const T* d_drive = row_of<const T>(b.d_drive, row);
      T* d_drift = row_of<T>(b.d_drift, row);
      T* d_noise = row_of<T>(b.d_noise, row);
      const T* memory[max_memory] = {};
      T* d_memory[max_memory] = {};
      for (std::size_t m = 0; m < M; ++m) {
        memory[m] = row_of<const T>(b.memory[m], row);
        d_memory[m] = row_of<T>(b.d_memory[m], row);
      }
      REVERIE_NO_LOOP_DEPENDENCE
      for (std::int64_t i = 0; i < b.units; ++i) {
        // Derivative of <cotangents, outputs> in the direction that `seed` marks.
        const auto along = [&](auto&& seed) {
          Unit<Real> u(step);
          u.state = Real(state[i], T(0));
          for (std::size_t m = 0; m < M; ++m) u.memory[m] = Real(memory[m][i], T(0));
          if constexpr (hook == Hook::emit) u.emitted = Real(emitted[i], T(0));
          if constexpr (hook == Hook::advance) {
            u.drift = Real(drift ? drift[i] : T(0), T(0));
            u.noise = Real(noise ? noise[i] : T(0), T(0));
          }
          spoil_ungiven<hook>(u);
          seed(u);
          call<hook>(p, u);
          if constexpr (hook == Hook::emit) return d_emitted[i] * u.emitted.tangent;
          if constexpr (hook == Hook::current) return d_drive[i] * u.current.tangent;
          if constexpr (hook == Hook::advance) {
            T sum = d_drift[i] * u.drift.tangent + d_noise[i] * u.noise.tangent;
            for (std::size_t m = 0; m < M; ++m) sum = sum + d_memory[m][i] * u.memory[m].tangent;
            return sum;
          }
        };
        const T by_state = along([](Unit<Real>& u) { u.state.tangent = 1; });
        T by_memory[max_memory] = {};
        for (std::size_t m = 0; m < M; ++m) by_memory[m] = along([m](Unit<Real>& u) { u.memory[m].tangent = 1; });
        if constexpr (hook == Hook::emit) d_emitted[i] = along([](Unit<Real>& u) { u.emitted.tangent = 1; });
        if constexpr (hook == Hook::advance) {
          const T by_drift = along([](Unit<Real>& u) { u.drift.tangent = 1; });
          const T by_noise = along([](Unit<Real>& u) { u.noise.tangent = 1; });
          d_drift[i] = by_drift;
          d_noise[i] = by_noise;
        }
        d_state[i] = d_state[i] + by_state;
        for (std::size_t m = 0; m < M; ++m)
          d_memory[m][i] = hook == Hook::advance ? by_memory[m] : d_memory[m][i] + by_memory[m];
      }
    }
  }
};

/// The row form, row by row.
template <Hook hook, class T, class P, bool backward>
struct Rowwise {
  const P& plugin;
  const reverie_dynamics_block& b;

  void operator()() const {
    constexpr auto M = memory_count<P>();
    const Step step(*b.step);
    const auto n = static_cast<std::size_t>(b.units);
    std::vector<T> current(hook == Hook::current && !backward ? n : 0);
    for (std::int64_t r = 0; r < b.rows; ++r) {
      const auto span = [&](const reverie_rows& m) {
        return m.data ? std::span<T>(row_of<T>(m, r), n) : std::span<T>();
      };
      Row<T> row(step);
      row.state = span(b.state);
      row.emitted = span(b.emitted);
      row.drift = span(b.drift);
      row.noise = span(b.noise);
      for (std::size_t m = 0; m < M; ++m) row.memory[m] = span(b.memory[m]);
      if constexpr (!backward) {
        std::fill(current.begin(), current.end(), T(0));
        row.current = current;
        call<hook>(plugin, row);
        T* drive = row_of<T>(b.drive, r);
        for (std::size_t i = 0; i < current.size(); ++i) drive[i] += current[i];
      } else {
        RowGradient<T> g;
        g.state = span(b.d_state);
        g.emitted = span(b.d_emitted);
        g.current = span(b.d_drive);
        g.drift = span(b.d_drift);
        g.noise = span(b.d_noise);
        for (std::size_t m = 0; m < M; ++m) g.memory[m] = span(b.d_memory[m]);
        if constexpr (hook == Hook::emit)
          plugin.emit_vjp(row, g);
        else if constexpr (hook == Hook::current)
          plugin.current_vjp(row, g);
        else
          plugin.advance_vjp(row, g);
      }
    }
  }
};

template <class P>
struct DynamicsLayout {
  std::array<const char*, memory_count<P>()> names{};
  reverie_dynamics_layout abi{};

  void fill(const P& plugin) {
    std::uint32_t uses = 0;
    if constexpr (has_hook<Hook::emit, P>) uses |= REVERIE_USES_EMIT;
    if constexpr (has_hook<Hook::current, P>) uses |= REVERIE_USES_CURRENT;
    if constexpr (has_hook<Hook::advance, P>) uses |= REVERIE_USES_ADVANCE | REVERIE_USES_NOISE_IN_VJP;
    if constexpr (requires { plugin.uses(); }) uses = plugin.uses();
    if constexpr (requires { P::memory(); }) names = P::memory();
    abi = {sizeof abi, uses, static_cast<std::uint32_t>(names.size()), 0, names.data()};
  }
};

template <Hook hook, bool backward, class P>
reverie_status run_dynamics(const void* instance_, const reverie_dynamics_block* block, reverie_error* error) noexcept {
  const P& plugin = instance<P, DynamicsLayout<P>>(instance_).plugin;
  return guarded(error, [&] {
    const auto typed = [&]<class T>(T) {
      if constexpr (rowwise<hook, P>)
        run_vectorised(Rowwise<hook, T, P, backward>{plugin, *block});
      else if constexpr (backward)
        run_vectorised(Backward<hook, T, P>{plugin, *block});
      else
        run_vectorised(Forward<hook, T, P>{plugin, *block});
    };
    if (block->dtype == REVERIE_F32)
      typed(0.0F);
    else
      typed(0.0);
  });
}

template <Hook hook, class P>
constexpr reverie_dynamics_hook forward_hook() {
  if constexpr (has_hook<hook, P>)
    return &run_dynamics<hook, false, P>;
  else
    return nullptr;
}
template <Hook hook, class P>
constexpr reverie_dynamics_hook backward_hook() {
  if constexpr (pointwise<hook, P> || (rowwise<hook, P> && row_gradient<hook, P>))
    return &run_dynamics<hook, true, P>;
  else
    return nullptr;
}

}  // namespace detail

/// The component of a dynamics class, for REVERIE_EXPORT.
template <class P>
auto dynamics(const char* id) {
  return [id] {
    using namespace detail;
    REVERIE_REFUSE("template <class Real> void emit(reverie::Unit<Real>& u) const",
                   is_ignored<Hook::emit, P> || (has_emit<P> && !has_hook<Hook::emit, P>));
    REVERIE_REFUSE("template <class Real> void current(reverie::Unit<Real>& u) const",
                   is_ignored<Hook::current, P> || (has_current<P> && !has_hook<Hook::current, P>));
    REVERIE_REFUSE("template <class Real> void advance(reverie::Unit<Real>& u) const",
                   is_ignored<Hook::advance, P> || (has_advance<P> && !has_hook<Hook::advance, P>));
    static_assert(!has_two_forms<Hook::emit, P, OneUnit, Row<float>> &&
                      !has_two_forms<Hook::current, P, OneUnit, Row<float>> &&
                      !has_two_forms<Hook::advance, P, OneUnit, Row<float>>,
                  "a hook takes a reverie::Unit or a reverie::Row: of two forms one would be ignored");
    static_assert(has_hook<Hook::emit, P> || has_hook<Hook::current, P> || has_hook<Hook::advance, P>,
                  "a dynamics has, in public, emit, current or advance: "
                  "template <class Real> void advance(reverie::Unit<Real>& u) const");
    REVERIE_REFUSE("template <class T> void emit_vjp(reverie::Row<T>& row, reverie::RowGradient<T>& gradient) const",
                   has_emit_vjp<P> && !row_gradient<Hook::emit, P>);
    static_assert(!(has_emit_vjp<P> && pointwise<Hook::emit, P>),
                  "a gradient of your own goes with: template <class T> void emit(reverie::Row<T>& row) const");
    REVERIE_REFUSE("template <class T> void current_vjp(reverie::Row<T>& row, reverie::RowGradient<T>& gradient) const",
                   has_current_vjp<P> && !row_gradient<Hook::current, P>);
    static_assert(!(has_current_vjp<P> && pointwise<Hook::current, P>),
                  "a gradient of your own goes with: template <class T> void current(reverie::Row<T>& row) const");
    REVERIE_REFUSE("template <class T> void advance_vjp(reverie::Row<T>& row, reverie::RowGradient<T>& gradient) const",
                   has_advance_vjp<P> && !row_gradient<Hook::advance, P>);
    static_assert(!(has_advance_vjp<P> && pointwise<Hook::advance, P>),
                  "a gradient of your own goes with: template <class T> void advance(reverie::Row<T>& row) const");
    REVERIE_REFUSE(
        "static auto memory()", has_memory<P> && !requires { P::memory(); });
    REVERIE_REFUSE(
        "std::uint32_t uses() const", (has_uses<P> || requires { P::uses; }) && !requires(const P& p) { p.uses(); });
    static_assert(memory_count<P>() == 0 || has_hook<Hook::advance, P>,
                  "memory would stay 0: only advance changes it, template <class Real> void "
                  "advance(reverie::Unit<Real>& u) const");
    static const reverie_dynamics table = {
        sizeof table,
        0,
        [](const void* i) -> const reverie_dynamics_layout* { return &instance<P, DynamicsLayout<P>>(i).layout.abi; },
        forward_hook<Hook::emit, P>(),
        forward_hook<Hook::current, P>(),
        forward_hook<Hook::advance, P>(),
        backward_hook<Hook::emit, P>(),
        backward_hook<Hook::current, P>(),
        backward_hook<Hook::advance, P>()};
    return component<P, DynamicsLayout<P>>(REVERIE_KIND_DYNAMICS, id, &table);
  };
}

}  // namespace reverie

/// Exports a library with one dynamics.
#define REVERIE_DYNAMICS(id, Class) REVERIE_EXPORT(reverie::dynamics<Class>(id))
