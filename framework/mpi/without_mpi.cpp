// SPDX-License-Identifier: BSD-3-Clause
#include <cstdlib>
#include <mpi/mpi_ranks.hpp>
#include <stdexcept>

namespace reverie::mpi {

bool available() { return false; }

std::unique_ptr<numeric::Communicator> start() { throw std::logic_error("this build has no MPI"); }

void abort(int exit_code) { std::_Exit(exit_code); }

}  // namespace reverie::mpi
