// SPDX-License-Identifier: BSD-3-Clause
/// Verdicts on claims about histories written by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <pipeline/claims.hpp>
#include <set>
#include <store/publication.hpp>

#include "folder.hpp"
#include "planning.hpp"

using namespace reverie;
using namespace reverie::pipeline;

namespace {

const std::string trained = "[axes]\nseed = [0, 1, 2, 3]\n" + task_and_network +
                            "[stage.train]\nrun = \"train\"\ntask = \"box\"\nnetwork = \"small\"\nbatches = 2\n";

/// One training per seed whose losses are (first, last).
struct Store {
  Folder folder;
  Plan plan;

  Store(const std::string& claim, const std::vector<std::pair<double, double>>& losses)
      : plan(plan_of(trained + "[claim.c]\n" + claim)) {
    for (std::size_t k = 0; k < losses.size(); ++k) {
      const auto result = result_folder(folder.path, plan.stages[k]);
      std::filesystem::create_directories(result);
      store::write_file_atomically(result / "history.csv", "batch,loss,evaluation_loss,task_error\n1," +
                                                               std::to_string(losses[k].first) + ",,\n2," +
                                                               std::to_string(losses[k].second) + ",0.5,0.25\n");
    }
  }
  ComparisonResult judge() const {
    const auto results = judge_claims(plan, folder.path);
    REQUIRE(results.size() == 1);
    REQUIRE(results[0].comparisons.size() == 1);
    CHECK(results[0].verdict == results[0].comparisons[0].verdict);
    return results[0].comparisons[0];
  }
};

const std::string first = "{ of = \"train\", name = \"loss\", at = { batch = 1 } }";
const std::string last = "{ of = \"train\", name = \"loss\", reduce = \"last\" }";

}  // namespace

TEST_CASE("paired samples get Student's interval") {
  // Differences 1, 2, 3, 4: mean 2.5, sd sqrt(5/3), t(3; 0.975) = 3.182446.
  const auto judged =
      Store("value = " + first + "\nabove = " + last + "\nover = \"seed\"\n", {{11, 10}, {102, 100}, {3, 0}, {54, 50}})
          .judge();
  CHECK(judged.samples == 4);
  CHECK(judged.value == doctest::Approx(42.5));
  CHECK(judged.bound == doctest::Approx(40));
  CHECK(judged.difference == doctest::Approx(2.5));
  const double half = 3.182446 * std::sqrt(5.0 / 3.0) / 2;
  CHECK(judged.low == doctest::Approx(2.5 - half).epsilon(1e-6));
  CHECK(judged.high == doctest::Approx(2.5 + half).epsilon(1e-6));
  CHECK(judged.verdict == Verdict::holds);
}

TEST_CASE("an interval that reaches across is unclear, one beyond fails") {
  const std::string claim = "value = " + first + "\nabove = " + last + "\nover = \"seed\"\n";
  CHECK(Store(claim, {{1, 0}, {0, 1}, {3, 0}, {0, 0}}).judge().verdict == Verdict::unclear);
  CHECK(Store(claim, {{0, 10}, {0, 11}, {0, 12}, {0, 13}}).judge().verdict == Verdict::fails);
}

TEST_CASE("factor and margin move the bound; below is the mirror image") {
  const std::string values = "value = " + first + "\nover = \"seed\"\n";
  const std::vector<std::pair<double, double>> losses(4, {5, 2});
  CHECK(Store(values + "above = " + last + "\nfactor = 2.0\n", losses).judge().difference == doctest::Approx(1));
  CHECK(Store(values + "above = " + last + "\nfactor = 2.0\nmargin = 0.5\n", losses).judge().bound ==
        doctest::Approx(4.5));
  CHECK(Store(values + "above = " + last + "\nfactor = 2.0\nmargin = 1.5\n", losses).judge().verdict == Verdict::fails);
  CHECK(Store(values + "below = 7\nmargin = 1.5\n", losses).judge().difference == doctest::Approx(0.5));
  CHECK(Store(values + "below = 7\nmargin = -1.5\n", losses).judge().difference == doctest::Approx(3.5));
  CHECK(Store(values + "below = 4\n", losses).judge().verdict == Verdict::fails);
}

TEST_CASE("without an axis to average over each value is judged alone") {
  Store store("value = " + first + "\nabove = 2\nfor_all = \"seed\"\n", {{3, 0}, {4, 0}, {1, 0}, {5, 0}});
  const auto results = judge_claims(store.plan, store.folder.path);
  REQUIRE(results[0].comparisons.size() == 4);
  CHECK(results[0].comparisons[0].verdict == Verdict::holds);
  CHECK(results[0].comparisons[2].verdict == Verdict::fails);
  CHECK(text_of(results[0].comparisons[2].point) == "seed=2");
  CHECK(results[0].verdict == Verdict::fails);
}

TEST_CASE("a claim about a result that is missing is unknown and says which") {
  const auto judged = Store("value = " + first + "\nabove = 2\nover = \"seed\"\n", {{3, 0}, {4, 0}}).judge();
  CHECK(judged.verdict == Verdict::unknown);
  CHECK(judged.missing == "stage 'train[seed=2]' has no result");
}

TEST_CASE("of a result no missing number is passed over, and coordinates are met as they are written") {
  const auto judged = [](const std::string& value) {
    const Folder folder;
    const auto plan = plan_of(pipeline_text + "[claim.c]\nvalue = { of = \"distance\", " + value + " }\nbelow = 4\n");
    const auto result = result_folder(folder.path, stage_of(plan, "distance"));
    std::filesystem::create_directories(result);
    store::Dataset dataset;
    dataset.variables = {{"trial", {"trial"}, {3}, "", "", {0.5, 35 * 0.02, 1}, {}},
                         {"per_trial", {"trial"}, {3}, "m", "", {2, 3, std::nan("")}, {}}};
    store::write_dataset(result / "result.nc", dataset);
    return judge_claims(plan, folder.path).at(0).comparisons.at(0);
  };
  CHECK(contains(judged("name = \"per_trial\", reduce = \"first\"").missing, "1 of 3 numbers of 'per_trial'"));
  CHECK(judged("name = \"per_trial\", at = { trial = 0.7 }").value == 3);
  CHECK(contains(judged("name = \"per_trial\", at = { trial = 0.71 }").missing, "has no 0.71 along 'trial'"));
}

TEST_CASE("values are reduced, and judged against a bound on either side") {
  const Folder folder;
  const auto plan = plan_of(
      pipeline_text +
      "[claim.mean]\nvalue = { of = \"distance\", name = \"per_trial\", reduce = \"mean\" }\nabove = 1\nbelow = 3\n"
      "[claim.min]\nvalue = { of = \"distance\", name = \"per_trial\", reduce = \"min\" }\nabove = 1\nbelow = 3\n"
      "[claim.max]\nvalue = { of = \"distance\", name = \"per_trial\", reduce = \"max\" }\nbelow = 8\n");
  const auto result = result_folder(folder.path, stage_of(plan, "distance"));
  std::filesystem::create_directories(result);
  store::Dataset dataset;
  dataset.variables = {{"per_trial", {"trial"}, {3}, "m", "", {2, 3, 7}, {}}};
  store::write_dataset(result / "result.nc", dataset);
  const auto judged = judge_claims(plan, folder.path);
  REQUIRE(judged.size() == 3);
  std::map<std::string, ClaimResult> by_name;
  for (const auto& claim : judged) by_name[claim.name] = claim;
  const auto& mean = by_name.at("mean");
  REQUIRE(mean.comparisons.size() == 2);
  for (const auto& comparison : mean.comparisons) CHECK(comparison.value == 4);
  CHECK(std::set{mean.comparisons[0].verdict, mean.comparisons[1].verdict} == std::set{Verdict::holds, Verdict::fails});
  CHECK(mean.verdict == Verdict::fails);
  CHECK(by_name.at("min").comparisons.at(0).value == 2);
  CHECK(by_name.at("min").verdict == Verdict::holds);
  CHECK(by_name.at("max").comparisons.at(0).value == 7);
  CHECK(by_name.at("max").verdict == Verdict::holds);
}

TEST_CASE("numbers of different units are not compared") {
  const Folder folder;
  const auto plan = plan_of(pipeline_text +
                            "[claim.c]\nvalue = { of = \"distance\", name = \"stepwise_distance\" }\n"
                            "below = { of = \"distance\", name = \"stepwise_distance_se\" }\n");
  const auto result = result_folder(folder.path, stage_of(plan, "distance"));
  std::filesystem::create_directories(result);
  store::Dataset dataset;
  dataset.variables = {{"stepwise_distance", {}, {}, "m", "", {1}, {}},
                       {"stepwise_distance_se", {}, {}, "rad", "", {2}, {}}};
  store::write_dataset(result / "result.nc", dataset);
  const auto judged = judge_claims(plan, folder.path).at(0).comparisons.at(0);
  CHECK(judged.verdict == Verdict::unknown);
  CHECK(contains(judged.missing, "is in \"rad\", and what it is compared with in \"m\""));
}

TEST_CASE("a number that is not there is missing") {
  const auto nowhere =
      Store("value = { of = \"train\", name = \"loss\", at = { batch = 3 } }\nabove = 2\nover = \"seed\"\n",
            std::vector<std::pair<double, double>>(4, {1, 2}))
          .judge();
  CHECK(nowhere.verdict == Verdict::unknown);
  CHECK(contains(nowhere.missing, "has no 3 along 'batch'"));
}
