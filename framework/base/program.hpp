// SPDX-License-Identifier: BSD-3-Clause
/// Another program, run to its end; without a shell in between.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace reverie {

struct ProgramEnd {
  int start_error = 0;         ///< errno when it could not be started
  int exit_code = 0;           ///< of one that exited
  int signal = 0;              ///< that ended it; 0: it exited
  std::string output, errors;  ///< all it wrote on stdout and on stderr

  bool succeeded() const { return start_error == 0 && exit_code == 0 && signal == 0; }
};

/// Runs arguments[0], looked for in PATH, in `folder` (empty: the current one) with nothing on stdin, and waits for its
/// end.
ProgramEnd run_program(const std::vector<std::string>& arguments, const std::filesystem::path& folder = "");

}  // namespace reverie
