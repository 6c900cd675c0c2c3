// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>

#include <numeric>
#include <store/export.hpp>
#include <store/recording.hpp>

#include "temporary_folder.hpp"

using namespace reverie::store;

namespace {

constexpr std::int64_t trials = 5, steps = 4, space = 2;

Dataset small() {
  return {{{"time", {"time"}, {steps}, "s", "time", {0.02, 0.04, 0.06, 0.08}, {}},
           {"coordinate", {"space"}, {space}, "", "", {}, {"x", "y"}}},
          {{"title", "sample"}, {"seed", "0"}}};
}

const std::vector<StreamedVariable> streamed = {
    {"position", {"trial", "time", "space"}, {trials, steps, space}, "m", "decoded position"},
    {"speed", {"trial", "time"}, {trials, steps}, "m/s", ""}};

/// Element k of the flattened variable is k / 8, exact in float32.
std::vector<float> values(std::int64_t per_trial) {
  std::vector<float> result(static_cast<std::size_t>(trials * per_trial));
  for (std::size_t k = 0; k < result.size(); ++k) result[k] = static_cast<float>(k) / 8;
  return result;
}

void write(const std::filesystem::path& file, std::int64_t at_a_time, bool compress = false) {
  RecordingWriter writer(file, small(), streamed, compress);
  const auto position = values(steps * space), speed = values(steps);
  for (std::int64_t trial = 0; trial < trials; trial += at_a_time) {
    const auto count = std::min(at_a_time, trials - trial);
    writer.put("position", trial, count, position.data() + trial * steps * space);
    writer.put("speed", trial, count, speed.data() + trial * steps);
  }
  writer.close();
}

}  // namespace

TEST_CASE("a recording reads back, whole and by rows, compressed or not") {
  for (const bool compress : {false, true}) {
    CAPTURE(compress);
    const test::TemporaryFolder folder;
    write(folder / "a.nc", 2, compress);
    RecordingReader opened(folder / "a.nc");
    const RecordingReader reader(std::move(opened));
    CHECK(reader.file() == folder / "a.nc");
    CHECK(reader.names() == std::vector<std::string>{"time", "coordinate", "position", "speed"});
    CHECK(reader.has("speed"));
    CHECK_FALSE(reader.has("velocity"));
    CHECK(reader.dims("position") == std::vector<std::string>{"trial", "time", "space"});
    CHECK(reader.shape("position") == std::vector<std::int64_t>{trials, steps, space});
    CHECK(reader.unit("position") == "m");
    CHECK(reader.unit("coordinate").empty());
    CHECK(reader.attributes() == small().attributes);
    CHECK(reader.labels("coordinate") == std::vector<std::string>{"x", "y"});
    CHECK(reader.read_double("time") == std::vector<double>{0.02, 0.04, 0.06, 0.08});
    const auto all = values(steps * space);
    CHECK(reader.read("position") == all);
    CHECK(reader.read("position", 1, 2) == std::vector<float>(all.begin() + 8, all.begin() + 24));
    CHECK(reader.read("position", 4) == std::vector<float>(all.begin() + 32, all.end()));
    CHECK(reader.read("position", 5, 0).empty());
  }
}

TEST_CASE("equal recordings give equal bytes") {
  const test::TemporaryFolder folder;
  write(folder / "a.nc", 2);
  write(folder / "b.nc", 2);
  CHECK(test::bytes_of(folder / "a.nc") == test::bytes_of(folder / "b.nc"));
}

TEST_CASE("trials may come in any order") {
  const test::TemporaryFolder folder;
  const auto all = values(steps);
  RecordingWriter writer(folder / "a.nc", {}, {streamed[1]});
  for (const std::int64_t trial : {3, 0, 4, 1, 2}) writer.put("speed", trial, 1, all.data() + trial * steps);
  writer.close();
  CHECK(RecordingReader(folder / "a.nc").read("speed") == all);
}

TEST_CASE("a recording is visible only when closed, and vanishes when abandoned") {
  const test::TemporaryFolder folder;
  const auto all = values(steps);
  {
    RecordingWriter writer(folder / "a.nc", {}, {streamed[1]});
    writer.put("speed", 0, trials, all.data());
    CHECK_FALSE(std::filesystem::exists(folder / "a.nc"));
  }
  CHECK(test::entries_of(folder.path()) == 0);
}

TEST_CASE("a recording that lacks trials is not published") {
  const test::TemporaryFolder folder;
  const auto all = values(steps);
  {
    RecordingWriter writer(folder / "a.nc", {}, {streamed[1]});
    writer.put("speed", 0, trials - 1, all.data());
    CHECK_THROWS_AS(writer.close(), std::logic_error);
    CHECK_THROWS_AS(writer.put("speed", trials - 1, 2, all.data()), std::logic_error);
    CHECK_THROWS_AS(writer.put("position", 0, 1, all.data()), std::logic_error);
  }
  CHECK(test::entries_of(folder.path()) == 0);
}

TEST_CASE("asking for what a recording does not have is answered with what it has") {
  const test::TemporaryFolder folder;
  write(folder / "a.nc", trials);
  const RecordingReader reader(folder / "a.nc");
  const auto says = [&](auto&& action, const std::string& part) {
    const auto message = test::data_error(action);
    CAPTURE(message);
    CHECK(test::contains(message, part));
    CHECK(test::contains(message, (folder / "a.nc").string()));
  };
  says([&] { reader.read("positon"); }, "(it has: time, coordinate, position, speed). Did you mean 'position'?");
  says(
      [&] {
        reader.require_dims("speed", {"trial", "time", "space"});
      },
      "has dimensions (trial, time), not (trial, time, space)");
  says([&] { reader.read("speed", 3, 3); }, "has 5 rows of 'trial'; rows 3 to 6 were asked for");
  says([&] { reader.read("speed", 6); }, "has 5 rows of 'trial'");
  says([&] { reader.read("coordinate"); }, "holds texts");
  says([&] { reader.labels("speed"); }, "holds no texts");
  CHECK_NOTHROW(reader.require_dims("speed", {"trial", "time"}));
}

TEST_CASE("an export that is stopped leaves nothing") {
  const test::TemporaryFolder folder;
  write(folder / "a.nc", 2);
  for (const char* name : {"a.npz", "a.csv"}) {
    const auto stop = [] { throw reverie::Interrupted(reverie::ExitCode::interrupted); };
    CHECK_THROWS_AS(export_file(folder / "a.nc", folder / name, stop), reverie::Interrupted);
    CHECK(test::entries_of(folder.path()) == 1);
  }
}
