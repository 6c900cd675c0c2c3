// SPDX-License-Identifier: BSD-3-Clause
/// Checks of tasks: trials, codes and landmarks.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <limits>
#include <numbers>
#include <numeric/random.hpp>
#include <optional>
#include <plugin/check_parts.hpp>
#include <plugin/guarded_matrix.hpp>
#include <plugin/instance.hpp>

namespace reverie::plugin {
namespace {

constexpr std::int64_t trials = 7;
constexpr double largest_precision_error = 1e-4;  // of an encoded activity, float32 against float64, relative

reverie_stream stream_of(numeric::Purpose purpose, std::uint64_t seed = 1) {
  return numeric::make_stream(seed, numeric::Role::train, purpose);
}

constexpr std::int32_t codes[] = {REVERIE_ENCODE_TARGET, REVERIE_ENCODE_START};
const char* words_of(std::int32_t code) { return code == REVERIE_ENCODE_TARGET ? "encode" : "encode (of the start)"; }

constexpr double unwritten = std::numeric_limits<double>::quiet_NaN();

/// Another number of steps than the task's own, so that one that ignores what it is asked for shows.
std::int64_t other_steps(const Task& task) { return task.steps() > 50 ? 50 : task.steps() + 1; }

/// Whether body() works; it may also refuse, with a reason.
template <class Body>
bool accepted(Body&& body) {
  try {
    body();
    return true;
  } catch (const PluginError& error) {
    if (error.exit_code() == ExitCode::plugin) throw;
    return false;
  }
}

/// A task with its constants and some trials, of its own length where it refuses others.
struct Sample {
  Task task;
  std::vector<TaskConstant> constants;
  std::int64_t steps;
  TaskBatch batch;

  Sample(const Component& component, const json& parameters)
      : task(component, parameters),
        constants(task.make_constants(stream_of(numeric::Purpose::constants))),
        steps(other_steps(task)) {
    if (!accepted([&] { generate(0, 1); })) steps = task.steps();
    batch = generate(0, trials);
  }

  TaskBatch generate(std::uint32_t first, std::int64_t count) const {
    return task.generate(constants, stream_of(numeric::Purpose::task), first, count, steps);
  }
  std::int64_t rows() const { return trials * (steps + 1); }
  reverie_tensor latents() const {
    return tensor_of(const_cast<double*>(batch.latents.values.data()), std::vector{rows(), task.latents()});
  }
  std::int64_t width(std::int32_t what) const { return what == REVERIE_ENCODE_TARGET ? task.outputs() : task.starts(); }
  template <class T>
  std::vector<T> encoded(std::int32_t what, std::int64_t first, std::int64_t count) const {
    std::vector<T> activity(static_cast<std::size_t>(count * width(what)), static_cast<T>(unwritten));
    const auto d = task.latents();
    const auto tensor = tensor_of(activity.data(), std::vector{count, width(what)});
    task.encode(constants, what,
                tensor_of(const_cast<double*>(batch.latents.values.data()) + first * d, std::vector{count, d}), tensor);
    task.require_finite(tensor);
    return activity;
  }
  template <class T>
  std::vector<double> decoded(std::vector<T>& activity, std::int64_t first, std::int64_t count) const {
    std::vector<double> latents(static_cast<std::size_t>(count * task.latents()), unwritten);
    task.decode(constants, tensor_of(activity.data() + first * task.outputs(), std::vector{count, task.outputs()}),
                tensor_of(latents.data(), std::vector{count, task.latents()}));
    return latents;
  }
};

/// body(sample) returns what is wrong, or ""; over all sets of parameters.
template <class Made = Sample, class Body>
std::optional<CheckResult> first_failure(const Component& component, const json& given, Body&& body) {
  for (const auto& trial : trials_of(component, given)) try {
      const Made made(component, trial.parameters);
      if (const std::string wrong = body(made); !wrong.empty()) return fail(wrong + in_words(trial));
    } catch (const PluginError& error) {
      if (trial.words.empty()) throw;
      if (error.exit_code() == ExitCode::plugin) return fail(error.what() + in_words(trial));
    }
  return std::nullopt;
}

CheckResult check_finite(const Component& component, const json& given) {
  // The wrapper refuses what is not finite.
  const auto failure = first_failure(component, given, [](const Sample& sample) {
    sample.encoded<double>(REVERIE_ENCODE_START, 0, sample.rows());
    auto activity = sample.encoded<double>(REVERIE_ENCODE_TARGET, 0, sample.rows());
    sample.decoded(activity, 0, sample.rows());
    sample.task.landmarks(sample.constants, sample.steps);
    return std::string();
  });
  return failure ? *failure : pass();
}

/// Contiguous memory between guards, with the shape of a tensor.
template <class T>
struct GuardedTensor {
  GuardedMatrix<T> memory;
  std::vector<std::int64_t> shape;
  GuardedTensor(std::vector<std::int64_t> extents, const std::vector<double>& values)
      : memory(1, static_cast<std::int64_t>(values.size()), values), shape(std::move(extents)) {}
  /// Nothing is written yet.
  explicit GuardedTensor(std::vector<std::int64_t> extents)
      : GuardedTensor(extents, Array::unwritten(extents).values) {}
  reverie_tensor tensor() const { return tensor_of(static_cast<T*>(memory.view().data), shape); }
};

std::string wrote_outside(const char* call) { return fmt::format("{} writes outside what it is given", call); }

/// Constants, trials and landmarks: what is wrong, or "".
std::string bounds_of_trials(const Task& task) {
  std::deque<GuardedTensor<double>> memory;
  const auto guarded = [&](std::vector<std::int64_t> shape) { return memory.emplace_back(std::move(shape)).tensor(); };
  const auto untouched = [&] {
    return std::all_of(memory.begin(), memory.end(), [](const auto& m) { return m.memory.surroundings_untouched(); });
  };
  const auto stream = stream_of(numeric::Purpose::constants);
  std::vector<reverie_tensor> tensors;
  for (const auto& constant : task.constant_shapes()) tensors.push_back(guarded(constant.value.shape));
  task.make_constants(stream, tensors);
  if (!untouched()) return wrote_outside("make_constants");
  const auto constants = task.make_constants(stream);
  const auto count = static_cast<std::int64_t>(task.directions().size());
  for (const auto steps : {other_steps(task), std::max<std::int64_t>(other_steps(task) / 2, 1)}) {
    for (const std::int64_t asked : {std::int64_t{1}, trials}) {
      const auto latents = guarded({asked, steps + 1, task.latents()}), inputs = guarded({asked, steps, task.inputs()}),
                 directions = guarded({asked});
      accepted([&] { task.generate(constants, stream_of(numeric::Purpose::task), 0, latents, inputs, directions); });
      if (!untouched()) return wrote_outside("generate");
    }
    const auto endpoint = guarded({count, task.latents()}), mean_path = guarded({count, steps + 1, task.latents()});
    accepted([&] { task.landmarks(constants, endpoint, mean_path); });
    if (!untouched()) return wrote_outside("landmarks");
  }
  return "";
}

CheckResult check_bounds(const Component& component, const json& given) {
  // A sample would be damaged by what these find.
  if (const auto failure = first_failure<Task>(component, given, bounds_of_trials)) return *failure;
  const auto failure = first_failure(component, given, [](const Sample& sample) {
    const auto rows = sample.rows(), d = sample.task.latents();
    const auto typed = [&]<class T>(T) -> std::string {
      const GuardedTensor<double> latents({rows, d}, sample.batch.latents.values);
      for (const auto what : codes) {
        const GuardedTensor<T> activity({rows, sample.width(what)});
        sample.task.encode(sample.constants, what, latents.tensor(), activity.tensor());
        if (!activity.memory.surroundings_untouched()) return wrote_outside(words_of(what));
      }
      if (!latents.memory.surroundings_untouched()) return wrote_outside("encode");
      auto kept = sample.batch.latents.values;
      latents.memory.copy_to(kept);
      if (kept != sample.batch.latents.values) return "encode changes the latents it is given";
      const auto code = sample.encoded<double>(REVERIE_ENCODE_TARGET, 0, rows);
      const GuardedTensor<T> outputs({rows, sample.task.outputs()}, code);
      const GuardedTensor<double> decoded({rows, d});
      sample.task.decode(sample.constants, outputs.tensor(), decoded.tensor());
      if (!decoded.memory.surroundings_untouched() || !outputs.memory.surroundings_untouched())
        return wrote_outside("decode");
      return "";
    };
    const auto wrong = typed(0.0F);
    return wrong.empty() ? typed(0.0) : wrong;
  });
  return failure ? *failure : pass();
}

CheckResult check_purity(const Component& component, const json& given) {
  const auto failure = first_failure(component, given, [](const Sample& sample) {
    const auto again = sample.generate(0, trials);
    if (again.latents.values != sample.batch.latents.values || again.inputs.values != sample.batch.inputs.values ||
        again.directions.values != sample.batch.directions.values)
      return std::string("generate gives other trials for the same stream");
    const auto constants = sample.task.make_constants(stream_of(numeric::Purpose::constants));
    for (std::size_t k = 0; k < constants.size(); ++k)
      if (constants[k].value.values != sample.constants[k].value.values)
        return fmt::format("make_constants gives another '{}' for the same stream", constants[k].name);
    for (const auto what : codes)
      if (sample.encoded<float>(what, 0, sample.rows()) != sample.encoded<float>(what, 0, sample.rows()))
        return fmt::format("{} gives other numbers for the same latents", words_of(what));
    return std::string();
  });
  return failure ? *failure : pass();
}

CheckResult check_rows(const Component& component, const json& given) {
  const auto failure = first_failure(component, given, [](const Sample& sample) {
    constexpr std::uint32_t which = 3;
    const auto alone = sample.generate(which, 1);
    const auto differs = [&](const Array& all, const Array& one) {
      const auto size = static_cast<std::ptrdiff_t>(one.values.size());
      return !std::equal(one.values.begin(), one.values.end(), all.values.begin() + which * size);
    };
    if (differs(sample.batch.latents, alone.latents) || differs(sample.batch.inputs, alone.inputs) ||
        differs(sample.batch.directions, alone.directions))
      return std::string("generate: a trial depends on how many are asked for together");
    for (const auto what : codes) {
      const auto all = sample.encoded<float>(what, 0, sample.rows()), one = sample.encoded<float>(what, 2, 1);
      if (!std::equal(one.begin(), one.end(), all.begin() + 2 * sample.width(what)))
        return fmt::format("{}: a row depends on how many there are", words_of(what));
    }
    auto code = sample.encoded<float>(REVERIE_ENCODE_TARGET, 0, sample.rows());
    const auto decoded = sample.decoded(code, 0, sample.rows()), decoded_one = sample.decoded(code, 2, 1);
    if (!std::equal(decoded_one.begin(), decoded_one.end(), decoded.begin() + 2 * sample.task.latents()))
      return std::string("decode: a row depends on how many there are");
    return std::string();
  });
  return failure ? *failure : pass();
}

CheckResult check_precision(const Component& component, const json& given) {
  double worst = 0;
  const auto failure = first_failure(component, given, [&](const Sample& sample) {
    for (const auto what : codes) {
      const auto narrow = sample.encoded<float>(what, 0, sample.rows());
      const auto wide = sample.encoded<double>(what, 0, sample.rows());
      double difference = 0, size = 0;
      for (std::size_t k = 0; k < wide.size(); ++k) {
        difference += std::pow(static_cast<double>(narrow[k]) - wide[k], 2);
        size += wide[k] * wide[k];
      }
      const double error = std::sqrt(difference / std::max(size, 1e-30));
      worst = std::max(worst, error);
      if (!(error <= largest_precision_error))
        return fmt::format("{} differs between float32 and float64 by {:.1e}", words_of(what), error);
    }
    return std::string();
  });
  return failure ? *failure : pass(fmt::format("largest difference {:.1e}", worst));
}

/// Root mean square of decode(encode(s)) - s, and of s - mean(s).
std::pair<double, double> decoding_error(const Sample& sample) {
  auto activity = sample.encoded<float>(REVERIE_ENCODE_TARGET, 0, sample.rows());
  const auto decoded = sample.decoded(activity, 0, sample.rows());
  const auto& latents = sample.batch.latents.values;
  const auto d = static_cast<std::size_t>(sample.task.latents());
  std::vector<double> mean(d);
  for (std::size_t k = 0; k < latents.size(); ++k)
    mean[k % d] += latents[k] * static_cast<double>(d) / static_cast<double>(latents.size());
  const auto wrapped = [&](double x) {
    return sample.task.latent_is_angle() ? std::remainder(x, 2 * std::numbers::pi) : x;
  };
  double error = 0, spread = 0;
  for (std::size_t k = 0; k < latents.size(); ++k) {
    error += std::pow(wrapped(decoded[k] - latents[k]), 2);
    spread += std::pow(wrapped(latents[k] - mean[k % d]), 2);
  }
  const auto rows = static_cast<double>(sample.rows());
  return {std::sqrt(error / rows), std::sqrt(spread / rows)};
}

CheckResult check_decode(const Component& component, const json& given) {
  std::string measured;
  const auto failure = first_failure(component, given, [&](const Sample& sample) {
    const auto [error, spread] = decoding_error(sample);
    if (measured.empty())
      measured = fmt::format("error {:.2g} {}, spread of the latents {:.2g}", error, sample.task.latent_unit(), spread);
    if (error >= spread)
      return fmt::format("decode(encode(s)) is off by {:.2g} {}: no better than always saying the mean ({:.2g})", error,
                         sample.task.latent_unit(), spread);
    return std::string();
  });
  return failure ? *failure : pass(measured);
}

CheckResult check_cost(const Component& component, const json& given) {
  const Sample sample(component, trials_of(component, given).front().parameters);
  const auto time = [](auto&& body) {
    const auto began = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count();
  };
  const double generating = time([&] { sample.generate(100, trials); }) / static_cast<double>(trials);
  const double encoding = time([&] { sample.encoded<float>(REVERIE_ENCODE_TARGET, 0, sample.rows()); }) /
                          static_cast<double>(sample.rows());
  return pass(fmt::format("generate {:.1f} µs per trial of {} steps, encode {:.2f} µs per row", generating,
                          sample.steps, encoding));
}

}  // namespace

const std::vector<Check>& task_checks() {
  static const std::vector<Check> checks = {
      {"schema", "every parameter has a description", check_schema},
      {"create", "instances are made or refused with a reason", check_create<Task>},
      {"bounds", "nothing outside the tensors is written", check_bounds},
      {"finite", "trials, codes and landmarks are finite, directions known", check_finite},
      {"purity", "the same stream gives the same trials", check_purity},
      {"rows", "a trial depends on its number alone", check_rows},
      {"precision", "float32 agrees with float64", check_precision},
      {"decode", "decode inverts encode", check_decode},
      {"cost", "time per trial", check_cost},
  };
  return checks;
}

}  // namespace reverie::plugin
