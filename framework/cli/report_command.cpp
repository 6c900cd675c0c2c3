// SPDX-License-Identifier: BSD-3-Clause
// report: a page of any set of runs.
#include <fmt/format.h>

#include <cli/commands.hpp>
#include <iostream>
#include <pipeline/run_report.hpp>
#include <store/publication.hpp>

namespace reverie::cli {
namespace {

namespace fs = std::filesystem;

/// Whether a file may be replaced: a page that was made by this command, or none.
bool is_page_or_nothing(const fs::path& file) {
  std::error_code failed;
  if (!fs::exists(file, failed)) return true;
  return fs::is_regular_file(file, failed) &&
         store::read_file(file).find("<meta name=\"generator\" content=\"reverie\">") != std::string::npos;
}

}  // namespace

int report_command(const Command& command, const Arguments& arguments) {
  options::options_description description("Options");
  description.add_options()  //
      ("out,o", options::value<std::string>()->value_name("FILE"),
       "where to write (default: report.html in the run's folder; of several runs, in the current folder)")          //
      ("title", options::value<std::string>()->value_name("TEXT"), "title of the page (default: the runs' titles)")  //
      ("force", "replace a file that is no report")("help,h", "show this text");
  const auto values = parse(command, description, {}, arguments, "FOLDER");
  if (!values) return 0;
  std::vector<fs::path> folders;
  for (const auto& folder : texts(*values, "FOLDER")) folders.emplace_back(folder);
  if (folders.empty())
    throw UsageError("'FOLDER' is missing", "Name the folders of runs, as in runs/navigation runs/gru.");
  fs::path file = folders.size() == 1 ? folders[0] / "report.html" : fs::path("report.html");
  if (values->count("out") != 0) file = (*values)["out"].as<std::string>();
  if (values->count("force") == 0 && !is_page_or_nothing(file))
    throw UsageError(fmt::format("{}: exists, and is no report", file.string()),
                     "Choose another file with --out, or replace it with --force.");
  require_outside_results(file);
  const auto title = values->count("title") == 0 ? "" : (*values)["title"].as<std::string>();
  pipeline::RunReader reader;
  pipeline::write_run_report(reader, folders, file, title);
  std::cout << file.string() << "\n";
  return 0;
}

}  // namespace reverie::cli
