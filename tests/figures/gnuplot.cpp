// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/figures/gnuplot.hpp>

#include "sources.hpp"

using namespace reverie;
using namespace reverie::test;

namespace {

/// PATH of the process set to one folder while it lives.
class OnlyPath {
 public:
  explicit OnlyPath(const std::filesystem::path& folder) : before_(std::getenv("PATH")) {
    ::setenv("PATH", folder.c_str(), 1);
  }
  ~OnlyPath() { ::setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_;
};

}  // namespace

TEST_CASE("the script beside a figure makes the same bytes again, for every kind") {
  Folder folder("gnuplot-again");
  for (const std::string& kind : analysis::figure_kinds()) {
    CAPTURE(kind);
    const auto [sources, given] = example_of(kind, folder);
    const auto files = analysis::draw_figure(kind, options(kind, given), "A title", sources, folder.make(kind));
    const std::string first = store::read_file(files.svg), pdf = store::read_file(files.pdf);
    CHECK(pdf.starts_with("%PDF"));
    std::filesystem::remove(files.svg);
    REQUIRE(succeeds("cd " + files.script.parent_path().string() + " && gnuplot figure.gp"));
    CHECK(store::read_file(files.svg) == first);
    const auto again =
        analysis::draw_figure(kind, options(kind, given), "A title", sources, folder.make(kind + "-again"));
    CHECK(store::read_file(again.pdf) == pdf);
    CHECK(store::read_file(again.png).starts_with("\x89PNG"));
    CHECK(store::read_file(again.svg) == first);
    CHECK(store::read_file(again.csv) == store::read_file(files.csv));
    CHECK(store::read_file(again.script) == store::read_file(files.script));
    CHECK(files.title == "A title");
  }
}

TEST_CASE("labels are drawn as they are: no command, no markup, no broken file") {
  Folder folder("gnuplot-labels");
  const auto probe = folder.make("probe") / "was-run";
  const std::vector<std::string> labels = {"a_b^{2} @x \\n", "it's `touch " + probe.string() + "`",
                                           "\"; system('touch " + probe.string() + "') #", "<b>&amp;\\",
                                           "line\nbreak, \xff"};
  std::vector<analysis::FigureSource> sources;
  for (const std::string& label : labels) {
    sources.push_back(
        recording(folder.make(fmt::format("r{}", sources.size())), label, "awake", 2, 10, walks(2, 10, 1, 0.03)));
  }
  const auto files = analysis::draw_figure("paths", options("paths"), "title\\\nsystem('touch " + probe.string() + "')",
                                           sources, folder.make("figure"));
  CHECK(!std::filesystem::exists(probe));
  // The shell that runs the check must not read the labels either: they are compared in their order, by the ones
  // without quotes.
  CHECK(succeeds("/usr/bin/python3 " REVERIE_TEST_FOLDER "/well_formed.py " + files.svg.string() +
                 " 'a_b^{2} @x \\n' '<b>&amp;\\' 'line break, \xEF\xBF\xBD'"));
  // Long words are broken over lines.
  const std::string svg = store::read_file(files.svg);
  CHECK(svg.find("it's `touch") != std::string::npos);
  CHECK(svg.find("system('touch") != std::string::npos);
}

TEST_CASE("a missing gnuplot is named with the package that brings it") {
  Folder folder("gnuplot-missing");
  const auto source = recording(folder.make("a"), "awake", "awake", 2, 10, walks(2, 10, 1, 0.03));
  const OnlyPath nothing(folder.make("empty"));
  try {
    analysis::draw_figure("paths", options("paths"), "", {source}, folder.make("figure"));
    FAIL("drawn without gnuplot");
  } catch (const store::DataError& error) {
    CHECK(std::string(error.what()).find("gnuplot") != std::string::npos);
    CHECK(error.remedy().find("apt-get install gnuplot-nox") != std::string::npos);
  }
}

TEST_CASE("a failing gnuplot is quoted and leaves no picture") {
  Folder folder("gnuplot-fails");
  const auto fake = folder.make("bin") / "gnuplot";
  store::write_file_atomically(fake, "#!/bin/sh\necho half > figure.svg\necho unknown terminal svg >&2\nexit 1\n");
  std::filesystem::permissions(fake, std::filesystem::perms::owner_all);
  const OnlyPath only_fake(folder.make("bin"));
  try {
    analysis::run_gnuplot(folder.make("figure"));
    FAIL("did not fail");
  } catch (const store::DataError& error) {
    CHECK(std::string(error.what()).find("unknown terminal svg") != std::string::npos);
  }
  CHECK(!std::filesystem::exists(folder.make("figure") / "figure.svg"));
}

TEST_CASE("a gnuplot that says nothing and draws nothing, or half of a picture, has failed") {
  Folder folder("gnuplot-silent");
  const auto fake = folder.make("bin") / "gnuplot";
  const std::string svg = "echo '<svg></svg>' > figure.svg\n", pdf = "echo '%PDF %%EOF' > figure.pdf\n";
  for (const auto& [drawn, half] : {std::pair{std::string(), "figure.svg"},
                                    {"echo '<svg><g' > figure.svg\n", "figure.svg"},
                                    {svg + "echo '%PDF' > figure.pdf\n", "figure.pdf"},
                                    {svg + pdf + "echo PNG > figure.png\n", "figure.png"}}) {
    store::write_file_atomically(fake, "#!/bin/sh\n" + drawn);
    std::filesystem::permissions(fake, std::filesystem::perms::owner_all);
    const OnlyPath only_fake(folder.make("bin"));
    const auto words = fmt::format("gnuplot did not finish {} on ", half);
    CHECK_THROWS_WITH_AS(analysis::run_gnuplot(folder.make("figure")), doctest::Contains(words.c_str()),
                         store::DataError);
    CHECK(std::filesystem::is_empty(folder.make("figure")));
  }
}
