// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <analysis/report/animation.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using nlohmann::json;
using reverie::analysis::animation_of;

namespace {
const std::string header = "panel,trial,step,time (s),x (m),y (m),source,phase\n";
}

TEST_CASE("paths keep their order, times and places in a square around all of them, y downwards") {
  const auto data = json::parse(animation_of(header + "0,0,0,0.02,-1,0,Awake,awake\n"
                                                      "0,0,4,0.10,1,0,Awake,awake\n"
                                                      "1,0,0,0.02,0,0.5,\"Replay, \"\"fast\"\"\",quiescent\n"
                                                      "1,0,4,0.10,0,-0.5,\"Replay, \"\"fast\"\"\",quiescent\n"));
  CHECK(data["unit"] == "s");
  REQUIRE(data["panels"].size() == 2);
  CHECK(data["panels"][0]["label"] == "Awake");
  CHECK(data["panels"][1]["label"] == "Replay, \"fast\"");
  CHECK(data["panels"][1]["phase"] == "quiescent");
  CHECK(data["panels"][0]["time"] == json({0.02, 0.1}));
  // The square has the side 2 * 1.04: x from -1.04 to 1.04, 1 m is 480.8 thousandths.
  CHECK(data["panels"][0]["paths"] == json::parse("[[19,500,981,500]]"));
  CHECK(data["panels"][1]["paths"] == json::parse("[[500,260,500,740]]"));
}

TEST_CASE("at most twelve paths are kept, and how many there are is told") {
  auto csv = header;
  for (int trial = 0; trial < 20; ++trial)
    for (int step = 0; step < 3; ++step) csv += fmt::format("0,{},{},{},{},{},a,\n", trial, step, step, step, trial);
  const auto data = json::parse(animation_of(csv));
  CHECK(data["panels"][0]["paths"].size() == 12);
  CHECK(data["panels"][0]["trials"] == 20);
}

TEST_CASE("tables of other figures, and paths that stand still, give none") {
  CHECK(animation_of("").empty());
  CHECK(animation_of("panel,batch,loss\n0,1,2\n").empty());
  CHECK(animation_of(header).empty());
  CHECK(animation_of(header + "0,0,0,0.02,0,0,a,awake\n").empty());
  CHECK(animation_of("panel,trial,step,PC 1,PC 2,colour,source,phase\n0,0,0,1,2,3,a,awake\n0,0,1,2,3,4,a,awake\n")
            .empty());
  CHECK(animation_of(header + "this is no row\n7,0,0,0,0,0,a,\n").empty());
}
