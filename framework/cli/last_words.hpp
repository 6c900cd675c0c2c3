// SPDX-License-Identifier: BSD-3-Clause
/// What is said when a plugin takes this process down, before it ends. (Children have handlers of their own.)
#pragma once

namespace reverie::cli {

/// From now on a crash or an exit() inside a plugin is told on stderr, and the process leaves with exit code 4.
void catch_crashes();

/// Where a plugin is being called or loaded, says so and leaves with `code`. Async-signal-safe.
void leave_if_in_plugin(const char* what, int code);

}  // namespace reverie::cli
