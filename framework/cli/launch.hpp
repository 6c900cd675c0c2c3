// SPDX-License-Identifier: BSD-3-Clause
/// How this process was started: alone, or as one of several copies by a launcher of parallel jobs.
#pragma once

#include <string>

namespace reverie::cli {

struct Launch {
  int copies = 1, rank = 0;
  std::string launcher;  ///< "mpirun", "srun", "mpiexec"
  bool for_mpi = false;  ///< the copies know how to find each other
};

/// By the variables that launchers set.
Launch launch_of_this_process();

}  // namespace reverie::cli
