// SPDX-License-Identifier: BSD-3-Clause
/// The inside of host services that other files of this room share.
#pragma once

#include <optional>
#include <plugin/instance.hpp>

/// One run of a metric: what it declared and what it has emitted so far.
struct reverie_job {
  const std::vector<reverie::plugin::MetricOutput>& declared;
  std::vector<std::optional<reverie::plugin::Array>> emitted;  // in the order of `declared`
};

namespace reverie::plugin {

/// Has the user asked to stop (set_stop_flag)?
bool stop_requested();

/// Services of the host: copies one result of a metric into its job (metric.cpp).
reverie_status emit_result(reverie_job* job, const char* name, const reverie_tensor* value, reverie_error* error);

}  // namespace reverie::plugin
