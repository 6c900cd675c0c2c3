// SPDX-License-Identifier: BSD-3-Clause
/// Metrics: numbers measured on recordings.
///
/// A metric declares which variables of which recordings it reads and which numbers it gives; the host streams the
/// recordings through it in chunks of whole trials, as often as it asks for (`passes`), so that recordings may be
/// larger than memory. A class gives
///
///   inputs()   role (the pipeline's key: "awake", "replay"), variable ("position"), dimensions ("trial time space").
///              The first input of a role is what the user may replace; later ones belong to it and, where optional,
///              may be missing from the recording
///   outputs()  name, dimensions ("" for one number), unit, doc
///   passes()   optional, default 1
///   struct Run, constructed as Run(const Metric&, MetricJob&), with
///     add(pass, input, first_trial, chunk)    chunk: View<const double>, [trials, ...] or the whole of a small input
///     finish(pass)                            after the last pass: job.emit(...) for every output
///
/// Invariants:
///  1. Inputs without trials arrive first and whole. Then, role after role, chunks of trials: in each turn the same
///     trials of all inputs of the role, those with fewer dimensions first. How trials are cut into chunks must not
///     change the result.
///  2. A NaN is a missing sample: handled as the metric documents, or refused with trial and time.
///  3. Random numbers come from job.random() only.
///  4. Every declared output is emitted once, with the declared dimensions and finite, unless its flags say otherwise.
#pragma once

#include <reverie/plugin.hpp>
#include <reverie/task.hpp>

#include <mutex>

namespace reverie {

/// An input that the pipeline has to give; `optional_input` one that it may.
constexpr reverie_metric_input input(const char* role, const char* variable, const char* dims, const char* doc) {
  return {sizeof(reverie_metric_input), 0, role, variable, dims, doc};
}
constexpr reverie_metric_input optional_input(const char* role, const char* variable, const char* dims,
                                              const char* doc) {
  return {sizeof(reverie_metric_input), REVERIE_INPUT_OPTIONAL, role, variable, dims, doc};
}
/// Flags of a result: it may be left out of a run; it may hold NaN where its doc says so.
enum ResultFlags : std::uint32_t { may_be_absent = REVERIE_OUTPUT_OPTIONAL, may_have_gaps = REVERIE_OUTPUT_GAPS };
/// unit "input" is that of the first input's variable, "input^2" its square, "input/s" its rate.
constexpr reverie_metric_output result(const char* name, const char* dims, const char* unit, const char* doc,
                                       std::uint32_t flags = 0) {
  return {sizeof(reverie_metric_output), flags, name, dims, unit, doc};
}

/// What a run is given and where its results go.
class MetricJob {
 public:
  MetricJob(const reverie_host* host, reverie_job* job, const reverie_stream* stream,
            const reverie_metric_source* sources, std::uint32_t source_stride, std::size_t inputs)
      : host_(host), job_(job), stream_(*stream) {
    const auto* at = reinterpret_cast<const char*>(sources);
    for (std::size_t k = 0; k < inputs; ++k, at += source_stride) {
      const auto& source = *reinterpret_cast<const reverie_metric_source*>(at);
      shapes_.push_back(source.shape);
      units_.emplace_back(source.unit);
    }
  }

  /// Shape of an input; empty for an optional one that was not given. PluginFailure, as of has and unit, where inputs()
  /// declares fewer.
  std::span<const std::int64_t> shape(std::size_t input) const {
    const auto& s = declared(shapes_, input);
    return s.ndim < 0 ? std::span<const std::int64_t>() : std::span(s.shape, static_cast<std::size_t>(s.ndim));
  }
  bool has(std::size_t input) const { return declared(shapes_, input).ndim >= 0; }
  /// Unit of an input's variable, "" where the recording names none.
  const std::string& unit(std::size_t input) const { return declared(units_, input); }
  Random random() const { return {host_, &stream_}; }
  bool should_stop() const { return host_->should_stop(host_->context) != 0; }

  /// A number, or an array (row-major), for one of the declared outputs. PluginFailure where the values do not fill the
  /// shape, it has more than 6 dimensions, or the host refuses them.
  void emit(const char* name, double value) { emit(name, {}, {&value, 1}); }
  void emit(const char* name, std::vector<std::int64_t> shape, std::span<const double> values) {
    if (shape.size() > REVERIE_MAX_DIMS)
      throw PluginFailure(REVERIE_INTERNAL, "result '" + std::string(name) + "' has more than 6 dimensions");
    reverie_tensor t{};
    t.data = const_cast<double*>(values.data());
    t.dtype = REVERIE_F64;
    t.ndim = static_cast<std::int32_t>(shape.size());
    std::int64_t step = 1;
    for (std::size_t k = shape.size(); k-- > 0;) {
      t.shape[k] = shape[k];
      t.stride[k] = step;
      step *= shape[k];
    }
    if (step != static_cast<std::int64_t>(values.size()))
      throw PluginFailure(REVERIE_INTERNAL, "result '" + std::string(name) + "' has " + std::to_string(values.size()) +
                                                " values, and its shape " + std::to_string(step));
    reverie_error error{};
    if (host_->emit_result(job_, name, &t, &error) != REVERIE_OK) throw PluginFailure(error.code, error.message);
  }

  /// body(begin, end) over [0, count) in fixed partitions, side by side. Throws what the first of them that
  /// fails has thrown.
  template <class Body>
  void parallel_for(std::int64_t count, std::int64_t partition, Body&& body) const {
    struct Call {
      Body& body;
      std::mutex mutex;
      std::int64_t first_failed;
      reverie_error error;
    } call{body, {}, count, {}};
    const auto status = host_->parallel_for(
        host_->context, count, partition,
        [](void* user, std::int64_t begin, std::int64_t end) -> reverie_status {
          auto& c = *static_cast<Call*>(user);
          reverie_error error{};
          if (detail::guarded(&error, [&] { c.body(begin, end); }) == REVERIE_OK) return REVERIE_OK;
          const std::lock_guard lock(c.mutex);
          if (begin < c.first_failed) {
            c.first_failed = begin;
            c.error = error;
          }
          return error.code;
        },
        &call);
    if (call.first_failed < count) throw PluginFailure(call.error.code, call.error.message, call.error.param_index);
    if (status != REVERIE_OK) throw PluginFailure(status, "the parallel computation failed");
  }

 private:
  template <class T>
  static const T& declared(const std::vector<T>& inputs, std::size_t input) {
    if (input >= inputs.size())
      throw PluginFailure(REVERIE_INTERNAL, "there is no input " + std::to_string(input) + ": inputs() declares " +
                                                std::to_string(inputs.size()) + ", counted from 0");
    return inputs[input];
  }

  const reverie_host* host_;
  reverie_job* job_;
  reverie_stream stream_;
  std::vector<reverie_tensor> shapes_;
  std::vector<std::string> units_;
};

namespace detail {

REVERIE_OPTIONAL_MEMBER(passes)

template <class P>
struct MetricTables {
  std::vector<reverie_metric_input> inputs;
  std::vector<reverie_metric_output> outputs;
  reverie_metric_layout abi{};

  void fill(const P& plugin) {
    inputs = plugin.inputs();
    outputs = plugin.outputs();
    std::uint32_t passes = 1;
    if constexpr (requires { plugin.passes(); }) passes = plugin.passes();
    abi = {sizeof abi,
           passes,
           static_cast<std::uint32_t>(inputs.size()),
           sizeof(reverie_metric_input),
           static_cast<std::uint32_t>(outputs.size()),
           sizeof(reverie_metric_output),
           inputs.data(),
           outputs.data()};
  }
};

template <class P>
struct MetricRun {
  MetricJob job;
  typename P::Run run;
  MetricRun(const P& plugin, MetricJob j) : job(std::move(j)), run(plugin, job) {}
};

template <class P>
reverie_status metric_begin(const void* i, const reverie_host* host, reverie_job* job, const reverie_stream* stream,
                            const reverie_metric_source* sources, std::uint32_t source_stride, void** run,
                            reverie_error* error) noexcept {
  return guarded(error, [&] {
    const auto& metric = instance<P, MetricTables<P>>(i);
    *run = new MetricRun<P>(metric.plugin,
                            MetricJob(host, job, stream, sources, source_stride, metric.layout.inputs.size()));
  });
}

template <class P>
reverie_status metric_add(void* run, std::uint32_t pass, std::uint32_t input, std::int64_t first_trial,
                          const reverie_tensor* chunk, reverie_error* error) noexcept {
  return guarded(error, [&] {
    auto& r = *static_cast<MetricRun<P>*>(run);
    if (chunk->dtype == REVERIE_F64) {
      r.run.add(pass, input, first_trial, view<const double>(*chunk));
      return;
    }
    // The host passes contiguous chunks: widen them.
    std::int64_t count = 1;
    for (int k = 0; k < chunk->ndim; ++k) count *= chunk->shape[k];
    const auto* from = static_cast<const float*>(chunk->data);
    const std::vector<double> wide(from, from + count);
    const auto dims = static_cast<std::size_t>(chunk->ndim);
    r.run.add(pass, input, first_trial, View<const double>{wide.data(), {chunk->shape, dims}, {chunk->stride, dims}});
  });
}

template <class P>
reverie_status metric_finish(void* run, std::uint32_t pass, reverie_error* error) noexcept {
  return guarded(error, [&] { static_cast<MetricRun<P>*>(run)->run.finish(pass); });
}

}  // namespace detail

/// The component of a metric class, for REVERIE_EXPORT.
template <class P>
auto metric(const char* id) {
  return [id] {
    using namespace detail;
    static_assert(
        requires(const P& p) {
          std::vector<reverie_metric_input>(p.inputs());
          std::vector<reverie_metric_output>(p.outputs());
        },
        "a metric has, in public: std::vector<reverie_metric_input> inputs() const and "
        "std::vector<reverie_metric_output> outputs() const");
    static_assert(
        requires(typename P::Run & run, const View<const double>& chunk) {
          requires std::is_constructible_v<typename P::Run, const P&, MetricJob&>;
          run.add(std::uint32_t{}, std::uint32_t{}, std::int64_t{}, chunk);
          run.finish(std::uint32_t{});
        },
        "a metric has, in public: struct Run { Run(const Metric&, reverie::MetricJob&); void add(std::uint32_t pass, "
        "std::uint32_t input, std::int64_t first_trial, const reverie::View<const double>& chunk); "
        "void finish(std::uint32_t pass); }");
    static_assert(!prepares_for_setting<P>, "a metric is made without a network: void prepare()");
    REVERIE_REFUSE(
        "std::uint32_t passes() const",
        (has_passes<P> || requires { P::passes; }) && !requires(const P& p) { p.passes(); });
    static const reverie_metric table = {
        sizeof table,
        0,
        [](const void* i) -> const reverie_metric_layout* { return &instance<P, MetricTables<P>>(i).layout.abi; },
        &metric_begin<P>,
        &metric_add<P>,
        &metric_finish<P>,
        [](void* run) { delete static_cast<MetricRun<P>*>(run); }};
    return component<P, MetricTables<P>>(REVERIE_KIND_METRIC, id, &table);
  };
}

}  // namespace reverie

/// Exports a library with one metric.
#define REVERIE_METRIC(id, Class) REVERIE_EXPORT(reverie::metric<Class>(id))
