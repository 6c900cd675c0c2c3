// SPDX-License-Identifier: BSD-3-Clause
/// Tasks: what the network is trained on.
///
/// A task draws trials: latents s (the animal's true position, say) and inputs x (its change), and encodes latents into
/// the activity that the network learns to put out. Time: a trial of `steps` steps has latents s_0 ... s_steps; input n
/// leads from s_n to s_{n+1}; the network's output at step n is compared with the encoding of s_{n+1}, and its initial
/// state comes from the encoding of s_0.
///
/// A class gives
///   layout()                                              sizes, names, units, constants (see TaskLayout)
///   generate(constants, random, trial, latents, inputs)   one trial: [steps+1, d], [steps, I]; returns its direction
///   encode<T>(constants, latents, activity)               [rows, d] -> [rows, O], every entry; T is float or double
///   encode_start<T>(...)                                  optional: [rows, d] -> [rows, E], a code of the start's own
///   decode<T>(constants, outputs, latents)                [rows, O] -> [rows, d]
/// and, where it has them,
///   make_constants(random, constants)                     drawn once per training and stored with the weights
///   landmarks(constants, endpoint, mean_path)             [direction, d], [direction, steps+1, d]
///
/// Invariants:
///  1. A trial depends on its number and the stream, not on how many trials are asked for together.
///  2. decode(encode(s)) is s up to the resolution of the code.
///  3. All lengths and times are in the units the layout names; dt is in seconds.
#pragma once

#include <reverie/plugin.hpp>
#include <reverie/vectorise.hpp>

#include <array>

namespace reverie {

/// Random numbers of one stream; the same (trial, step, unit) always gives the same number. Normals and uniforms of one
/// trial and step come from the same bits: for independent ones take other steps.
class Random {
 public:
  Random(const reverie_host* host, const reverie_stream* stream) : host_(host), stream_(stream) {}
  /// Standard normals [steps, units], row-major.
  std::vector<double> normal(std::uint32_t trial, std::uint32_t first_step, std::int64_t steps,
                             std::int64_t units) const {
    return draw(REVERIE_NORMAL, trial, first_step, steps, units);
  }
  /// Uniform in [0, 1).
  std::vector<double> uniform(std::uint32_t trial, std::uint32_t first_step, std::int64_t steps,
                              std::int64_t units) const {
    return draw(REVERIE_UNIFORM, trial, first_step, steps, units);
  }

 private:
  std::vector<double> draw(std::int32_t kind, std::uint32_t trial, std::uint32_t first_step, std::int64_t steps,
                           std::int64_t units) const {
    std::vector<double> out(static_cast<std::size_t>(steps * units));
    host_->random(stream_, kind, trial, first_step, steps, units, out.data());
    return out;
  }
  const reverie_host* host_;
  const reverie_stream* stream_;
};

/// An array drawn once per training.
struct ConstantShape {
  std::string name;
  std::vector<std::int64_t> shape;
};

/// What a task announces.
struct TaskLayout {
  std::int64_t inputs = 0, starts = 0, outputs = 0, latents = 0;  ///< I, E, O, d
  std::int64_t steps = 100;                                       ///< T, unless the pipeline asks for another
  double dt = 0;                                                  ///< s
  std::vector<std::string> latent_names;                          ///< "x", "y"
  std::string latent_unit, input_unit, output_unit = "1";
  std::vector<ConstantShape> constants;
  std::vector<std::string> directions = {"any"};
  bool has_endpoints = false, has_mean_paths = false, latent_is_angle = false;
};

/// The constants, in the layout's order.
using Constants = std::vector<View<const double>>;

namespace detail {

struct TaskTables {
  TaskLayout layout;
  std::vector<const char*> latent_names, directions;
  std::vector<reverie_constant> constants;
  reverie_task_layout abi{};

  template <class P>
  void fill(const P& plugin) {
    layout = plugin.layout();
    if (static_cast<std::int64_t>(layout.latent_names.size()) != layout.latents)
      throw PluginFailure(REVERIE_INTERNAL, "latents is " + std::to_string(layout.latents) + ", and latent_names has " +
                                                std::to_string(layout.latent_names.size()));
    for (const auto& n : layout.latent_names) latent_names.push_back(n.c_str());
    for (const auto& n : layout.directions) directions.push_back(n.c_str());
    for (const auto& c : layout.constants) {
      if (c.shape.size() > REVERIE_MAX_DIMS)
        throw PluginFailure(REVERIE_INTERNAL, "constant '" + c.name + "' has " + std::to_string(c.shape.size()) +
                                                  " dimensions; " + std::to_string(REVERIE_MAX_DIMS) + " are possible");
      auto& row = constants.emplace_back();
      row.struct_size = sizeof row;
      row.ndim = static_cast<std::int32_t>(c.shape.size());
      row.name = c.name.c_str();
      std::copy(c.shape.begin(), c.shape.end(), row.shape);
    }
    std::uint32_t flags = 0;
    if (layout.has_endpoints) flags |= REVERIE_HAS_ENDPOINTS;
    if (layout.has_mean_paths) flags |= REVERIE_HAS_MEAN_PATHS;
    if (layout.latent_is_angle) flags |= REVERIE_LATENT_IS_ANGLE;
    abi = {sizeof abi,
           flags,
           layout.inputs,
           layout.starts,
           layout.outputs,
           layout.latents,
           layout.steps,
           layout.dt,
           latent_names.data(),
           layout.latent_unit.c_str(),
           layout.input_unit.c_str(),
           layout.output_unit.c_str(),
           static_cast<std::uint32_t>(constants.size()),
           sizeof(reverie_constant),
           constants.data(),
           static_cast<std::uint32_t>(directions.size()),
           0,
           directions.data()};
  }
};

template <class P>
Constants constants_of(const void* i, const reverie_tensor* tensors) {
  Constants result;
  const auto count = instance<P, TaskTables>(i).layout.constants.size();
  for (std::size_t k = 0; k < count; ++k) result.push_back(view<const double>(tensors[k]));
  return result;
}

/// Row `index` of the first dimension.
template <class T>
View<T> part(const View<T>& v, std::int64_t index) {
  return {v.data + index * v.stride[0], v.shape.subspan(1), v.stride.subspan(1)};
}

REVERIE_OPTIONAL_MEMBER(make_constants)
REVERIE_OPTIONAL_MEMBER(encode_start)
REVERIE_OPTIONAL_MEMBER(landmarks)

template <class P>
concept makes_constants = requires(const P& p, const Random& r, std::vector<View<double>>& c) {
  p.make_constants(r, c);
};
template <class P, class T>
concept encodes_start = requires(const P& p, const Constants& c, const View<const double>& s, const View<T>& a) {
  p.encode_start(c, s, a);
};
template <class P>
concept has_marks = requires(const P& p, const Constants& c, const View<double>& e, const View<double>& m) {
  p.landmarks(c, e, m);
};

template <class P>
reverie_status task_constants(const void* i, const reverie_host* host, const reverie_stream* stream,
                              const reverie_tensor* tensors, reverie_error* error) noexcept {
  return guarded(error, [&] {
    if constexpr (makes_constants<P>) {
      std::vector<View<double>> views;
      for (std::size_t k = 0; k < instance<P, TaskTables>(i).layout.constants.size(); ++k)
        views.push_back(view<double>(tensors[k]));
      instance<P, TaskTables>(i).plugin.make_constants(Random(host, stream), views);
    }
  });
}

template <class P>
reverie_status task_generate(const void* i, const reverie_host* host, const reverie_tensor* constants,
                             const reverie_stream* stream, std::uint32_t first_trial, const reverie_tensor* latents,
                             const reverie_tensor* inputs, const reverie_tensor* directions,
                             reverie_error* error) noexcept {
  return guarded(error, [&] {
    const auto c = constants_of<P>(i, constants);
    const auto s = view<double>(*latents), x = view<double>(*inputs), d = view<double>(*directions);
    const Random random(host, stream);
    for (std::int64_t trial = 0; trial < s.extent(0); ++trial)
      d(trial) = static_cast<double>(instance<P, TaskTables>(i).plugin.generate(
          c, random, first_trial + static_cast<std::uint32_t>(trial), part(s, trial), part(x, trial)));
  });
}

template <class P>
reverie_status task_encode(const void* i, const reverie_tensor* constants, std::int32_t what,
                           const reverie_tensor* latents, const reverie_tensor* activity,
                           reverie_error* error) noexcept {
  return guarded(error, [&] {
    const P& plugin = instance<P, TaskTables>(i).plugin;
    const auto c = constants_of<P>(i, constants);
    const auto s = view<const double>(*latents);
    const auto typed = [&]<class T>(T) {
      const auto a = view<T>(*activity);
      if constexpr (requires { plugin.encode_start(c, s, a); })
        if (what == REVERIE_ENCODE_START) return plugin.encode_start(c, s, a);
      plugin.encode(c, s, a);
    };
    if (activity->dtype == REVERIE_F32)
      typed(0.0F);
    else
      typed(0.0);
  });
}

template <class P>
reverie_status task_decode(const void* i, const reverie_tensor* constants, const reverie_tensor* outputs,
                           const reverie_tensor* latents, reverie_error* error) noexcept {
  return guarded(error, [&] {
    const P& plugin = instance<P, TaskTables>(i).plugin;
    const auto c = constants_of<P>(i, constants);
    const auto s = view<double>(*latents);
    if (outputs->dtype == REVERIE_F32)
      plugin.decode(c, view<const float>(*outputs), s);
    else
      plugin.decode(c, view<const double>(*outputs), s);
  });
}

template <class P>
reverie_status task_landmarks(const void* i, const reverie_tensor* constants, const reverie_tensor* endpoint,
                              const reverie_tensor* mean_path, reverie_error* error) noexcept {
  return guarded(error, [&] {
    const auto c = constants_of<P>(i, constants);
    const View<double> e = endpoint ? view<double>(*endpoint) : View<double>{};
    const View<double> m = mean_path ? view<double>(*mean_path) : View<double>{};
    if constexpr (has_marks<P>)
      instance<P, TaskTables>(i).plugin.landmarks(c, e, m);
    else
      throw PluginFailure(REVERIE_UNSUPPORTED, "this task has no landmarks");
  });
}

}  // namespace detail

/// The component of a task class, for REVERIE_EXPORT.
template <class P>
auto task(const char* id) {
  return [id] {
    using namespace detail;
    static_assert(
        requires(const P& p) { p.layout(); }, "a task has, in public: reverie::TaskLayout layout() const");
    static_assert(
        requires(const P& p, const Constants& c, const Random& r, const View<double>& v) {
          static_cast<double>(p.generate(c, r, std::uint32_t{}, v, v));
        },
        "a task has, in public: int generate(const reverie::Constants&, const reverie::Random&, std::uint32_t trial, "
        "reverie::View<double> latents, reverie::View<double> inputs) const");
    static_assert(
        requires(const P& p, const Constants& c, const View<const double>& s, const View<float>& f,
                 const View<double>& d) {
          p.encode(c, s, f);
          p.encode(c, s, d);
        },
        "a task has, in public: template <class T> void encode(const reverie::Constants&, "
        "reverie::View<const double> latents, reverie::View<T> activity) const");
    static_assert(
        requires(const P& p, const Constants& c, const View<const float>& f, const View<const double>& d,
                 const View<double>& s) {
          p.decode(c, f, s);
          p.decode(c, d, s);
        },
        "a task has, in public: template <class T> void decode(const reverie::Constants&, reverie::View<const T> "
        "activity, reverie::View<double> latents) const");
    static_assert(!prepares_for_setting<P>, "a task is made without a network: void prepare()");
    REVERIE_REFUSE("void make_constants(const reverie::Random&, std::vector<reverie::View<double>>&) const",
                   has_make_constants<P> && !makes_constants<P>);
    REVERIE_REFUSE(
        "template <class T> void encode_start(const reverie::Constants&, reverie::View<const double>, "
        "reverie::View<T>) const",
        has_encode_start<P> && !(encodes_start<P, float> && encodes_start<P, double>));
    REVERIE_REFUSE("void landmarks(const reverie::Constants&, reverie::View<double>, reverie::View<double>) const",
                   has_landmarks<P> && !has_marks<P>);
    static const reverie_task table = {
        sizeof table,
        0,
        [](const void* i) -> const reverie_task_layout* { return &instance<P, TaskTables>(i).layout.abi; },
        &task_constants<P>,
        &task_generate<P>,
        &task_encode<P>,
        &task_decode<P>,
        &task_landmarks<P>};
    return component<P, TaskTables>(REVERIE_KIND_TASK, id, &table);
  };
}

}  // namespace reverie

/// Exports a library with one task.
#define REVERIE_TASK(id, Class) REVERIE_EXPORT(reverie::task<Class>(id))
