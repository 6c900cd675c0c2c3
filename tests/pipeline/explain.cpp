// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <fstream>
#include <pipeline/explain.hpp>
#include <pipeline/run.hpp>

#include "folder.hpp"
#include "planning.hpp"

using namespace reverie;
using namespace reverie::pipeline;

namespace {

using List = std::vector<std::string>;

List told(const char* before, const char* now) {
  return changes(json::parse(before), json::parse(now), [](const std::string& was, const std::string& is) {
    return was.substr(0, 1) + " → " + is.substr(0, 1);
  });
}

std::string why(const Plan& plan, const Folder& folder, const std::string& label) {
  const auto decisions = decide(plan, asked_for(plan, {}), folder.path);
  for (std::size_t k = 0; k < plan.stages.size(); ++k)
    if (plan.stages[k].label() == label) return decisions[k].why;
  return "no such stage";
}

}  // namespace

TEST_CASE("changes of a configuration are told in its words") {
  CHECK(told(R"({"a": {"friction": 0.7}})", R"({"a": {"friction": 0.6}})") == List{"friction 0.7 → 0.6"});
  CHECK(told(R"({"d": [{"plugin": "under", "results": 1, "parameters": {}}]})",
             R"({"d": [{"plugin": "under", "results": 2, "parameters": {}}]})") ==
        List{"plugin under: revision 1 → 2"});
  CHECK(told(R"({"engine": {"results": 1}})", R"({"engine": {"results": 3}})") == List{"engine: revision 1 → 3"});
  CHECK(told(R"({"cell": {"plugin": "gru", "results": 1}})", R"({"cell": {"plugin": "lstm", "results": 4}})") ==
        List{"cell gru → lstm"});
  CHECK(told(R"({"dynamics": []})", R"({"dynamics": [{"plugin": "under"}]})") == List{"dynamics [] → [under]"});
  CHECK(told(R"({"seed": 1})", R"({"seed": 1, "mask": 5})") == List{"with mask 5"});
  CHECK(told(R"({"seed": 1, "mask": 5})", R"({"seed": 1})") == List{"without mask"});
  CHECK(told(R"({"plugin": "p", "file": "x"})", R"({"plugin": "p", "file": "y"})") == List{"plugin p: another build"});
  const auto a = std::string(64, 'a'), b = std::string(64, 'b');
  CHECK(changes({{"of", a}}, {{"of", b}},
                [](const auto& was, const auto& is) { return was.substr(62) + is.substr(62); }) == List{"aabb"});
  CHECK(told(R"({"a": 1})", R"({"a": 1})").empty());
  // Of long lists that begin alike, the first element that differs or the lengths.
  json one = {{"knots", json::array()}}, two;
  for (int k = 0; k < 100; ++k) one["knots"].push_back({0.25, k});
  two = one;
  two["knots"][70][1] = -1;
  two["knots"][80][1] = -1;
  const InputWords none = [](const auto&, const auto&) { return std::string(); };
  CHECK(changes(one, two, none) == List{"knots[70] [0.25,70] → [0.25,-1]"});
  two["knots"].push_back({0, 0});
  CHECK(changes(one, two, none) == List{"knots: 100 → 101 values"});
  std::string accents;
  for (int k = 0; k < 43; ++k) accents += "é";
  CHECK(changes({{"title", "x"}}, {{"title", accents}}, [](const auto&, const auto&) { return std::string(); }) ==
        List{"title x → " + accents.substr(0, 2 * 37) + "..."});
}

TEST_CASE("the plan says of each stage why it would run, by what was planned last") {
  const Folder folder;
  const auto text = task_and_network + training + awake + distance;
  RunOptions options;
  options.runs = folder.path;
  CHECK(why(plan_of(text), folder, "awake") == "new");
  run(plan_of(text), options);
  CHECK(why(plan_of(text), folder, "awake") == "done");
  const auto changed = plan_of(text, {"stage.train.batches=3"});
  CHECK(why(changed, folder, "train") == "batches 2 → 3");
  CHECK(why(changed, folder, "awake") == "input train changed (batches 2 → 3)");
  CHECK(why(changed, folder, "distance") == "input train changed (batches 2 → 3)");
  CHECK(why(plan_of(text + "[stage.train2]\nrun = \"train\"\ntask = \"box\"\nnetwork = \"small\"\n"), folder,
            "train2") == "new");
  std::filesystem::remove_all(result_folder(folder.path, stage_of(plan_of(text), "awake")));
  CHECK(why(plan_of(text), folder, "awake") == "no result yet");
  CHECK(why(plan_of(text), folder, "distance") == "done");
  // A plan.json that is no plan is none.
  std::ofstream(folder.path / "test" / "plan.json") << "{";
  CHECK(why(plan_of(text), folder, "awake") == "new");
}
