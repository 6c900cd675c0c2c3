// SPDX-License-Identifier: BSD-3-Clause
/// The table [slurm]: what it takes, what it refuses, and that no result depends on it.
#include <doctest/doctest.h>

#include <pipeline/stages.hpp>
#include <store/publication.hpp>

#include "sweep.hpp"

using namespace reverie;
using namespace reverie::pipeline;

TEST_CASE("mistakes in [slurm] are told with their place") {
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"partitoin = \"x\"", "[slurm] has no key 'partitoin'. Did you mean 'partition'?"},
      {"partition = 3", "'partition' must be a string"},
      {"partition = \"a\\nb\"", "'partition' must be one line of text"},
      {"cpus = 0", "'cpus' must be an integer in [1, 65535], not 0"},
      {"cpus = \"4\"", "'cpus' must be an integer"},
      {"ranks = 0", "'ranks' must be"},
      {"requeue = true", "'requeue' must be an integer"},
      {"mpi = \"pmix --x\"", "'mpi' must be a word that srun --mpi takes"},
      {"array_limit = -1", "'array_limit' must be"},
      {"time = \"soon\"", "'time' must be minutes or"},
      {"memory = \"4 GB\"", "'memory' must be a whole number of M, G or T, as in \"4G\", not \"4 GB\""},
      {"stages_per_task = 0", "'stages_per_task' must be an integer, at least 1"},
      {"stages_per_task = { trian = 2 }", "has no key 'trian'. Did you mean 'train'?"},
      {"stages_per_task = { train = 0 }", "'train' must be an integer"},
      {"setup = \"x\"", "'setup' must be a list of texts"},
      {"modules = [3]", "an entry of 'modules' must be a text"},
      {"setup = [\"a\\nb\"]", "an entry of 'setup' must be one line of text"},
      {"extra = [\"#SBATCH --x\"]", "an entry of 'extra' must be an option of sbatch"},
  };
  for (const auto& [line, message] : mistakes) {
    CAPTURE(line);
    const auto errors = errors_of(sweep + "[slurm]\n" + line + "\n");
    CAPTURE(errors);
    CHECK(contains(errors, message));
    CHECK(contains(errors, "test.toml:"));
    CHECK(contains(errors, "\n" + std::string("   ")));
  }
  CHECK(contains(errors_of("slurm = 3\n" + sweep), "test.toml:1:9: error: [slurm] must be a table"));
}

TEST_CASE("a setting of the command line comes before the table") {
  CHECK(plan_of(sweep + "[slurm]\npartition = \"a\"\n", {"slurm.partition = \"b\""}).slurm.partition == "b");
  CHECK(plan_of(sweep, {"slurm.cpus = 7"}).slurm.cpus == 7);
  CHECK(contains(errors_of(sweep, {"slurm.cpus = 0"}), "--set:1:"));
}

TEST_CASE("what is not said has defaults") {
  const auto options = plan_of(sweep).slurm;
  CHECK(options.cpus == 1);
  CHECK(options.ranks == 1);
  CHECK(options.mpi == "pmix");
  CHECK(options.requeue == 20);
  CHECK(options.stages_per_task.at("train") == 1);
  CHECK(options.stages_per_task.at("measure") == 10);
  CHECK(plan_of(sweep, {"slurm.stages_per_task = 3"}).slurm.stages_per_task.at("import") == 3);
  CHECK(plan_of(sweep, {"slurm.stages_per_task = { train = 3 }"}).slurm.stages_per_task.at("measure") == 10);
}

TEST_CASE("no result depends on [slurm]") {
  const auto without = plan_of(sweep), with = plan_of(sweep + "[slurm]\npartition = \"a\"\ncpus = 4\nranks = 2\n");
  REQUIRE(without.stages.size() == with.stages.size());
  for (std::size_t k = 0; k < with.stages.size(); ++k)
    CHECK(without.stages[k].fingerprint == with.stages[k].fingerprint);
}

TEST_CASE("the page on clusters names every key") {
  const auto page = store::read_file(REVERIE_CLUSTER_PAGE);
  for (const auto& spec : slurm_keys().plain) {
    CAPTURE(spec.name);
    CHECK(contains(page, "`" + spec.name + "`"));
  }
  for (const auto& key : slurm_keys().structured) {
    CAPTURE(key);
    CHECK(contains(page, "`" + key + "`"));
  }
}

TEST_CASE("the example on the page on clusters is accepted") {
  const auto page = store::read_file(REVERIE_CLUSTER_PAGE);
  const auto begin = page.find("```toml\n");
  REQUIRE(begin != page.npos);
  const auto example = page.substr(begin + 8, page.find("```", begin + 8) - begin - 8);
  CHECK(plan_of(sweep + example).slurm.partition == "cpu");
}
