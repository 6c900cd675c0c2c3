// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <numeric/random.hpp>
#include <pipeline/run_stage.hpp>
#include <type_traits>

namespace reverie::pipeline {
namespace {

using plugin::Metric;

/// Chunks of about this many numbers: large enough to be read fast, small against memory.
constexpr std::int64_t numbers_per_chunk = 1 << 22;

/// Trials of a variable as float32 or float64. The chunk that was read last stays alive with the function.
template <class Real>
std::function<reverie_tensor(std::int64_t, std::int64_t)> trials_of(
    const std::shared_ptr<store::RecordingReader>& reader, const std::string& variable) {
  const auto chunk = std::make_shared<std::vector<Real>>();
  return [reader, variable, chunk](std::int64_t first, std::int64_t count) {
    if constexpr (std::is_same_v<Real, float>)
      *chunk = reader->read(variable, first, count);
    else
      *chunk = reader->read_double(variable, first, count);
    auto extents = reader->shape(variable);
    extents[0] = count;
    return plugin::tensor_of(chunk->data(), extents);
  };
}

/// Fails where the times of the variable's samples do not ascend: its steps would not follow each other.
void require_ascending_times(const store::RecordingReader& reader, const std::string& variable) {
  const auto dims = reader.dims(variable);
  if (!reader.has("time") || dims.size() < 2 || reader.dims("time") != std::vector{dims[1]}) return;
  const auto time = reader.read_double("time");
  const auto fault = std::adjacent_find(time.begin(), time.end(), [](double a, double b) { return b <= a; });
  if (fault != time.end())
    throw store::DataError(fmt::format("{}: 'time' goes from {} to {} at step {}", reader.file().string(), fault[0],
                                       fault[1], fault - time.begin() + 1),
                           "Order the samples by time, or leave 'time' out of the file.");
}

/// A recording's variable as a metric's source.
Metric::Source source_of(const std::shared_ptr<store::RecordingReader>& reader, const plugin::MetricInput& declared,
                         const MeasuredVariable& input) {
  const auto& variable = input.variable;
  const bool has_options = !input.layout.variable.empty();  // of the command line
  const auto place = fmt::format("{}: '{}'", reader->file().string(), variable);
  if (!reader->has(variable))
    throw store::DataError(fmt::format("{} is not there; it has {}", place, fmt::join(reader->names(), ", ")),
                           "Name another recording or another variable.");
  const auto dims = reader->dims(variable);
  const bool streamed = !declared.dims.empty() && declared.dims[0] == "trial";
  if (dims.size() != declared.dims.size() || streamed != (!dims.empty() && dims[0] == "trial"))
    throw store::DataError(fmt::format("{} has dimensions ({}); input '{}' of the metric takes ({})", place,
                                       fmt::join(dims, ", "), declared.role, fmt::join(declared.dims, ", ")),
                           dims.size() + 1 == declared.dims.size()
                               ? "Paths of one coordinate need a last dimension of length 1, single trials a first one."
                           : has_options
                               ? "Give its dimensions these names in the order of the file (--dims), transpose it, or "
                                 "name another one (--variable)."
                               : "Name another variable; or bring its dimensions into this order.");
  // Dimensions may have other names, but one that the metric knows stands in its place.
  for (std::size_t k = 0; k < dims.size(); ++k)
    if (dims[k] != declared.dims[k] &&
        std::find(declared.dims.begin(), declared.dims.end(), dims[k]) != declared.dims.end())
      throw store::DataError(fmt::format("{} has its dimensions in the order ({}); input '{}' of the metric takes ({})",
                                         place, fmt::join(dims, ", "), declared.role, fmt::join(declared.dims, ", ")),
                             fmt::format("Name them as the metric does{}, transpose the variable, or name another one.",
                                         has_options ? " (--dims)" : ""));
  Metric::Source source;
  source.given = true;
  source.shape = reader->shape(variable);
  source.unit = reader->unit(variable);
  source.place = place;
  if (!streamed) {
    const auto whole = std::make_shared<std::vector<double>>(reader->read_double(variable));
    source.read = [whole, shape = source.shape](std::int64_t, std::int64_t) {
      return plugin::tensor_of(whole->data(), shape);
    };
    return source;
  }
  require_ascending_times(*reader, variable);
  std::int64_t per_trial = 1;
  for (std::size_t k = 1; k < source.shape.size(); ++k) per_trial *= source.shape[k];
  source.chunk_trials = std::max<std::int64_t>(1, numbers_per_chunk / std::max<std::int64_t>(1, per_trial));
  source.read = reader->fits_float(variable) ? trials_of<float>(reader, variable) : trials_of<double>(reader, variable);
  return source;
}

/// The word "input" in a unit ("input", "input^2", "input/s") stands for the unit of the first input.
std::string unit_of(const plugin::MetricOutput& output, const std::string& unit_of_input) {
  const std::string word = "input";
  const auto at = output.unit.find(word);
  if (at == std::string::npos) return output.unit;
  const auto before = output.unit.substr(0, at), after = output.unit.substr(at + word.size());
  const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  if ((!before.empty() && is_letter(before.back())) || (!after.empty() && is_letter(after.front()))) return output.unit;
  const bool whole = before.empty() && (after.empty() || after.front() == '^');
  if (unit_of_input.empty() || (unit_of_input == "1" && whole)) return unit_of_input;
  const bool compound = unit_of_input.find_first_of(" */^.-0123456789") != std::string::npos;
  return before + (compound && output.unit != word ? "(" + unit_of_input + ")" : unit_of_input) + after;
}

store::Variable variable_of(const plugin::MetricResult& result, const std::string& unit_of_input) {
  const auto& declared = result.declared;
  return {declared.name,
          declared.dims,
          result.value.shape,
          unit_of(declared, unit_of_input),
          declared.doc,
          result.value.values,
          {}};
}

}  // namespace

bool is_foreign_direction(const std::string& variable, bool quiescent) {
  return quiescent && variable == "trial_direction";
}

store::Dataset measure(const Metric& metric, const std::vector<MeasuredVariable>& inputs, std::uint64_t seed,
                       std::uint32_t draw) {
  // A file may serve several roles, with another variable each.
  std::map<std::pair<std::string, std::filesystem::path>, std::shared_ptr<store::RecordingReader>> readers;
  std::vector<Metric::Source> sources;
  std::string unit;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const auto& input = inputs[k];
    if (!input.file) {
      sources.emplace_back();
      continue;
    }
    auto& reader = readers[{metric.inputs()[k].role, *input.file}];
    if (!reader) reader = std::make_shared<store::RecordingReader>(*input.file, input.layout);
    const bool quiescent = reader->attributes()["phase"] == "quiescent";
    if (metric.is_extra(k) && (!reader->has(input.variable) || is_foreign_direction(input.variable, quiescent))) {
      sources.emplace_back();
      continue;
    }
    sources.push_back(source_of(reader, metric.inputs()[k], input));
    if (k == 0) unit = reader->unit(input.variable);
  }
  const auto stream = numeric::make_stream(seed, numeric::Role::measure, numeric::Purpose::resampling, draw);
  store::Dataset dataset;
  for (const auto& result : metric.run(sources, stream)) dataset.variables.push_back(variable_of(result, unit));
  return dataset;
}

bool run_measure(const MeasureStage& work, const StageRun& run) {
  const Metric metric(*work.metric.component, work.metric.parameters);
  std::vector<MeasuredVariable> inputs;
  for (const auto& input : work.inputs) {
    MeasuredVariable& measured = inputs.emplace_back();
    measured.variable = input.variable;
    if (input.input) measured.file = run.inputs[*input.input] / recording_file;
  }
  auto dataset = measure(metric, inputs, work.seed, work.draw);
  dataset.attributes = result_attributes(run.stage, work.metric.component->doc, work.seed);
  store::write_dataset(run.folder / result_file, dataset);
  store::write_csv(run.folder / result_table_file, dataset);
  return true;
}

}  // namespace reverie::pipeline
