// SPDX-License-Identifier: BSD-3-Clause
#include <bench/measurement.hpp>
#include <bench/suite.hpp>
#include <bench/workload.hpp>
#include <engine/network.hpp>
#include <numeric/threads.hpp>

namespace reverie::bench {
namespace {

/// Repeats `body` until it has done about 4 GFLOP, on a worker, where libraries use one thread; GFLOP/s.
template <class Body>
double rate_of(Body&& body) {
  const auto before = numeric::product_operations();
  double seconds = 0;
  numeric::parallel_items(1, [&](int, std::int64_t) {
    while (numeric::product_operations() - before < 4'000'000'000U) seconds += seconds_of(body);
  });
  return static_cast<double>(numeric::product_operations() - before) / seconds / 1e9;
}

}  // namespace

std::vector<Line> measure_products(const Options& options) {
  const auto workload = spatial_navigation();
  const auto plan = training_of(options, workload);
  const auto model = model_of(plan.model);
  engine::Network<float> network(model, workload.steps, true, true, plan.options.precision);
  const numeric::AlignedVector<float> weights(static_cast<std::size_t>(network.layout().size), 0.01F);
  network.pack(weights);
  const auto rows = engine::chunk_steps * engine::shard_rows;
  numeric::AlignedVector<float> a(static_cast<std::size_t>(rows * network.stride()), 0.5F), c(a.size());
  numeric::AlignedVector<float> gradient(static_cast<std::size_t>(workload.outputs * workload.units));
  const engine::ProjectionProducts<float>* recurrent = nullptr;
  for (const auto& p : network.projections)
    if (p.per_step) recurrent = &p;

  Samples samples;
  for (int turn = -1; turn < options.repeat; ++turn) {
    Samples warming_up;
    auto& to = turn < 0 ? warming_up : samples;
    to.add("recurrent", rate_of([&] { recurrent->per_step->run(a.data(), c.data()); }));
    to.add("transposed", rate_of([&] { recurrent->transposed->run(a.data(), c.data()); }));
    to.add("read_out", rate_of([&] { network.read_out->of(engine::chunk_steps).run(a.data(), c.data()); }));
    to.add("gradient", rate_of([&] {
             network.readout_gradient->of(engine::chunk_steps).add(c.data(), a.data(), gradient.data());
           }));
    stop_if_asked(options);
  }
  Line line{"products", workload.what() + ", one core", "", {}};
  line.add("recurrent, 25 rows, packed", "GFLOP/s", samples.median_of("recurrent"));
  line.add("its gradient, 25 rows, packed, adding", "GFLOP/s", samples.median_of("transposed"));
  line.add("read-out, 250 rows, packed", "GFLOP/s", samples.median_of("read_out"));
  line.add("gradient of weights, 250 rows", "GFLOP/s", samples.median_of("gradient"));
  return {line};
}

}  // namespace reverie::bench
