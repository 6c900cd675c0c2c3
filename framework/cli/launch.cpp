// SPDX-License-Identifier: BSD-3-Clause
#include <cli/launch.hpp>
#include <cstdlib>

namespace reverie::cli {
namespace {

int number(const char* variable) {
  const char* text = std::getenv(variable);
  return text ? std::atoi(text) : 0;
}

}  // namespace

Launch launch_of_this_process() {
  if (const int copies = number("OMPI_COMM_WORLD_SIZE"); copies > 0)
    return {copies, number("OMPI_COMM_WORLD_RANK"), "mpirun", true};
  // Of a step of srun; with --mpi=pmix or pmi2 it also tells how to find the others.
  if (const int copies = number("SLURM_STEP_NUM_TASKS"); copies > 0)
    return {copies, number("SLURM_PROCID"), "srun", std::getenv("PMIX_RANK") || std::getenv("PMI_RANK")};
  if (const int copies = number("PMI_SIZE"); copies > 0) return {copies, number("PMI_RANK"), "mpiexec", true};
  return {};
}

}  // namespace reverie::cli
