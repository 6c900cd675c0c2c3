// SPDX-License-Identifier: BSD-3-Clause
/// Metrics: the layout, copied and checked, and runs that stream recordings through them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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
  for (const auto& from : copy_array(layout.inputs, layout.input_stride, layout.input_count,
                                     REVERIE_END_OF(reverie_metric_input, doc), "input")) {
    const auto owner = fmt::format("input {}", inputs.size());
    MetricInput input;
    // Two inputs may be different variables of the same recording.
    std::vector<std::string> none_taken;
    input.role = copy_name(from.role, owner, none_taken);
    for (const char* taken : {"run", "metric", "when_needed", "draw", "seed", "out", "force", "set", "variable", "dims",
                              "unit", "threads", "quiet", "plugin", "help"})
      if (input.role == taken)
        throw PluginError(fmt::format(
            "{} has the role '{}', which is a key of pipelines or an option of reverie measure", owner, taken));
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
  for (const auto& from : copy_array(layout.outputs, layout.output_stride, layout.output_count,
                                     REVERIE_END_OF(reverie_metric_output, doc), "output")) {
    const auto owner = fmt::format("output {}", outputs.size());
    MetricOutput output;
    output.name = copy_name(from.name, owner, names);
    output.dims = dims_of(from.dims, owner);
    output.unit = copy_string(from.unit, "the unit of " + owner);
    output.doc = copy_string(from.doc, "the doc of " + owner);
    output.optional = (from.flags & REVERIE_OUTPUT_OPTIONAL) != 0;
    output.gaps = (from.flags & REVERIE_OUTPUT_GAPS) != 0;
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

/// The place of a number in a result that has to be finite and is not, or "".
std::string not_finite(const reverie_job& job, const char* name) {
  for (std::size_t k = 0; k < job.declared.size(); ++k) {
    if (job.declared[k].name != name || job.declared[k].gaps) continue;
    const auto& values = job.emitted[k]->values;
    const auto bad = std::find_if(values.begin(), values.end(), [](double value) { return !std::isfinite(value); });
    if (bad != values.end())
      return fmt::format("result '{}' is not a finite number (entry {} of {})", name, bad - values.begin(),
                         values.size());
  }
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
    if (const auto problem = emit(*job, name, *value); !problem.empty())
      return refuse(error, REVERIE_INTERNAL, problem.c_str());
    const auto problem = not_finite(*job, name);
    return problem.empty() ? REVERIE_OK : refuse(error, REVERIE_NUMERIC, problem.c_str());
  } catch (const std::exception& failure) {
    return refuse(error, REVERIE_MEMORY, failure.what());
  }
}

Metric::Metric(const Component& component, const json& parameters)
    : instance_(component, parameters, nullptr), table_(static_cast<const reverie_metric*>(component.table->table)) {
  const auto* given = instance_.ask("layout", [&] { return table_->layout(instance_.get()); });
  const CallingScope scope({&component, "layout"});  // its arrays may be shorter than it says
  try {
    const auto layout =
        copy_struct<reverie_metric_layout>(given, REVERIE_END_OF(reverie_metric_layout, outputs), "its layout");
    if (layout.passes < 1) throw PluginError("it asks for no pass over its inputs");
    passes_ = layout.passes;
    inputs_ = inputs_of(layout);
    outputs_ = outputs_of(layout);
  } catch (const PluginError& error) {
    instance_.broke_contract(error.what());
  }
}

bool Metric::is_extra(std::size_t input) const {
  if (!inputs_[input].optional) return false;
  return std::any_of(inputs_.begin(), inputs_.begin() + static_cast<std::ptrdiff_t>(input),
                     [&](const MetricInput& earlier) { return earlier.role == inputs_[input].role; });
}

std::vector<reverie_metric_source> Metric::described(const std::vector<Source>& sources) const {
  if (sources.size() != inputs_.size()) throw std::logic_error("a metric needs one source per declared input");
  const auto place_of = [&](std::size_t k) {
    return sources[k].place.empty() ? fmt::format("'{}' of '{}'", inputs_[k].variable, inputs_[k].role)
                                    : fmt::format("{} ('{}')", sources[k].place, inputs_[k].role);
  };
  std::vector<reverie_metric_source> list;
  for (std::size_t k = 0; k < sources.size(); ++k) {
    const auto& source = sources[k];
    const auto& declared = inputs_[k];
    if (!source.given && !declared.optional) throw std::logic_error("a source that the metric needs is not given");
    const auto place = place_of(k);
    if (source.given && source.shape.size() != declared.dims.size())
      throw Error(ExitCode::run_failed, fmt::format("metric '{}': {} has {} dimensions; '{}' is needed", component().id,
                                                    place, source.shape.size(), fmt::join(declared.dims, " ")));
    for (std::size_t d = 0; source.given && d < source.shape.size(); ++d)
      if (source.shape[d] <= 0)
        throw Error(ExitCode::run_failed, fmt::format("metric '{}': {} is empty: its dimension '{}' has length 0",
                                                      component().id, place, declared.dims[d]));
    for (std::size_t earlier = 0; source.given && earlier < k; ++earlier) {
      if (inputs_[earlier].role != declared.role || !sources[earlier].given) continue;
      for (std::size_t a = 0; a < declared.dims.size(); ++a)
        for (std::size_t b = 0; b < inputs_[earlier].dims.size(); ++b)
          if (declared.dims[a] == inputs_[earlier].dims[b] && source.shape[a] != sources[earlier].shape[b])
            throw Error(ExitCode::run_failed, fmt::format("metric '{}': '{}' is {} and {} long in {} and {}",
                                                          component().id, declared.dims[a], sources[earlier].shape[b],
                                                          source.shape[a], place_of(earlier), place));
    }
    auto& row = list.emplace_back(reverie_metric_source{sizeof(reverie_metric_source), 0, source.unit.c_str(),
                                                        tensor_of(static_cast<double*>(nullptr), source.shape)});
    if (!source.given) row.shape.ndim = -1;
  }
  return list;
}

namespace {

void stop_if_asked() {
  if (stop_requested()) throw Interrupted(ExitCode::interrupted);
}

bool is_streamed(const MetricInput& input) { return !input.dims.empty() && input.dims.front() == "trial"; }

/// body(); where it fails, the message names `places`.
template <class Body>
void naming(const std::string& places, Body&& body) {
  try {
    body();
  } catch (const PluginError& error) {
    if (places.empty()) throw;
    throw PluginError(fmt::format("{} ({})", error.what(), places), error.remedy(), error.exit_code());
  }
}

/// "awake: FILE: 'position'; replay: ..." of the first input of each role.
std::string all_places(const std::vector<MetricInput>& inputs, const std::vector<Metric::Source>& sources) {
  std::vector<std::string> places, roles;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (sources[k].place.empty() || std::find(roles.begin(), roles.end(), inputs[k].role) != roles.end()) continue;
    roles.push_back(inputs[k].role);
    places.push_back(fmt::format("{}: {}", inputs[k].role, sources[k].place));
  }
  return fmt::format("{}", fmt::join(places, "; "));
}

}  // namespace

void Metric::stream_inputs(void* run, std::uint32_t pass, const std::vector<Source>& sources) const {
  const auto add = [&](std::size_t input, std::int64_t first, std::int64_t count) {
    const auto chunk = sources[input].read(first, count);
    naming(sources[input].place, [&] {
      instance_.call("add", [&](reverie_error* error) {
        return table_->add(run, pass, static_cast<std::uint32_t>(input), first, &chunk, error);
      });
    });
    stop_if_asked();
  };
  std::vector<std::string> roles;
  for (std::size_t k = 0; k < inputs_.size(); ++k) {
    if (std::find(roles.begin(), roles.end(), inputs_[k].role) == roles.end()) roles.push_back(inputs_[k].role);
    if (sources[k].given && !is_streamed(inputs_[k]))
      add(k, 0, sources[k].shape.empty() ? 1 : sources[k].shape.front());
  }
  for (const auto& role : roles) {
    std::vector<std::size_t> together;
    for (std::size_t k = 0; k < inputs_.size(); ++k)
      if (inputs_[k].role == role && sources[k].given && is_streamed(inputs_[k])) together.push_back(k);
    if (together.empty()) continue;
    std::stable_sort(together.begin(), together.end(),
                     [&](std::size_t a, std::size_t b) { return sources[a].shape.size() < sources[b].shape.size(); });
    const auto trials = sources[together[0]].shape[0];
    std::int64_t step = trials;
    for (const auto k : together) step = std::min(step, std::max<std::int64_t>(sources[k].chunk_trials, 1));
    for (std::int64_t first = 0; first < trials; first += step)
      for (const auto k : together) add(k, first, std::min(step, trials - first));
  }
}

std::vector<MetricResult> Metric::run(const std::vector<Source>& sources, const reverie_stream& stream) const {
  const auto described_sources = described(sources);
  const auto places = all_places(inputs_, sources);
  reverie_job job{outputs_, std::vector<std::optional<Array>>(outputs_.size())};
  void* begun = nullptr;
  naming(places, [&] {
    instance_.call("begin", [&](reverie_error* error) {
      return table_->begin(instance_.get(), host_services(), &job, &stream, described_sources.data(),
                           sizeof(reverie_metric_source), &begun, error);
    });
  });
  auto end = [this](void* state) { instance_.ask("end", [&] { table_->end(state); }); };
  const std::unique_ptr<void, decltype(end)> run(begun, end);
  stop_if_asked();
  for (std::uint32_t pass = 0; pass < passes_; ++pass) {
    stream_inputs(run.get(), pass, sources);
    naming(places, [&] {
      instance_.call("finish_pass", [&](reverie_error* error) { return table_->finish_pass(run.get(), pass, error); });
    });
    stop_if_asked();
  }

  std::vector<MetricResult> results;
  for (std::size_t k = 0; k < outputs_.size(); ++k) {
    if (!job.emitted[k] && outputs_[k].optional) continue;
    if (!job.emitted[k]) instance_.broke_contract(fmt::format("it did not emit its result '{}'", outputs_[k].name));
    results.push_back({outputs_[k], std::move(*job.emitted[k])});
  }
  return results;
}

}  // namespace reverie::plugin
