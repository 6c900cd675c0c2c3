// SPDX-License-Identifier: BSD-3-Clause
/// The largest of several errors.
#pragma once

#include <cmath>

namespace reverie {

/// The larger one; what is not a number is the worst, which std::max would pass over.
inline double worse(double worst, double error) { return std::isnan(worst) || error <= worst ? worst : error; }

}  // namespace reverie
