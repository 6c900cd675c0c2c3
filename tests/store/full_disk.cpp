// SPDX-License-Identifier: BSD-3-Clause
/// A limit on the size of files stands in for a full disk: write() fails in the same places.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <store/publication.hpp>
#include <store/recording.hpp>
#include <store/weights.hpp>

#include "temporary_folder.hpp"

using namespace reverie::store;

namespace {

/// The message of the DataError of `action`, run in a child whose files may have `limit` bytes. The child leaves by
/// exit(), as the command does, so that the libraries' own closing runs too.
template <class Action>
std::string error_with_file_limit(std::uintmax_t limit, Action&& action) {
  int report[2];  // a pipe has no limit
  REQUIRE(::pipe(report) == 0);
  std::fflush(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::alarm(60);
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{limit, limit};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto message = test::data_error(action);
    const bool sent = ::write(report[1], message.data(), message.size()) == static_cast<ssize_t>(message.size());
    std::exit(sent ? 7 : 1);
  }
  ::close(report[1]);
  std::string message(4096, '\0');
  message.resize(static_cast<std::size_t>(std::max(ssize_t{0}, ::read(report[0], message.data(), message.size()))));
  ::close(report[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
  return message;
}

template <class Action>
void check_reports_full_disk(std::uintmax_t limit, Action&& action) {
  const test::TemporaryFolder folder;
  const auto file = folder / "result";
  const auto message = error_with_file_limit(limit, [&] { action(file); });
  CAPTURE(message);
  CHECK(test::contains(message, file.string()));
  CHECK(test::contains(message, "File too large"));
  CHECK(test::contains(message, "ulimit -f"));
  CHECK(test::entries_of(folder.path()) == 0);
}

/// From the first bytes of the file to its last.
template <class Action>
void check_reports_full_disk_anywhere(Action&& action) {
  const test::TemporaryFolder folder;
  action(folder / "whole");
  const auto size = std::filesystem::file_size(folder / "whole");
  for (const auto limit : {std::uintmax_t{0}, std::uintmax_t{512}, std::uintmax_t{5'000}, size / 2, size - 1}) {
    CAPTURE(limit);
    check_reports_full_disk(limit, action);
  }
}

void record(const std::filesystem::path& file, bool compress) {
  std::vector<float> values(20'000);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<float>(k * 2654435761U % 1000003U);
  RecordingWriter writer(file, {}, {{"x", {"trial", "time"}, {4, 20'000}, "", ""}}, compress);
  for (std::int64_t trial = 0; trial < 4; ++trial) writer.put("x", trial, 1, values.data());
  writer.close();
}

}  // namespace

TEST_CASE("a disk that fills up anywhere in a recording is reported and leaves no file") {
  for (const bool compress : {false, true}) {
    CAPTURE(compress);
    check_reports_full_disk_anywhere([compress](const auto& file) { record(file, compress); });
  }
}

TEST_CASE("a disk that fills up anywhere in a result is reported and leaves no file") {
  check_reports_full_disk_anywhere([](const auto& file) {
    write_dataset(file, {{{"x", {"n"}, {10'000}, "", "", std::vector<double>(10'000, 1.5), {}},
                          {"label", {"n"}, {10'000}, "", "", {}, std::vector<std::string>(10'000, "direction")}},
                         {}});
  });
}

TEST_CASE("weights and texts on a full disk are reported and leave no file") {
  check_reports_full_disk(1000, [](const auto& file) {
    write_safetensors(file, {{"w", {1000}, std::vector<double>(1000, 1.5), "F32"}});
  });
  check_reports_full_disk(1000, [](const auto& file) { write_file_atomically(file, std::string(1001, 'x')); });
}
