// SPDX-License-Identifier: BSD-3-Clause
/// Axes: which stages repeat, over what, and what they read.
#include <doctest/doctest.h>
#include <pipeline/selection.hpp>

#include <algorithm>
#include <set>

#include "planning.hpp"

using namespace reverie::pipeline;

namespace {

const std::string replay =
    "[stage.replay]\nrun = \"simulate\"\nof = \"train\"\nphase = \"quiescent\"\ntrials = 5\n"
    "dynamics = [{ plugin = \"underdamped\", friction = \"$friction\" }]\n";
const std::string step = "[stage.step]\nrun = \"measure\"\nmetric = { plugin = \"stepwise_distance\" }\n";
const std::string axes = "[axes]\nseed = [0, 1, 2]\nfriction = [0.5, 1.0]\n";
const std::string sweep = axes + task_and_network + training + awake + replay + step + "recording = \"replay\"\n";

std::vector<std::string> labels_of(const Plan& plan, const std::string& name) {
  std::vector<std::string> labels;
  for (const auto& stage : plan.stages)
    if (stage.name == name) labels.push_back(stage.label());
  return labels;
}

const Stage& labelled(const Plan& plan, const std::string& label) {
  for (const auto& stage : plan.stages)
    if (stage.label() == label) return stage;
  throw std::runtime_error("no stage " + label);
}

/// Labels of the stages that a stage reads.
std::vector<std::string> inputs_of(const Plan& plan, const std::string& label) {
  std::vector<std::string> labels;
  for (const auto input : labelled(plan, label).inputs) labels.push_back(plan.stages[input].label());
  return labels;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a stage repeats only over the axes that reach it") {
  const auto plan = plan_of(sweep);
  CHECK(labels_of(plan, "train") == Texts{"train[seed=0]", "train[seed=1]", "train[seed=2]"});
  CHECK(labels_of(plan, "awake") == Texts{"awake[seed=0]", "awake[seed=1]", "awake[seed=2]"});
  CHECK(labels_of(plan, "replay").size() == 6);
  CHECK(labels_of(plan, "step").front() == "step[seed=0,friction=0.5]");
  CHECK(labels_of(plan, "step").back() == "step[seed=2,friction=1.0]");
  CHECK(inputs_of(plan, "step[seed=1,friction=0.5]") == Texts{"replay[seed=1,friction=0.5]"});
  CHECK(inputs_of(plan, "replay[seed=1,friction=0.5]") == Texts{"train[seed=1]"});
  CHECK(labelled(plan, "replay[seed=1,friction=0.5]").place() == "replay/seed=1,friction=0.5");
}

TEST_CASE("a point of a sweep is the same work as a pipeline with the values written out") {
  const auto swept = plan_of(sweep);
  auto written = task_and_network + training + awake + replay + step + "recording = \"replay\"\n";
  written.replace(written.find("\"$friction\""), 11, "0.5");
  const auto plain = plan_of("seed = 1\n" + written);
  for (const std::string name : {"train", "awake"})
    CHECK(labelled(swept, name + "[seed=1]").fingerprint == stage_of(plain, name).fingerprint);
  for (const std::string name : {"replay", "step"})
    CHECK(labelled(swept, name + "[seed=1,friction=0.5]").fingerprint == stage_of(plain, name).fingerprint);
}

TEST_CASE("different points have different fingerprints") {
  std::set<std::string> fingerprints;
  const auto plan = plan_of(sweep);
  for (const auto& stage : plan.stages) fingerprints.insert(stage.fingerprint);
  CHECK(fingerprints.size() == plan.stages.size());
}

TEST_CASE("a seed that a stage names itself keeps the axis away") {
  const auto plan = plan_of("[axes]\nseed = [0, 1]\n" + task_and_network + training + "seed = 3\n" +
                            "[stage.other]\nrun = \"train\"\ntask = \"box\"\nnetwork = \"small\"\nbatches = 0\n");
  CHECK(labels_of(plan, "train") == Texts{"train"});
  CHECK(labels_of(plan, "other") == Texts{"other[seed=0]", "other[seed=1]"});
}

TEST_CASE("axes may hold tables, chains of dynamics and names of tasks") {
  const auto plan = plan_of(
      "[axes.chain]\nsecond = [{ plugin = \"underdamped\", friction = 0.5 }]\nfirst = []\n"
      "[axes.net]\nquiet = { noise = 0.0 }\nnoisy = { noise = 0.02 }\n"
      "[axes]\nmaze = [\"t\", \"box\"]\n" +
      task_and_network + "noise = \"$net.noise\"\n[task.t]\nplugin = \"t_maze\"\n" +
      "[stage.train]\nrun = \"train\"\ntask = \"$maze\"\nnetwork = \"small\"\nbatches = 0\n" +
      "[stage.replay]\nrun = \"simulate\"\nof = \"train\"\nphase = \"quiescent\"\ndynamics = \"$chain\"\n");
  // In the order of the file.
  CHECK(labels_of(plan, "train") == Texts{"train[net=quiet,maze=t]", "train[net=quiet,maze=box]",
                                          "train[net=noisy,maze=t]", "train[net=noisy,maze=box]"});
  const auto& first = std::get<SimulateStage>(labelled(plan, "replay[chain=first,net=noisy,maze=t]").work);
  const auto& second = std::get<SimulateStage>(labelled(plan, "replay[chain=second,net=quiet,maze=box]").work);
  CHECK(first.model.dynamics.empty());
  CHECK(first.model.task.component->id == "t_maze");
  CHECK(first.model.network.options["noise"] == 0.02);
  REQUIRE(second.model.dynamics.size() == 1);
  CHECK(second.model.task.component->id == "spatial_navigation");
}

TEST_CASE("a figure's names and limits are checked before anything runs") {
  const auto figure = [](const std::string& draw) {
    return errors_of(sweep + "[stage.figure]\nrun = \"figure\"\ndraw = { " + draw + " }\n");
  };
  const std::string map = "kind = \"heatmap\", of = \"step\", x = \"friction\", y = \"seed\", ";
  CHECK(contains(figure(map + "value = \"stepwise_distnace\""),
                 "'step' has no result 'stepwise_distnace'. Did you mean 'stepwise_distance'?"));
  CHECK(contains(figure(map + "value = \"stepwise_distance\", mark = \"far\""), "'step' has no result 'far'."));
  CHECK(contains(figure(map + "value = \"stepwise_distance\", limits = [2, 1]"), "'limits' of a colour scale must be"));
  CHECK(contains(figure(map + "value = \"per_trial\""),
                 "'per_trial' of 'step' has a number for each trial, and a figure \"heatmap\" draws single numbers"));
  CHECK(contains(
      figure("kind = \"curve\", of = \"step\", value = \"stepwise_distance\", each = [\"seed\", \"friction\"]"),
      "'stepwise_distance' of 'step' is a single number, and a figure \"curve\" draws numbers along"));
  CHECK(contains(figure("kind = \"curve\", of = \"train\", value = \"task_error\", each = \"seed\""),
                 "'train' has no result 'task_error'. It has loss"));
  CHECK(contains(figure("kind = \"curve\", of = \"step\", each = [\"seed\", \"friction\"]"),
                 "'value' is \"loss\", but 'step' has no result 'loss'."));
  CHECK(contains(figure("kind = \"curve\", of = { of = \"train\", at = { seed = [0, 0] } }, each = \"seed\""),
                 "0 stands twice"));
  CHECK(contains(figure(map + "value = \"stepwise_distance\", over = \"seed\""), "axis 'seed' is named twice"));
}

TEST_CASE("a figure whose sources lack what its kind draws is refused before anything runs") {
  const auto errors = [](const std::string& draw) {
    return errors_of(
        "[task.ring]\nplugin = \"head_direction\"\n"
        "[network.small]\ncell = { plugin = \"leaky_rnn\", units = 8 }\n"
        "[stage.turns]\nrun = \"simulate\"\nphase = \"awake\"\ntask = \"ring\"\nnetwork = \"small\"\n"
        "[stage.step]\nrun = \"measure\"\nmetric = { plugin = \"stepwise_distance\" }\n"
        "recording = \"turns\"\n[task.maze]\nplugin = \"t_maze\"\n[stage.walks]\nrun = \"simulate\"\n"
        "phase = \"awake\"\ntask = \"maze\"\nnetwork = \"small\"\n[stage.figure]\nrun = \"figure\"\ndraw = { " +
        draw + " }\n");
  };
  const std::string flat = "'position' of 'turns' has 1 coordinate for each trial and step, and a figure ";
  CHECK(errors("kind = \"paths\", of = \"turns\"").empty());  // angles go round
  CHECK(contains(errors("kind = \"density\", of = \"turns\""), flat + "\"density\" draws 2"));
  CHECK(contains(errors("kind = \"states\", of = \"turns\""), flat + "\"states\" draws 2"));
  CHECK(contains(errors("kind = \"states\", of = \"turns\", variable = \"state\""),
                 "the recording of 'turns' has no 'state': add record = [\"state\"] to [stage.turns]"));
  CHECK(contains(errors("kind = \"polar\", of = \"step\""),
                 "a figure \"polar\" draws 'counts', but 'step' has no result 'counts'. It has stepwise_distance"));
  CHECK(contains(errors("kind = \"states\", of = \"step\""), "draws 'fitted', but 'step' has no result 'fitted'"));
  CHECK(contains(errors("kind = \"density\", of = [\"walks\", \"step\"], value = \"per_trial\""),
                 "a density draws either recordings or results of a metric: make two figures"));
  CHECK(contains(errors("kind = \"mean_paths\", of = \"walks\""), "mean paths need a measurement by mean_paths"));
  CHECK(contains(errors("kind = \"density\", of = \"step\""), "draws 'awake' or 'replay', but 'step' has no result"));
  CHECK(contains(errors("kind = \"mean_paths\", of = [\"step\", \"turns\"]"),
                 "draws 'awake_mean', but 'step' has no result 'awake_mean'"));
}

TEST_CASE("a reference binds an axis to a value or to another axis") {
  const auto crossed =
      plan_of("[axes]\nrow = [0.5, 1.0]\nfriction = [0.5, 1.0]\n" + task_and_network + training + awake + replay +
              "[stage.kl]\nrun = \"measure\"\nmetric = { plugin = \"kde_divergence\" }\n"
              "awake = { of = \"replay\", at = { friction = \"$row\" } }\nreplay = \"replay\"\n");
  CHECK(labels_of(crossed, "kl").size() == 4);
  // Who names a point need not know the order of its axes.
  const auto one = stages_named(crossed, {"kl[row=1.0,friction=0.5]"});
  CHECK(std::count(one.begin(), one.end(), true) == 1);
  CHECK(stages_named(crossed, {"kl[friction=0.5,row=1.0]"}) == one);
  // One that leaves an axis out means all its points.
  const auto both = stages_named(crossed, {"kl[friction=0.5]"});
  CHECK(std::count(both.begin(), both.end(), true) == 2);
  CHECK(stages_named(crossed, {"kl[row=1.0,friction=0.5]", "kl[row=0.5,friction=0.5]"}) == both);
  for (const char* wrong : {"kl[friction=7]", "kl[friction=0.5,seed=0]", "train[friction=0.5]"})
    CHECK_THROWS_WITH_AS(stages_named(crossed, {wrong}), doctest::Contains("there is no stage '"), reverie::Error);
  // Numbers are compared as numbers, and a wrong one is told what there is.
  CHECK(stages_named(crossed, {"kl[row=1,friction=0.50]"}) == one);
  try {
    stages_named(crossed, {"kl[row=1,friction=7]"});
    FAIL("kl has no friction of 7");
  } catch (const reverie::Error& error) {
    CHECK(error.remedy() == "'friction' of 'kl' has the values 0.5, 1.0.");
  }
  CHECK(inputs_of(crossed, "kl[row=1.0,friction=0.5]") == Texts{"replay[friction=1.0]", "replay[friction=0.5]"});

  const auto bound = plan_of(axes + task_and_network + training + awake + replay + step +
                             "recording = { of = \"replay\", at = { friction = 0.5, seed = 2 } }\n");
  CHECK(labels_of(bound, "step") == Texts{"step"});
  CHECK(inputs_of(bound, "step") == Texts{"replay[seed=2,friction=0.5]"});
}

TEST_CASE("a simulation binds the axes of its training, to values, axes or their entries") {
  const std::string conditions =
      "[axes]\nrow = [2, 1]\n[axes.batches]\none = 1\ntwo = 2\n[axes.case]\n"
      "a = { training = \"two\", trials = 3 }\nb = { training = \"two\", trials = 4 }\n" +
      task_and_network +
      "[stage.train]\nrun = \"train\"\ntask = \"box\"\nnetwork = \"small\"\nbatches = \"$batches\"\nmask = \"$row\"\n"
      "[stage.replay]\nrun = \"simulate\"\nphase = \"quiescent\"\ntrials = \"$case.trials\"\n";
  const auto plan = plan_of(conditions + "of = { of = \"train\", at = { batches = \"$case.training\", row = 1 } }\n");
  CHECK(labels_of(plan, "replay") == Texts{"replay[case=a]", "replay[case=b]"});
  CHECK(inputs_of(plan, "replay[case=b]") == Texts{"train[row=1,batches=two]"});

  const auto error = [&](const std::string& at) {
    return errors_of(conditions + "of = { of = \"train\", at = { row = 1, batches = \"" + at + "\" } }\n");
  };
  CHECK(
      contains(error("$case.trials"), "axis 'case.trials' has the value 3, which 'batches' has not; it has one, two"));
  CHECK(contains(error("$case.network"), "a of axis 'case' has no entry 'network'"));
}

TEST_CASE("gather stages and figures take all points of the axes they gather") {
  const auto table = plan_of(sweep + "[stage.table]\nrun = \"gather\"\nof = \"step\"\nover = \"seed\"\n");
  REQUIRE(labels_of(table, "table") == Texts{"table"});
  CHECK(inputs_of(table, "table").size() == 6);
  CHECK(text_of(std::get<GatherStage>(labelled(table, "table").work).coordinates[1]) == "seed=0,friction=1.0");

  const auto part = plan_of(sweep +
                            "[stage.table]\nrun = \"gather\"\nof = \"step\"\n"
                            "at = { friction = 0.5, seed = [0, 2] }\n");
  CHECK(inputs_of(part, "table") == Texts{"step[seed=0,friction=0.5]", "step[seed=2,friction=0.5]"});

  const auto figure = plan_of(sweep +
                              "[stage.figure]\nrun = \"figure\"\n"
                              "draw = { kind = \"density\", of = \"replay\", each = \"friction\" }\n");
  CHECK(labels_of(figure, "figure") == Texts{"figure[seed=0]", "figure[seed=1]", "figure[seed=2]"});
  CHECK(inputs_of(figure, "figure[seed=1]") == Texts{"replay[seed=1,friction=0.5]", "replay[seed=1,friction=1.0]"});
}

TEST_CASE("states are coloured by the recording that the measurement read, not by another of the same name") {
  const auto errors = [](const std::string& at) {
    return errors_of("[axes]\ncondition = [0.0, 1.0]\ncolumn = [0.0, 1.0]\n" + task_and_network + training +
                     "[stage.replay]\nrun = \"simulate\"\nof = \"train\"\nphase = \"quiescent\"\ntrials = 5\n"
                     "noise = { factor = \"$condition\" }\nrecord = [\"state\"]\n"
                     "[stage.pca]\nrun = \"measure\"\nmetric = { plugin = \"explained_variance\", components = 2 }\n"
                     "fit = { of = \"replay\", at = { condition = \"$column\" } }\n"
                     "[stage.figure]\nrun = \"figure\"\ndraw = { kind = \"states\", of = [\"pca\", " +
                     at + "] }\n");
  };
  CHECK(errors("{ of = \"replay\", at = { condition = \"$column\" } }") == "");
  CHECK(contains(errors("\"replay\""), "the colours of 'pca' come from 'replay[condition=0.0]', which it reads"));
}

TEST_CASE("a figure that averages nothing refuses over, one that draws over axes gathers them") {
  const auto errors = errors_of(sweep +
                                "[stage.figure]\nrun = \"figure\"\n"
                                "draw = { kind = \"paths\", of = \"replay\", over = \"seed\" }\n");
  CHECK(contains(errors, "a figure \"paths\" averages nothing and takes no 'over'; write 'each'"));
  const auto figure = plan_of(sweep +
                              "[stage.figure]\nrun = \"figure\"\n"
                              "draw = { kind = \"heatmap\", of = \"step\", value = \"stepwise_distance\", "
                              "x = \"friction\", y = \"seed\" }\n");
  CHECK(labels_of(figure, "figure") == Texts{"figure"});
  CHECK(inputs_of(figure, "figure").size() == 6);
}

TEST_CASE(
    "a trade-off gathers the axes it draws over, and a number of a stage that it does not draw is shown in place") {
  const auto figure = [](const std::string& y) {
    return "[stage.figure]\nrun = \"figure\"\ndraw = { kind = \"tradeoff\", of = \"step\", "
           "x = \"step.stepwise_distance\", y = \"" +
           y + "\", colour = \"friction\", over = \"seed\" }\n";
  };
  const auto plan = plan_of(sweep + figure("step.stepwise_distance_se"));
  CHECK(labels_of(plan, "figure") == Texts{"figure"});
  CHECK(inputs_of(plan, "figure").size() == 6);
  const auto errors = errors_of(sweep + figure("stop.stepwise_distance"));
  CHECK(contains(errors, "error: 'y' names a number of 'stop', which the figure does not draw. Did you mean 'step'?"));
  CHECK(contains(errors, "y = \"stop.stepwise_distance\""));
  CHECK(contains(errors_of(sweep + figure("step.stepwise_distence")), "Did you mean 'stepwise_distance'?"));
  CHECK(contains(errors_of(sweep + figure("step.per_trial")), "'per_trial' of 'step' has a number for each trial"));
}

TEST_CASE("a value that an axis gives and a plugin refuses is shown at the axis, once") {
  const auto errors =
      errors_of("[axes]\nseed = [0, 1]\nfriction = [0.5, 1.5]\n" + task_and_network + training + replay);
  CHECK(contains(errors, "test.toml:3:18: error: 'friction' must be a number in (0, 1], not 1.5"));
  CHECK(errors.find("error:") == errors.rfind("error:"));
}

TEST_CASE("an axis may serve a claim alone") {
  const std::string claim =
      "[claim.c]\nvalue = { of = \"train\", name = \"loss\", at = { seed = \"$other\" }, reduce = \"last\" }\n"
      "below = 1\nfor_all = \"other\"\n";
  const auto plan = plan_of("[axes]\nseed = [0, 1, 2]\nother = [1, 2]\n" + task_and_network + training + claim);
  REQUIRE(plan.claims.size() == 1);
  CHECK(plan.claims[0].cases.size() == 2);
}

TEST_CASE("a seed of the command line that no stage takes, because an axis gives it, is a mistake") {
  const auto sweep_of_seeds = "seed = 3\n[axes]\nseed = [0, 1]\n" + task_and_network + training + awake;
  const std::string step =
      "[stage.step]\nrun = \"measure\"\nmetric = { plugin = \"stepwise_distance\" }\n"
      "recording = { of = \"awake\", at = { seed = 1 } }\n";
  CHECK(contains(errors_of(sweep_of_seeds, {"seed=5"}),
                 "--set:1:1: error: 'seed' reaches no stage: the axis 'seed' gives each its own; set 'axes.seed'"));
  CHECK(plan_of(sweep_of_seeds).seed == 3);
  CHECK(plan_of(sweep_of_seeds + step, {"seed=5"}).seed == 5);
}

TEST_CASE("mistakes with axes name their place and the remedy") {
  const auto of = [](const std::string& axes_text, const std::string& more = "") {
    return errors_of(axes_text + task_and_network + training + awake + more);
  };
  CHECK(contains(of("[axes]\nx = [1]\n"), "test.toml:2:1: error: axis 'x' reaches no stage"));
  CHECK(contains(of("[axes.c]\na = { gain = 1, steps = 5 }\nb = { gain = 2, steps = 6 }\n",
                    "[stage.short]\nrun = \"train\"\ntask = \"box\"\nnetwork = \"small\"\nbatches = \"$c.steps\"\n"),
                 "test.toml:2:7: error: nothing takes 'gain' of axis 'c'; write \"$c.gain\" where it is to stand"));
  CHECK(contains(of("[axes]\nx = []\n"), "axis 'x' has no values"));
  CHECK(contains(of("[axes]\nx = 3\n"), "'x' must be a list of values, or a table NAME = value"));
  CHECK(contains(of("[axes]\nx = [1, 2, 1.0]\n"), "test.toml:2:12: error: 1.0 appears twice in 'x'"));
  CHECK(contains(of("[axes]\nx = [[1]]\n"), "lists and tables need names: [axes.x] with NAME = value"));
  CHECK(contains(of("[axes]\nx = [\"a/b\"]\n"), "\"a/b\" cannot be a value of 'x'"));
  CHECK(contains(of("[axes]\nx = [\"a/b\"]\n"), "; a table [axes.x] gives other values a name"));
  const auto named = of("[axes.x]\n\"a b\" = 1\n");
  CHECK(contains(named, "\"a b\" cannot be a value of 'x'"));
  CHECK_FALSE(contains(named, "a table"));
  CHECK(contains(of("[axes]\nseed = [-1]\n"), "the values of 'seed' must be integers from 0 on"));
  CHECK(contains(of("[axes]\nx = [\"$y\"]\n"), "values of axes cannot mention axes"));
  CHECK(contains(of("[axes]\nfriction = [1]\n", replay + "steps = \"$fricton\"\n"),
                 "there is no axis 'fricton'. Did you mean 'friction'?"));
  CHECK(contains(of("", replay), "there is no axis 'friction'. Declare it: [axes] with friction = [...]"));
  CHECK(contains(of("[axes.net]\na = { x = 1 }\n",
                    "[stage.b]\nrun = \"simulate\"\nof = \"train\"\n"
                    "phase = \"awake\"\ntrials = \"$net.trials\"\n"),
                 "'a' of axis 'net' needs an entry 'trials', which 'trials' of [stage.b] uses"));
}

TEST_CASE("mistakes with bindings name their place and the remedy") {
  const auto of = [](const std::string& recording) {
    return errors_of(axes + task_and_network + training + awake + replay + step + "recording = " + recording + "\n");
  };
  CHECK(contains(of("{ of = \"awake\", at = { friction = 0.5 } }"),
                 "no axis 'friction' reaches the stage 'awake'; seed does"));
  CHECK(contains(of("{ of = \"replay\", at = { friction = 0.7 } }"),
                 "axis 'friction' has no value 0.7; it has 0.5, 1.0"));
  CHECK(contains(of("{ of = \"replay\", at = { friction = \"$seed\" } }"),
                 "axis 'seed' has the value 0, which 'friction' has not; it has 0.5, 1.0"));
  CHECK(contains(of("{ of = \"replay\", at = { friction = [0.5] } }"), "needs 'friction' to be gathered"));
  CHECK(contains(of("{ of = \"$friction\" }"), "an axis chooses with at = { AXIS = \"$friction\" }"));
  CHECK(contains(errors_of(sweep + "[stage.g]\nrun = \"gather\"\nof = \"train\"\nover = \"friction\"\n"),
                 "axis 'friction' does not reach 'train'"));
  CHECK(contains(errors_of(sweep + "[stage.g]\nrun = \"gather\"\nof = \"train\"\nover = \"sed\"\n"),
                 "there is no axis 'sed'. Did you mean 'seed'?"));
  CHECK(contains(errors_of(sweep + "[stage.g]\nrun = \"gather\"\nof = \"awake\"\n"),
                 "a gather stage reads train or measure stages, and 'awake' is a simulate stage"));
  const auto values = [](const std::string& value) {
    return errors_of(sweep + "[stage.g]\nrun = \"gather\"\nof = \"train\"\nvalue = " + value + "\n");
  };
  CHECK(contains(values("\"los\""), "'train' has no result 'los'. Did you mean 'loss'?"));
  CHECK(contains(values("[\"loss\", \"los\"]"), "'train' has no result 'los'. Did you mean 'loss'?"));
  CHECK(contains(values("[]"), "'value' must be the name of a result, or a list of names"));
  for (const char* over : {"1", "true", "{}", "[[\"seed\"]]", "[1]"})
    CHECK(contains(errors_of(sweep + "[stage.g]\nrun = \"gather\"\nof = \"train\"\nover = " + over + "\n"),
                   "must be the name of an axis, or a list of names"));
  CHECK(contains(values("3"), "'value' must be the name of a result, or a list of names"));
}

TEST_CASE("stages that run only when needed are left out where nothing needs them") {
  const std::string text = axes + task_and_network + training + "when_needed = true\n" + replay +
                           "when_needed = true\n" + step +
                           "recording = { of = \"replay\", at = { friction = 0.5, seed = 2 } }\n";
  const auto plan = plan_of(text);
  CHECK(labels_of(plan, "train") == Texts{"train[seed=2]"});
  CHECK(labels_of(plan, "replay") == Texts{"replay[seed=2,friction=0.5]"});
  CHECK(inputs_of(plan, "step") == Texts{"replay[seed=2,friction=0.5]"});
  CHECK(labelled(plan, "train[seed=2]").fingerprint == labelled(plan_of(sweep), "train[seed=2]").fingerprint);

  const auto claimed = plan_of(text +
                               "[claim.c]\nvalue = { of = \"train\", name = \"loss\", at = { batch = 1, seed = 1 } }\n"
                               "below = 1\n");
  CHECK(labels_of(claimed, "train") == Texts{"train[seed=1]", "train[seed=2]"});
  CHECK(claimed.stages[*claimed.claims[0].cases[0].samples[0].value.stage].label() == "train[seed=1]");
  CHECK(contains(errors_of(task_and_network + training + "when_needed = 1\n"), "'when_needed' must be"));
}
