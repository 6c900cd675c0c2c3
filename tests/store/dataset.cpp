// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <store/dataset.hpp>

#include "temporary_folder.hpp"

using namespace reverie::store;

namespace {

Dataset sample() {
  Dataset dataset;
  dataset.attributes = {{"title", "Grüße, 夢"}, {"config", std::string(300'000, 'x')}};
  dataset.variables = {
      {"time", {"time"}, {3}, "s", "time", {0.02, 0.04, 0.06}, {}},
      {"label", {"trial"}, {2}, "", "condition", {}, {"noisy, \"biased\"", "noisy λ"}},
      {"distance",
       {"trial", "time"},
       {2, 3},
       "m",
       "",
       {1, 2, 3, 0.1, -std::numeric_limits<double>::infinity(), 1e-300},
       {}},
      {"divergence", {}, {}, "1", "KL", {0.788}, {}},
  };
  return dataset;
}

void check_equal(const Dataset& a, const Dataset& b) {
  CHECK(a.attributes == b.attributes);
  REQUIRE(a.variables.size() == b.variables.size());
  for (std::size_t k = 0; k < a.variables.size(); ++k) {
    const auto &x = a.variables[k], &y = b.variables[k];
    CHECK(x.name == y.name);
    CHECK(x.dims == y.dims);
    CHECK(x.shape == y.shape);
    CHECK(x.unit == y.unit);
    CHECK(x.long_name == y.long_name);
    CHECK(x.values == y.values);
    CHECK(x.labels == y.labels);
  }
}

}  // namespace

TEST_CASE("a dataset reads back as it was written, long and non-Latin texts included") {
  const test::TemporaryFolder folder;
  write_dataset(folder / "a.nc", sample());
  check_equal(read_dataset(folder / "a.nc"), sample());
}

TEST_CASE("undefined values survive") {
  const test::TemporaryFolder folder;
  write_dataset(folder / "a.nc", {{{"x", {"n"}, {1}, "", "", {std::nan("")}, {}}}, {}});
  CHECK(std::isnan(read_dataset(folder / "a.nc").at("x").values.at(0)));
}

TEST_CASE("a variable without elements keeps its dimensions") {
  const test::TemporaryFolder folder;
  const Dataset empty{{{"x", {"path", "space"}, {0, 2}, "m", "", {}, {}}}, {}};
  write_dataset(folder / "a.nc", empty);
  check_equal(read_dataset(folder / "a.nc"), empty);
}

TEST_CASE("names of folders and files may hold spaces and signs that mean something in addresses") {
  const test::TemporaryFolder folder;
  for (const std::string name : {"a b", "x#mode=bytes", "q?a=1", "böx", "[log]s"}) {
    CAPTURE(name);
    std::filesystem::create_directory(folder / name);
    write_dataset(folder / name / (name + ".nc"), sample());
    check_equal(read_dataset(folder / name / (name + ".nc")), sample());
  }
}

TEST_CASE("equal datasets give equal bytes") {
  const test::TemporaryFolder folder;
  write_dataset(folder / "a.nc", sample());
  std::filesystem::create_directory(folder / "elsewhere");
  write_dataset(folder / "elsewhere" / "b.nc", sample());
  CHECK(test::bytes_of(folder / "a.nc") == test::bytes_of(folder / "elsewhere" / "b.nc"));
}

TEST_CASE("writing replaces the older file and leaves nothing beside it") {
  const test::TemporaryFolder folder;
  test::put_bytes(folder / "a.nc", "older");
  write_dataset(folder / "a.nc", sample());
  check_equal(read_dataset(folder / "a.nc"), sample());
  CHECK(test::entries_of(folder.path()) == 1);
}

TEST_CASE("an unknown variable is answered with those there are and the nearest") {
  const auto message = test::data_error([] { sample().at("distanse"); });
  CHECK(test::contains(message, "time, label, distance, divergence"));
  CHECK(test::contains(message, "Did you mean 'distance'?"));
}

TEST_CASE("inconsistent variables are refused by name and leave no file") {
  const test::TemporaryFolder folder;
  const auto refuse = [&](const std::vector<Variable>& variables) {
    const auto message = test::data_error([&] { write_dataset(folder / "a.nc", {variables, {}}); });
    CHECK(test::contains(message, "'x'"));
    CHECK(test::contains(message, (folder / "a.nc").string()));
    CHECK(test::entries_of(folder.path()) == 0);
    return message;
  };
  CHECK(test::contains(refuse({{"y", {"n"}, {2}, "", "", {1, 2}, {}}, {"x", {"n"}, {3}, "", "", {1, 2, 3}, {}}}),
                       "'n' is 3 long here and 2 in variable 'y'"));
  CHECK(test::contains(refuse({{"x", {"n"}, {3}, "", "", {1, 2}, {}}}), "2 values where its shape needs 3"));
  CHECK(test::contains(refuse({{"x", {"n"}, {1, 2}, "", "", {1, 2}, {}}}), "1 dimensions and has 2 extents"));
  CHECK(test::contains(refuse({{"x", {"n"}, {-1}, "", "", {}, {}}}), "extent -1"));
  CHECK(test::contains(refuse({{"x", {}, {}, "", "", {1}, {}}, {"x", {}, {}, "", "", {1}, {}}}), "in use"));
  CHECK(test::contains(test::data_error([&] {
                         write_dataset(folder / "a.nc", {{{"a/b", {}, {}, "", "", {1}, {}}}, {}});
                       }),
                       "'a/b'"));
}

TEST_CASE("a table has one row per element, named by coordinates, quoted where needed") {
  const test::TemporaryFolder folder;
  Dataset dataset;
  dataset.variables = {
      {"condition", {"condition"}, {2}, "", "", {}, {"noisy, unbiased", "the \"random\" one"}},
      {"rate", {"condition", "step"}, {2, 2}, "m/s", "", {1, 0.1, -2.5, 1e-300}, {}},
      {"mean", {}, {}, "", "", {3}, {}},
  };
  write_csv(folder / "a.csv", dataset);
  CHECK(test::bytes_of(folder / "a.csv") ==
        "variable,condition,step,value,units\n"
        "rate,\"noisy, unbiased\",0,1,m/s\n"
        "rate,\"noisy, unbiased\",1,0.1,m/s\n"
        "rate,\"the \"\"random\"\" one\",0,-2.5,m/s\n"
        "rate,\"the \"\"random\"\" one\",1,1e-300,m/s\n"
        "mean,,,3,\n");
}

TEST_CASE("a dimension that stands twice in a variable has two columns") {
  const test::TemporaryFolder folder;
  Dataset dataset;
  dataset.variables = {{"covariance", {"unit", "unit"}, {2, 2}, "", "", {1, 2, 3, 4}, {}},
                       {"mean", {"unit"}, {2}, "", "", {5, 6}, {}}};
  write_csv(folder / "a.csv", dataset);
  CHECK(test::bytes_of(folder / "a.csv") ==
        "variable,unit,unit_2,value,units\n"
        "covariance,0,0,1,\ncovariance,0,1,2,\ncovariance,1,0,3,\ncovariance,1,1,4,\n"
        "mean,0,,5,\nmean,1,,6,\n");
}
