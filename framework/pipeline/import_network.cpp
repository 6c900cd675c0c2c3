// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <pipeline/import_network.hpp>
#include <set>
#include <store/files.hpp>
#include <store/npz.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;
using Shape = std::vector<std::int64_t>;

std::string text_of(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

/// A file's tensors, and which of them found a place.
struct TensorFile {
  const char* key;  ///< of the stage, that names it
  fs::path file;
  store::Safetensors tensors;
  std::set<std::string> used;

  std::string contents() const {
    std::vector<std::string> list;
    for (const auto& tensor : tensors.tensors)
      list.push_back(fmt::format("'{}' {}", tensor.name, text_of(tensor.shape)));
    return list.empty() ? "nothing" : fmt::format("{}", fmt::join(list, ", "));
  }
  Names names() const {
    Names names;
    for (const auto& tensor : tensors.tensors) names.push_back(tensor.name);
    return names;
  }
};

/// What is looked for: a weight or a constant.
struct Wanted {
  std::string name;  ///< as the map calls it
  Shape shape;
  std::vector<Names> choices;  ///< in order; of each, those names that are there are summed
};

std::vector<Names> choices_of_weight(const std::string& name, const engine::Model& model) {
  std::vector<Names> choices = {{name}};
  const std::string readout = "readout.";
  if (name.starts_with(readout))
    for (const std::string theirs : {"w_out.", "decoder."}) choices.push_back({theirs + name.substr(readout.size())});
  const auto& projections = model.cell->projections();
  const auto bias = std::find_if(projections.begin(), projections.end(), [&](const auto& projection) {
    return projection.name == name && projection.source == REVERIE_SOURCE_ONE;
  });
  if (bias == projections.end()) return choices;
  auto& parts = choices.emplace_back();
  for (const auto& projection : projections)
    if (projection.source != REVERIE_SOURCE_ONE && projection.destination == bias->destination)
      parts.push_back(projection.name + ".bias");
  return choices;
}

class Matching {
 public:
  Matching(const NetworkImport& import, std::vector<ImportProblem>& problems) : import_(import), problems_(problems) {}

  /// The tensor, or the sum of several; zeros (and a problem) when there is none that fits.
  plugin::Array take(TensorFile& source, const Wanted& wanted, const std::string& missing) {
    const auto given = import_.names.find(wanted.name);
    const bool mapped = given != import_.names.end();
    const auto key = mapped ? "map." + wanted.name : source.key;
    plugin::Array sum(wanted.shape);
    const auto names = mapped ? given->second : first_there(source, wanted);
    if (names.empty()) {
      problems_.push_back({source.key, missing});
      return sum;
    }
    for (const auto& name : names) {
      const auto* tensor = source.tensors.find(name);
      if (tensor == nullptr) {
        problems_.push_back({key, fmt::format("'{}' has no tensor '{}'; it has {}.{}", source.file.string(), name,
                                              source.contents(), did_you_mean(name, source.names()))});
        continue;
      }
      source.used.insert(name);
      if (tensor->shape != wanted.shape) {
        const bool turned =
            wanted.shape.size() == 2 && Shape(tensor->shape.rbegin(), tensor->shape.rend()) == wanted.shape;
        problems_.push_back(
            {key, fmt::format("'{}' of '{}' has shape {}, and '{}' of the network has {}{}", name, source.file.string(),
                              text_of(tensor->shape), wanted.name, text_of(wanted.shape),
                              turned ? "; matrices are (out, in): transpose it before saving" : "")});
        continue;
      }
      for (std::size_t k = 0; k < sum.values.size(); ++k) sum.values[k] += tensor->values[k];
    }
    return sum;
  }

 private:
  static Names first_there(const TensorFile& source, const Wanted& wanted) {
    for (const auto& choice : wanted.choices) {
      Names there;
      for (const auto& name : choice)
        if (source.tensors.find(name) != nullptr) there.push_back(name);
      if (!there.empty()) return there;
    }
    return {};
  }

  const NetworkImport& import_;
  std::vector<ImportProblem>& problems_;
};

/// Weights are float32 numbers.
void round_to_stored(engine::NamedArray& weight, const fs::path& file, std::vector<ImportProblem>& problems) {
  for (auto& value : weight.value.values) {
    const auto single = static_cast<float>(value);
    if (!std::isfinite(single)) {
      problems.push_back({"file", fmt::format("'{}': '{}' holds {}, which is no finite float32 number", file.string(),
                                              weight.name, value)});
      return;
    }
    value = static_cast<double>(single);
  }
}

void take_constants(Matching& matching, const NetworkImport& import, const engine::Model& model, TensorFile& file,
                    ImportedNetwork& result) {
  if (model.constants.empty()) {
    if (import.draws_constants || !import.constants.empty())
      result.problems.push_back(
          {"constants", fmt::format("task '{}' has no constants: leave this out", model.task->component().id)});
    return;
  }
  const bool elsewhere = import.draws_constants || !import.constants.empty();
  TensorFile other{"constants", import.constants, {}, {}};
  if (elsewhere)
    for (const auto& constant : result.constants)
      if (const auto name = "task." + constant.name; file.tensors.find(name) != nullptr) {
        file.used.insert(name);
        result.problems.push_back(
            {"constants", fmt::format("'{}' holds '{}' itself: leave 'constants' out, or save the "
                                      "network without it",
                                      file.file.string(), name)});
      }
  if (import.draws_constants) return;
  if (!import.constants.empty()) {
    try {
      other.tensors = read_tensors(import.constants);
    } catch (const store::DataError& error) {
      result.problems.push_back({"constants", fmt::format("{}; {}", error.what(), error.remedy())});
      return;
    }
  }
  for (auto& constant : result.constants) {
    const auto name = "task." + constant.name;
    Wanted wanted{name, constant.value.shape, {{name}}};
    if (elsewhere) wanted.choices.push_back({constant.name});
    auto& source = elsewhere ? other : file;
    constant.value = matching.take(
        source, wanted,
        elsewhere
            ? fmt::format("'{}' has no '{}' {} of task '{}'; it has {}. Which one it is, 'map' can say: map = {{ "
                          "\"{}\" = \"NAME\" }}",
                          source.file.string(), constant.name, text_of(wanted.shape), model.task->component().id,
                          source.contents(), name)
            : fmt::format("'{}' has no '{}' {}: the network was trained with constants of task '{}'. Give "
                          "constants = \"FILE\" (.npz or .safetensors), or, if any will do, constants = \"drawn\"",
                          source.file.string(), name, text_of(wanted.shape), model.task->component().id));
    for (const double value : constant.value.values)
      if (!std::isfinite(value)) {
        result.problems.push_back({source.key, fmt::format("'{}': '{}' holds {}", source.file.string(), name, value)});
        break;
      }
  }
}

}  // namespace

store::Safetensors read_tensors(const fs::path& file) {
  const auto extension = store::extension_of(file);
  if (extension == ".safetensors") return store::read_safetensors(file);
  if (extension == ".npz") return store::read_npz_tensors(file);
  throw store::DataError(fmt::format("'{}' is neither a .safetensors nor an .npz file", file.string()),
                         "of PyTorch: numpy.savez(\"net.npz\", **{k: v.numpy() for k, v in net.state_dict().items()})");
}

ImportedNetwork import_network(const NetworkImport& source, const engine::Model& model) {
  ImportedNetwork result;
  result.weights = engine::parameter_shapes(model);
  result.constants = model.constants;
  TensorFile file{"file", source.file, read_tensors(source.file), {}};
  Names known;
  for (const auto& weight : result.weights) known.push_back(weight.name);
  for (const auto& constant : result.constants) known.push_back("task." + constant.name);

  Matching matching(source, result.problems);
  for (auto& weight : result.weights) {
    const auto& shape = weight.value.shape;
    weight.value = matching.take(
        file, {weight.name, shape, choices_of_weight(weight.name, model)},
        fmt::format("'{}' has no tensor for '{}' {}; it has {}. Which one it is, 'map' can say: map = {{ \"{}\" = "
                    "\"NAME\" }}",
                    source.file.string(), weight.name, text_of(shape), file.contents(), weight.name));
    round_to_stored(weight, source.file, result.problems);
  }
  take_constants(matching, source, model, file, result);

  for (const auto& tensor : file.tensors.tensors) {
    if (file.used.contains(tensor.name)) continue;
    const bool bias = tensor.name.find("bias") != std::string::npos;
    result.problems.push_back(
        {"file", fmt::format("'{}' has '{}' {}, which has no place in the network; that has {}.{}",
                             source.file.string(), tensor.name, text_of(tensor.shape), fmt::join(known, ", "),
                             bias ? " Biases are options: 'bias' of the cell, 'encoder_bias' and 'readout_bias' of the "
                                    "network"
                                  : " 'map' can say what it is; what is not needed must not be saved")});
  }
  return result;
}

}  // namespace reverie::pipeline
