// SPDX-License-Identifier: BSD-3-Clause
/// Metrics: the layout, copied and checked, and runs that stream recordings through them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <plugin/host.hpp>
#include <plugin/validate.hpp>
#include <sstream>

namespace reverie::plugin {
namespace {

std::vector<std::string> dims_of(const char* text, const std::string& owner) {
  std::istringstream words(copy_string(text, "the dims of " + owner));
  std::vector<std::string> dims;
  for (std::string word; words >> word;) copy_name(word.c_str(), "a dimension of " + owner, dims);
  if (dims.size() > REVERIE_MAX_DIMS)
    throw PluginError(
        fmt::format("{} has {} dimensions; up to {} are possible", owner, dims.size(), +REVERIE_MAX_DIMS));
  return dims;
}

std::vector<MetricInput> inputs_of(const reverie_metric_layout& layout) {
  std::vector<MetricInput> inputs;
  std::vector<std::string> roles;
  for (std::uint32_t k = 0; k < layout.input_count; ++k) {
    const auto from =
        copy_element(layout.inputs, layout.input_stride, k, REVERIE_END_OF(reverie_metric_input, doc), "input");
    const auto owner = fmt::format("input {}", k);
    MetricInput input;
    // Two inputs may be different variables of the same recording.
    std::vector<std::string> none_taken;
    input.role = copy_name(from.role, owner, none_taken);
    input.variable = copy_name(from.variable, "the variable of " + owner, none_taken = {});
    input.dims = dims_of(from.dims, owner);
    input.doc = copy_string(from.doc, "the doc of " + owner);
    input.optional = (from.flags & REVERIE_INPUT_OPTIONAL) != 0;
    inputs.push_back(std::move(input));
  }
  if (inputs.empty()) throw PluginError("it declares no inputs");
  return inputs;
}

std::vector<MetricOutput> outputs_of(const reverie_metric_layout& layout) {
  std::vector<MetricOutput> outputs;
  std::vector<std::string> names;
  for (std::uint32_t k = 0; k < layout.output_count; ++k) {
    const auto from =
        copy_element(layout.outputs, layout.output_stride, k, REVERIE_END_OF(reverie_metric_output, doc), "output");
    const auto owner = fmt::format("output {}", k);
    MetricOutput output;
    output.name = copy_name(from.name, owner, names);
    output.dims = dims_of(from.dims, owner);
    output.unit = copy_string(from.unit, "the unit of " + owner);
    output.doc = copy_string(from.doc, "the doc of " + owner);
    outputs.push_back(std::move(output));
  }
  if (outputs.empty()) throw PluginError("it declares no outputs");
  return outputs;
}

template <class T>
void copy_strided(const reverie_tensor& from, std::size_t dim, const T* at, std::vector<double>& to) {
  if (dim == static_cast<std::size_t>(from.ndim)) return to.push_back(static_cast<double>(*at));
  for (std::int64_t k = 0; k < from.shape[dim]; ++k) copy_strided(from, dim + 1, at + k * from.stride[dim], to);
}

/// What is wrong with a result, or "".
std::string emission_problem(const reverie_job& job, const MetricOutput& declared, const reverie_tensor& value) {
  if (value.ndim != static_cast<std::int32_t>(declared.dims.size()))
    return fmt::format("'{}' has {} dimensions, but '{}' is declared", declared.name, value.ndim,
                       fmt::join(declared.dims, " "));
  if (value.dtype != REVERIE_F32 && value.dtype != REVERIE_F64)
    return fmt::format("'{}' has an unknown number type", declared.name);
  std::int64_t size = 1;
  for (std::int32_t k = 0; k < value.ndim; ++k) {
    if (value.shape[k] < 0) return fmt::format("'{}' has a negative extent", declared.name);
    size *= value.shape[k];
  }
  if (size > 0 && !value.data) return fmt::format("'{}' has no data", declared.name);
  // A dimension has one length, wherever it is named.
  for (std::size_t other = 0; other < job.declared.size(); ++other) {
    if (!job.emitted[other]) continue;
    for (std::size_t a = 0; a < declared.dims.size(); ++a)
      for (std::size_t b = 0; b < job.declared[other].dims.size(); ++b)
        if (declared.dims[a] == job.declared[other].dims[b] && value.shape[a] != job.emitted[other]->shape[b])
          return fmt::format("dimension '{}' is {} long in '{}' and {} in '{}'", declared.dims[a], value.shape[a],
                             declared.name, job.emitted[other]->shape[b], job.declared[other].name);
  }
  return "";
}

std::string emit(reverie_job& job, const char* name, const reverie_tensor& value) {
  const auto found =
      std::find_if(job.declared.begin(), job.declared.end(), [name](const MetricOutput& o) { return o.name == name; });
  if (found == job.declared.end()) return fmt::format("result '{}' was not declared", name);
  auto& target = job.emitted[static_cast<std::size_t>(found - job.declared.begin())];
  if (target) return fmt::format("result '{}' was emitted twice", name);
  if (auto problem = emission_problem(job, *found, value); !problem.empty()) return "result " + problem;
  Array copied;
  copied.shape.assign(value.shape, value.shape + value.ndim);
  if (value.dtype == REVERIE_F32)
    copy_strided(value, 0, static_cast<const float*>(value.data), copied.values);
  else
    copy_strided(value, 0, static_cast<const double*>(value.data), copied.values);
  target = std::move(copied);
  return "";
}

reverie_status refuse(reverie_error* error, reverie_status status, const char* message) {
  if (error) {
    error->code = status;
    error->param_index = -1;
    *fmt::format_to_n(error->message, sizeof error->message - 1, "{}", message).out = '\0';
  }
  return status;
}

}  // namespace

reverie_status emit_result(reverie_job* job, const char* name, const reverie_tensor* value, reverie_error* error) {
  if (!job || !name || !value) return refuse(error, REVERIE_INVALID, "emit_result needs a job, a name and a value");
  try {
    const auto problem = emit(*job, name, *value);
    return problem.empty() ? REVERIE_OK : refuse(error, REVERIE_INVALID, problem.c_str());
  } catch (const std::exception& failure) {
    return refuse(error, REVERIE_MEMORY, failure.what());
  }
}

Metric::Metric(const Component& component, const json& parameters)
    : instance_(component, parameters, nullptr), table_(static_cast<const reverie_metric*>(component.table->table)) {
  try {
    const auto layout = copy_struct<reverie_metric_layout>(
        table_->layout(instance_.get()), REVERIE_END_OF(reverie_metric_layout, outputs), "its layout");
    if (layout.passes < 1) throw PluginError("it asks for no pass over its inputs");
    passes_ = layout.passes;
    inputs_ = inputs_of(layout);
    outputs_ = outputs_of(layout);
  } catch (const PluginError& error) {
    instance_.broke_contract(error.what());
  }
}

std::vector<MetricResult> Metric::run(const std::vector<Source>& sources, const reverie_stream& stream) const {
  if (sources.size() != inputs_.size()) throw std::logic_error("a metric needs one source per declared input");
  const auto stop_if_asked = [] {
    if (stop_requested()) throw Interrupted(ExitCode::interrupted);
  };
  std::vector<reverie_tensor> shapes;
  for (std::size_t k = 0; k < sources.size(); ++k) {
    const auto& [shape, given, read, chunk_trials] = sources[k];
    if (!given && !inputs_[k].optional) throw std::logic_error("a source that the metric needs is not given");
    if (given && shape.size() != inputs_[k].dims.size())
      throw Error(ExitCode::run_failed,
                  fmt::format("metric '{}': '{}' of '{}' has {} dimensions; '{}' is needed", component().id,
                              inputs_[k].variable, inputs_[k].role, shape.size(), fmt::join(inputs_[k].dims, " ")));
    auto& row = shapes.emplace_back(tensor_of(static_cast<double*>(nullptr), shape));
    if (!given) row.ndim = -1;
  }

  reverie_job job{outputs_, std::vector<std::optional<Array>>(outputs_.size())};
  void* begun = nullptr;
  instance_.call("begin", [&](reverie_error* error) {
    return table_->begin(instance_.get(), host_services(), &job, &stream, shapes.data(), &begun, error);
  });
  const std::unique_ptr<void, void (*)(void*)> run(begun, table_->end);
  stop_if_asked();
  for (std::uint32_t pass = 0; pass < passes_; ++pass) {
    for (std::uint32_t k = 0; k < sources.size(); ++k) {
      if (!sources[k].given) continue;
      const bool chunked = !inputs_[k].dims.empty() && inputs_[k].dims.front() == "trial";
      const std::int64_t extent = sources[k].shape.empty() ? 1 : sources[k].shape.front();
      const std::int64_t step = std::max<std::int64_t>(chunked ? sources[k].chunk_trials : extent, 1);
      for (std::int64_t first = 0; first < extent; first += step) {
        const auto chunk = sources[k].read(first, std::min(step, extent - first));
        instance_.call("add",
                       [&](reverie_error* error) { return table_->add(run.get(), pass, k, first, &chunk, error); });
        stop_if_asked();
      }
    }
    instance_.call("finish_pass", [&](reverie_error* error) { return table_->finish_pass(run.get(), pass, error); });
    stop_if_asked();
  }

  std::vector<MetricResult> results;
  for (std::size_t k = 0; k < outputs_.size(); ++k) {
    if (!job.emitted[k]) instance_.broke_contract(fmt::format("it did not emit its result '{}'", outputs_[k].name));
    results.push_back({outputs_[k], std::move(*job.emitted[k])});
  }
  return results;
}

}  // namespace reverie::plugin
