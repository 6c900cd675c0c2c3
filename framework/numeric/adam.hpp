// SPDX-License-Identifier: BSD-3-Clause
/// Adam (Kingma & Ba 2015) with PyTorch's order of operations.
///
///   m = b1 m + (1 - b1) g,   v = b2 v + (1 - b2) g^2
///   w -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps),   t = 1, 2, ...
#pragma once

#include <cstdint>

namespace reverie::numeric {

struct AdamOptions {
  double learning_rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
};

/// Step t (from 1) for `count` weights. Instantiated for float and double.
template <class Real>
void adam_step(const AdamOptions& options, std::int64_t t, std::int64_t count, const Real* gradient, Real* weights,
               Real* first_moment, Real* second_moment);

}  // namespace reverie::numeric
