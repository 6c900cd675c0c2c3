// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <unistd.h>

#include <filesystem>
#include <pipeline/run.hpp>
#include <string>

namespace reverie::pipeline {

/// A folder of its own that disappears with the test.
struct Folder {
  std::filesystem::path path;
  Folder() {
    static int count = 0;
    path = std::filesystem::temp_directory_path() /
           ("reverie-run-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

/// A run with its results there.
inline RunOptions options_for(const Folder& folder) {
  RunOptions options;
  options.runs = folder.path;
  return options;
}

}  // namespace reverie::pipeline
