// SPDX-License-Identifier: BSD-3-Clause
/// One stage from its inputs to its published result, in this process, under the lock of the result.
#pragma once

#include <pipeline/outcome.hpp>
#include <pipeline/run_stage.hpp>
#include <store/lock.hpp>

namespace reverie::pipeline {

struct StageRequest {
  const Plan& plan;
  const Stage& stage;
  std::filesystem::path runs;
  bool start_over = false;  ///< pass over what an interrupted attempt left
  double checkpoint_seconds = 60;
  numeric::Communicator* ranks = nullptr;
};

/// What came of it: done, failed or stopped. A failed or stopped attempt leaves nothing but what a later one goes on
/// from. The lock is renewed meanwhile, and released. Throws nothing.
Report work_on(const StageRequest& request, store::Lock& lock, const ProgressSink& progress);

}  // namespace reverie::pipeline
