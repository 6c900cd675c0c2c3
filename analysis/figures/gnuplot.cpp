// SPDX-License-Identifier: BSD-3-Clause
#include <analysis/figures/gnuplot.hpp>
#include <analysis/figures/utf8.hpp>
#include <store/dataset.hpp>
#include <store/publication.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace reverie::analysis {
namespace {

/// The file actions of a spawn, released with the scope.
class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

[[noreturn]] void cannot_start(int error) {
  throw store::DataError(fmt::format("gnuplot, which draws the figures, cannot be started: {}", std::strerror(error)),
                         "install it: apt-get install gnuplot-nox");
}

const std::array<const char*, 3> pictures = {"figure.svg", "figure.pdf", "figure.png"};

void remove_pictures(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const char* picture : pictures) std::filesystem::remove(folder / picture, ignored);
}

bool all_drawn(const std::filesystem::path& folder) {
  return std::all_of(pictures.begin(), pictures.end(), [&](const char* picture) {
    std::error_code missing;
    return std::filesystem::file_size(folder / picture, missing) > 0 && !missing;
  });
}

/// "/CreationDate (D:20260101120000+01'00)" keeps its length, for the file's table of offsets.
void fix_date(const std::filesystem::path& pdf) {
  std::string bytes = store::read_file(pdf);
  const std::string key = "/CreationDate (D:";
  const auto at = bytes.find(key);
  if (at == std::string::npos) return;
  const std::string fixed = "20000101000000";
  for (std::size_t i = 0; i < fixed.size() && at + key.size() + i < bytes.size(); ++i) {
    char& byte = bytes[at + key.size() + i];
    if (byte < '0' || byte > '9') break;
    byte = fixed[i];
  }
  store::write_file_atomically(pdf, bytes);
}

/// Everything the other end writes until it closes.
std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR)) return text;
  }
}

}  // namespace

std::string plain_text(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    if (length == 0) {
      result += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    const auto first = static_cast<unsigned char>(text[i]);
    const bool control = first < 0x20 || first == 0x7F;
    result += control ? std::string(" ") : std::string(text.substr(i, length));
    i += length;
  }
  return result;
}

std::string gnuplot_string(std::string_view text) {
  std::string result = "'";
  for (const char c : plain_text(text)) {
    if (c == '\'') result += '\'';
    result += c;
  }
  return result + "'";
}

std::string script_header(const std::string& title, const std::string& caption) {
  return fmt::format(
      "# {}\n# {}\n# Draws figure.svg, figure.pdf and figure.png from figure.csv; run in this folder: gnuplot "
      "figure.gp\n",
      plain_text(title), plain_text(caption));
}

void run_gnuplot(const std::filesystem::path& folder) {
  remove_pictures(folder);

  std::array<int, 2> pipe_ends;
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) cannot_start(errno);
  const auto [talk, talk_of_child] = pipe_ends;
  FileActions actions;
  posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(actions.get(), talk_of_child, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(actions.get(), talk_of_child, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(actions.get(), folder.c_str());

  // -d: without the user's initialisation file, which could change how every figure looks.
  std::array<std::string, 3> arguments = {"gnuplot", "-d", "figure.gp"};
  std::array<char*, 4> argument_vector = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, "gnuplot", actions.get(), nullptr, argument_vector.data(), environ);
  ::close(talk_of_child);
  if (error != 0) {
    ::close(talk);
    cannot_start(error);
  }
  const std::string words = read_all(talk);
  ::close(talk);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }

  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && all_drawn(folder)) return fix_date(folder / "figure.pdf");
  remove_pictures(folder);
  const std::string how = WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status)) : "failed";
  throw store::DataError(
      fmt::format("gnuplot {} on {}: {}", how, (folder / "figure.gp").string(),
                  words.empty() ? "it said nothing" : words),
      "figures need gnuplot 5.4 or later with its svg and cairo terminals: apt-get install gnuplot-nox");
}

}  // namespace reverie::analysis
