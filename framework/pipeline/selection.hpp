// SPDX-License-Identifier: BSD-3-Clause
/// Which stages of a plan the user means.
#pragma once

#include <pipeline/plan.hpp>

namespace reverie::pipeline {

/// Stages by number of the plan.
using StageSet = std::vector<bool>;

/// Stages whose table or label is among `names`; a label may leave axes out ("replay[seed=2]") and means all points
/// that have its values. Error (usage) for a name that no stage has, with the nearest.
StageSet stages_named(const Plan& plan, const std::vector<std::string>& names);
/// Those of --only and all they need; all of the plan without names.
StageSet asked_for(const Plan& plan, const std::vector<std::string>& only);
/// Error (usage) where a name means none of the stages asked for.
void require_among(const Plan& plan, const StageSet& asked, const std::vector<std::string>& names);
/// These and all that need them.
StageSet with_dependents(const Plan& plan, StageSet stages);

}  // namespace reverie::pipeline
