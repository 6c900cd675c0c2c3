// SPDX-License-Identifier: BSD-3-Clause
/// Ranks that are the processes of an MPI job.
#pragma once

#include <memory>
#include <numeric/communicator.hpp>

namespace reverie::mpi {

/// Was this build made with MPI?
bool available();

/// The job of this process; MPI is started with it and ended with it. Call once, on the main thread, which alone may use
/// it.
std::unique_ptr<numeric::Communicator> start();

/// Ends all ranks of the job at once, with this exit code.
[[noreturn]] void abort(int exit_code);

}  // namespace reverie::mpi
