// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <pipeline/provenance.hpp>
#include <pipeline/ranks.hpp>
#include <store/publication.hpp>

namespace reverie::pipeline {
namespace {

json packed(const plugin::Array& array) {
  const auto bytes = std::as_bytes(std::span(array.values));
  const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return {{"shape", array.shape}, {"values", json::binary({first, first + bytes.size()})}};
}
plugin::Array unpacked(const json& array) {
  plugin::Array result(array.at("shape").get<std::vector<std::int64_t>>());
  const auto& bytes = array.at("values").get_binary();
  if (!bytes.empty()) std::memcpy(result.values.data(), bytes.data(), bytes.size());
  return result;
}

/// Of named arrays, or constants of a task.
template <class Named>
json packed(const std::vector<Named>& arrays) {
  auto list = json::array();
  for (const auto& array : arrays) list.push_back({{"name", array.name}, {"array", packed(array.value)}});
  return list;
}
template <class Named>
std::vector<Named> unpacked_list(const json& list) {
  std::vector<Named> arrays;
  for (const auto& entry : list) arrays.push_back({entry.at("name"), unpacked(entry.at("array"))});
  return arrays;
}

/// Rank 0's order at every rank; null dismisses them.
json broadcast(numeric::Communicator& ranks, const json& order = nullptr) {
  std::vector<std::byte> bytes;
  if (ranks.rank() == 0) {
    const auto text = json::to_cbor(order);
    const auto view = std::as_bytes(std::span(text));
    bytes.assign(view.begin(), view.end());
  }
  numeric::broadcast(ranks, bytes);
  if (ranks.rank() == 0) return order;
  const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return json::from_cbor(first, first + bytes.size());
}

/// Sends the order, and hears whether all can follow it.
void call(numeric::Communicator& ranks, json order) {
  broadcast(ranks, order);
  numeric::agree(&ranks, nullptr);
}

/// A helping rank and what it has ready.
class Helper {
 public:
  Helper(const Plan& plan, numeric::Communicator& ranks) : plan_(plan), ranks_(ranks) {}

  /// What the order asks for, ready to be done.
  std::function<void()> prepare(const json& order) {
    const auto& stage = stage_of(order.at("stage").get<std::string>());
    if (const auto* training = std::get_if<TrainStage>(&stage.work)) return prepare_training(*training, order);
    return prepare_simulation(std::get<SimulateStage>(stage.work), order);
  }

 private:
  const Stage& stage_of(const std::string& fingerprint) const {
    const auto found = std::find_if(plan_.stages.begin(), plan_.stages.end(),
                                    [&](const Stage& stage) { return stage.fingerprint == fingerprint; });
    if (found == plan_.stages.end()) throw std::logic_error("rank 0 calls for a stage that is not in the plan");
    return *found;
  }

  std::function<void()> prepare_training(const TrainStage& work, const json& order) {
    if (order.contains("weights"))
      state_ = {unpacked_list<engine::NamedArray>(order.at("weights")),
                unpacked_list<engine::NamedArray>(order.at("first_moments")),
                unpacked_list<engine::NamedArray>(order.at("second_moments")), order.at("batch")};
    auto model = make_model(work.model, draw_constants(*make_task(work.model.task), work.model.seed));
    auto options = work.options;
    options.ranks = &ranks_;
    return [this, model, options] {
      state_ = engine::train(model, options, std::move(state_), [](const auto&) { return true; }).state;
    };
  }

  std::function<void()> prepare_simulation(const SimulateStage& work, const json& order) {
    auto model = make_model(work.model, unpacked_list<plugin::TaskConstant>(order.at("constants")));
    auto weights = unpacked_list<engine::NamedArray>(order.at("weights"));
    auto options = work.options;
    options.start_states = unpacked(order.at("start_states"));
    options.ranks = &ranks_;
    return [model, weights, options] {
      engine::simulate(
          model, weights, options, [](const auto&, auto, auto, auto) {}, [](auto) { return true; });
    };
  }

  const Plan& plan_;
  numeric::Communicator& ranks_;
  engine::TrainingState state_;  ///< of the training at work
};

}  // namespace

void require_equal_plans(const Plan& plan, numeric::Communicator& ranks) {
  auto text = version();
  for (const auto& stage : plan.stages) text += stage.fingerprint;
  const auto mine = store::sha256(text);
  const auto theirs = broadcast(ranks, mine).get<std::string>();
  std::exception_ptr failure;
  if (mine != theirs)
    failure = std::make_exception_ptr(
        Error(ExitCode::run_failed, "the plan differs from that of rank 0",
              "Give all ranks the same version of reverie, the same pipeline files and the same plugins."));
  numeric::agree(&ranks, failure);
}

void help(const Plan& plan, numeric::Communicator& ranks) {
  Helper helper(plan, ranks);
  for (;;) {
    const auto order = broadcast(ranks);
    if (order.is_null()) return;
    std::function<void()> work;
    std::exception_ptr failure;
    try {
      work = helper.prepare(order);
    } catch (...) {
      failure = std::current_exception();
    }
    try {
      numeric::agree(&ranks, failure);
      work();
    } catch (const Error&) {
      // Rank 0 threw the same, and reports it.
    }
  }
}

Dismissal::~Dismissal() { broadcast(ranks_, nullptr); }

void call_to_train(const Stage& stage, const engine::TrainingState* state, numeric::Communicator& ranks) {
  json order = {{"stage", stage.fingerprint}};
  if (state) {
    order["weights"] = packed(state->weights);
    order["first_moments"] = packed(state->first_moments);
    order["second_moments"] = packed(state->second_moments);
    order["batch"] = state->batch;
  }
  call(ranks, std::move(order));
}

void call_to_simulate(const Stage& stage, const engine::Model& model, const std::vector<engine::NamedArray>& weights,
                      const engine::SimulationOptions& options, numeric::Communicator& ranks) {
  call(ranks, {{"stage", stage.fingerprint},
               {"weights", packed(weights)},
               {"constants", packed(model.constants)},
               {"start_states", packed(options.start_states)}});
}

}  // namespace reverie::pipeline
