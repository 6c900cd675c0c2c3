// SPDX-License-Identifier: BSD-3-Clause
// export: recordings, results and weights for other programs.
#include <fmt/format.h>

#include <cli/commands.hpp>
#include <cli/signals.hpp>
#include <pipeline/export_result.hpp>
#include <store/export.hpp>

namespace reverie::cli {

int export_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  description.add_options()  //
      ("out", options::value<std::string>()->value_name("FILE"),
       "the file to write: .npz, .csv (recordings, results), .safetensors (weights)")  //
      ("force", "replace FILE where it exists")("help,h", "show this text");
  const auto values = parse(command, description, {"RESULT"}, arguments);
  if (!values) return 0;
  if (values->count("out") == 0)
    throw UsageError("--out FILE is missing", "Its ending chooses the format: .npz, .csv or .safetensors.");
  const auto file = pipeline::exportable_file((*values)["RESULT"].as<std::string>());
  store::export_file(file, output_file(*values, {file}), stop_if_asked);
  return 0;
}

}  // namespace reverie::cli
