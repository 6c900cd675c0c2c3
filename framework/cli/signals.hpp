// SPDX-License-Identifier: BSD-3-Clause
/// SIGINT, SIGTERM and SIGHUP (taken for SIGTERM) ask running work to stop at its next batch; a second SIGINT or
/// SIGTERM ends the process at once.
#pragma once

#include <base/error.hpp>
#include <optional>

namespace reverie::cli {

void catch_signals();
/// Whether from now on the first signal ends the process: where there is nothing to save.
void end_at_first_signal(bool ends = true);

/// From now on a reader of the output that goes away (as `tee` does at Ctrl-C) does not end the process.
void outlive_readers();

/// The exit code of the signal that came, if one did.
std::optional<ExitCode> stop_requested();
/// Throws Interrupted if one did.
void stop_if_asked();

}  // namespace reverie::cli
