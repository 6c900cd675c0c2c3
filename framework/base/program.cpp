// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <base/program.hpp>
#include <cerrno>

namespace reverie {
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

/// Both ends of a pipe, closed with the scope.
class Pipe {
 public:
  Pipe() : error_(::pipe2(ends_.data(), O_CLOEXEC) == 0 ? 0 : errno) {}
  ~Pipe() {
    close(0);
    close(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int error() const { return error_; }
  int end_to_read() const { return ends_[0]; }
  int end_to_write() const { return ends_[1]; }
  void close_end_to_write() { close(1); }

 private:
  void close(std::size_t end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }

  std::array<int, 2> ends_ = {-1, -1};
  int error_;
};

/// Reads what arrives at both descriptors until the other ends are closed.
void read_all(std::array<int, 2> descriptors, std::array<std::string*, 2> texts) {
  std::array<pollfd, 2> waiting = {{{descriptors[0], POLLIN, 0}, {descriptors[1], POLLIN, 0}}};
  std::array<char, 4096> buffer;
  while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
    for (std::size_t k = 0; k < waiting.size(); ++k) {
      if (waiting[k].fd < 0 || waiting[k].revents == 0) continue;
      const ssize_t count = ::read(waiting[k].fd, buffer.data(), buffer.size());
      if (count > 0) texts[k]->append(buffer.data(), static_cast<std::size_t>(count));
      if (count == 0 || (count < 0 && errno != EINTR)) waiting[k].fd = -1;
    }
  }
}

}  // namespace

ProgramEnd run_program(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
  ProgramEnd end;
  Pipe output, errors;
  end.start_error = output.error() != 0 ? output.error() : errors.error();
  if (end.start_error != 0) return end;
  FileActions actions;
  posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(actions.get(), output.end_to_write(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(actions.get(), errors.end_to_write(), STDERR_FILENO);
  if (!folder.empty()) posix_spawn_file_actions_addchdir_np(actions.get(), folder.c_str());

  auto texts = arguments;
  std::vector<char*> argument_vector;
  for (auto& text : texts) argument_vector.push_back(text.data());
  argument_vector.push_back(nullptr);
  pid_t child = 0;
  end.start_error = ::posix_spawnp(&child, argument_vector[0], actions.get(), nullptr, argument_vector.data(), environ);
  if (end.start_error != 0) return end;
  output.close_end_to_write();
  errors.close_end_to_write();
  read_all({output.end_to_read(), errors.end_to_read()}, {&end.output, &end.errors});
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status))
    end.signal = WTERMSIG(status);
  else
    end.exit_code = WEXITSTATUS(status);
  return end;
}

}  // namespace reverie
