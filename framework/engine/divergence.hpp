// SPDX-License-Identifier: BSD-3-Clause
/// Where numbers left the finite ones: found after the fact, so that a healthy run pays nothing.
#pragma once

#include <engine/trainer.hpp>

namespace reverie::engine {

/// Why the loss of a batch (1: the first) is not finite, by running its trials forward again from the weights before
/// it: "the state is not finite in trial 12 at step 3 (unit 5), after 'pointwise' of cell 'gru'". Names the array where
/// a weight is not finite itself.
std::string why_not_finite(const Model& model, const TrainingOptions& options, const std::vector<NamedArray>& weights,
                           std::int64_t batch);

/// The plugin calls whose results make up a state, given that the drives are finite: "'pointwise' of cell 'gru' and
/// 'advance' of dynamics 'underdamped'".
std::string makers_of_state(const Model& model);
/// The same of drive `slot`: its products, 'emit' of dynamics that change the state in them, and 'current'.
std::string makers_of_drive(const Model& model, std::size_t slot);

}  // namespace reverie::engine
