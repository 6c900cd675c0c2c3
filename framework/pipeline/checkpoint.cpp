// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <pipeline/checkpoint.hpp>
#include <store/files.hpp>
#include <store/publication.hpp>
#include <store/weights.hpp>

namespace reverie::pipeline {
namespace {

namespace fs = std::filesystem;
using store::NamedTensor;

constexpr std::array<const char*, 2> files = {"checkpoint.safetensors", "checkpoint.previous.safetensors"};
constexpr const char *first_moment = "m.", *second_moment = "v.", *history_column = "history.";

/// Of everything but itself.
std::string checksum(const store::Safetensors& file) {
  store::Sha256 hash;
  for (const auto& [key, value] : file.metadata)
    if (key != "sha256") hash.add(fmt::format("{}={};", key, value));
  for (const auto& tensor : file.tensors) {
    hash.add(fmt::format("{}[{}]", tensor.name, tensor.values.size()));
    hash.add({reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(double)});
  }
  return hash.hex();
}

/// Numbers of the history, one column per member.
template <class Member>
NamedTensor column(const std::string& name, const std::vector<engine::HistoryEntry>& history, Member member) {
  NamedTensor tensor{history_column + name, {static_cast<std::int64_t>(history.size())}, {}, "F64"};
  for (const auto& entry : history) tensor.values.push_back(static_cast<double>(entry.*member));
  return tensor;
}

template <class Value>
void read_column(const store::Safetensors& file, const std::string& name, std::vector<engine::HistoryEntry>& history,
                 Value engine::HistoryEntry::*member) {
  const auto& values = file.find(history_column + name)->values;
  history.resize(values.size());
  for (std::size_t k = 0; k < values.size(); ++k) history[k].*member = static_cast<Value>(values[k]);
}

/// A file that is whole and of this fingerprint. One that may not be read is no damaged one: nothing may replace it.
std::optional<store::Safetensors> read_whole(const fs::path& file, const std::string& fingerprint) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::nullopt;
  if (::access(file.c_str(), R_OK) != 0)
    throw store::DataError(fmt::format("{}: cannot be read: {}", file.string(), store::reason_of(errno)),
                           "Make it readable, or remove it: then the training starts anew.");
  try {
    auto read = store::read_safetensors(file);
    if (read.metadata["fingerprint"] != fingerprint || read.metadata["sha256"] != checksum(read)) return std::nullopt;
    return read;
  } catch (const store::DataError&) {
    return std::nullopt;
  }
}

struct Newest {
  store::Safetensors file;
  bool previous;  ///< the newer one is damaged
};

std::optional<Newest> read_newest(const fs::path& folder, const std::string& fingerprint) {
  for (const char* name : files)
    if (auto read = read_whole(folder / name, fingerprint)) return Newest{std::move(*read), name == files[1]};
  return std::nullopt;
}

}  // namespace

void save_checkpoint(const fs::path& folder, const std::string& fingerprint, const Checkpoint& checkpoint) {
  store::Safetensors file;
  const auto add = [&](const char* prefix, const std::vector<engine::NamedArray>& arrays) {
    for (const auto& each : arrays)
      file.tensors.push_back({prefix + each.name, each.value.shape, each.value.values, "F32"});
  };
  add("", checkpoint.state.weights);
  add(first_moment, checkpoint.state.first_moments);
  add(second_moment, checkpoint.state.second_moments);
  const auto& history = checkpoint.history;
  using Entry = engine::HistoryEntry;
  file.tensors.push_back(column("batch", history, &Entry::batch));
  file.tensors.push_back(column("loss", history, &Entry::loss));
  file.tensors.push_back(column("evaluated", history, &Entry::evaluated));
  file.tensors.push_back(column("evaluation_loss", history, &Entry::evaluation_loss));
  file.tensors.push_back(column("task_error", history, &Entry::task_error));
  file.metadata = {{"batch", std::to_string(checkpoint.state.batch)}, {"fingerprint", fingerprint}};
  file.metadata["sha256"] = checksum(file);
  std::error_code ignored;
  fs::rename(folder / files[0], folder / files[1], ignored);
  store::write_safetensors(folder / files[0], file.tensors, file.metadata);
}

std::optional<Checkpoint> load_checkpoint(const fs::path& folder, const std::string& fingerprint,
                                          const std::vector<engine::NamedArray>& shapes) {
  const auto newest = read_newest(folder, fingerprint);
  if (!newest) return std::nullopt;
  const auto* const file = &newest->file;
  // save_checkpoint would put it in the place of the one that was read.
  std::error_code ignored;
  if (newest->previous) fs::remove(folder / files[0], ignored);
  Checkpoint checkpoint;
  const auto take = [&](const char* prefix, std::vector<engine::NamedArray>& arrays) {
    for (const auto& each : shapes) {
      const auto* found = file->find(prefix + each.name);
      if (!found || found->shape != each.value.shape) return false;
      auto& array = arrays.emplace_back(each);
      array.value.values = found->values;
    }
    return true;
  };
  auto& state = checkpoint.state;
  if (!take("", state.weights) || !take(first_moment, state.first_moments) ||
      !take(second_moment, state.second_moments))
    return std::nullopt;
  state.batch = std::stoll(file->metadata.at("batch"));
  using Entry = engine::HistoryEntry;
  read_column(*file, "batch", checkpoint.history, &Entry::batch);
  read_column(*file, "loss", checkpoint.history, &Entry::loss);
  read_column(*file, "evaluated", checkpoint.history, &Entry::evaluated);
  read_column(*file, "evaluation_loss", checkpoint.history, &Entry::evaluation_loss);
  read_column(*file, "task_error", checkpoint.history, &Entry::task_error);
  return checkpoint;
}

std::optional<std::int64_t> checkpointed_batch(const fs::path& folder, const std::string& fingerprint) {
  std::error_code ignored;
  if (std::none_of(files.begin(), files.end(), [&](const char* name) { return fs::exists(folder / name, ignored); }))
    return std::nullopt;
  const auto newest = read_newest(folder, fingerprint);
  return newest ? std::stoll(newest->file.metadata.at("batch")) : 0;
}

}  // namespace reverie::pipeline
