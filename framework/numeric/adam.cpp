// SPDX-License-Identifier: BSD-3-Clause
#include <numeric/adam.hpp>

#include <cmath>
#include <reverie/vectorise.hpp>

namespace reverie::numeric {

template <class Real>
void adam_step(const AdamOptions& o, std::int64_t t, std::int64_t count, const Real* gradient, Real* weights,
               Real* first_moment, Real* second_moment) {
  const double step = static_cast<double>(t);
  const Real rate = static_cast<Real>(o.learning_rate / (1 - std::pow(o.beta1, step)));
  const Real correction = static_cast<Real>(std::sqrt(1 - std::pow(o.beta2, step)));
  const Real b1 = static_cast<Real>(o.beta1), b2 = static_cast<Real>(o.beta2);
  const Real c1 = static_cast<Real>(1 - o.beta1), c2 = static_cast<Real>(1 - o.beta2);
  const Real epsilon = static_cast<Real>(o.epsilon);
  run_vectorised([=] {
    REVERIE_NO_LOOP_DEPENDENCE
    for (std::int64_t i = 0; i < count; ++i) {
      const Real g = gradient[i];
      const Real m = b1 * first_moment[i] + c1 * g;
      const Real v = b2 * second_moment[i] + c2 * g * g;
      first_moment[i] = m;
      second_moment[i] = v;
      weights[i] = weights[i] - rate * (m / (std::sqrt(v) / correction + epsilon));
    }
  });
}

template void adam_step(const AdamOptions&, std::int64_t, std::int64_t, const float*, float*, float*, float*);
template void adam_step(const AdamOptions&, std::int64_t, std::int64_t, const double*, double*, double*, double*);

}  // namespace reverie::numeric
