// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <base/signals_blocked.hpp>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <pipeline/child.hpp>
#include <plugin/calling.hpp>
#include <store/files.hpp>
#include <utility>

namespace reverie::pipeline {
namespace {

/// Of this child: what its signal handlers need.
int talk = -1;
std::atomic<bool> stop_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free);

/// Nothing can be done about a parent that does not listen.
void write_all(int descriptor, const char* text, std::size_t size) {
  while (size > 0) {
    const auto written = ::write(descriptor, text, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text += written;
    size -= static_cast<std::size_t>(written);
  }
}

/// Tells the parent which plugin is being called; async-signal-safe.
void tell_what_is_called(const plugin::Calling& now) {
  if (now.host_code()) return;
  std::array<char, 2 * PATH_MAX + 1024> line;
  std::size_t size = 0;
  const auto add = [&](std::string_view part) {
    for (const char c : part.substr(0, PATH_MAX)) {
      if (c == '"' || c == '\\') line[size++] = '\\';
      line[size++] = static_cast<unsigned char>(c) < ' ' ? '?' : c;
    }
  };
  std::array<char, 256> words;
  const auto raw = [&](std::string_view part) {
    std::memcpy(line.data() + size, part.data(), part.size());
    size += part.size();
  };
  raw("\n{\"calling\":\"");  // a line may have been begun
  add({words.data(), plugin::describe(now, words)});
  raw("\",\"file\":\"");
  add(plugin::file_of(now));
  raw("\"}\n");
  write_all(talk, line.data(), size);
}

extern "C" void on_crash(int signal) {
  tell_what_is_called(plugin::calling.get());
  ::raise(signal);  // the handler is gone (SA_RESETHAND): this time it ends the process
}

extern "C" void on_question(int) { tell_what_is_called(plugin::any_calling()); }

extern "C" void on_stop(int) { stop_flag = true; }

void on_exit_by_others(int code, void*) {
  tell_what_is_called(plugin::calling.get());
  // Destructors of the parent's objects must not run here.
  std::fflush(nullptr);
  ::_exit(code);
}

void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

void set_up_signals() {
  // A stack that overflowed has no room for the handler.
  static std::array<char, 65536> handler_stack;
  stack_t stack{};
  stack.ss_sp = handler_stack.data();
  stack.ss_size = handler_stack.size();
  ::sigaltstack(&stack, nullptr);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS})
    handle(signal, on_crash, static_cast<int>(SA_RESETHAND | SA_NODEFER | SA_ONSTACK));
  stop_flag = false;
  // On the other stack, too: code that libraries generate may use the stack pointer for something else.
  handle(SIGTERM, on_stop, SA_ONSTACK);
  handle(SIGUSR1, on_question, SA_ONSTACK | SA_RESTART);
  // Ctrl-C is the parent's; a pipe without reader or a limit on file sizes is an error of write().
  for (const int signal : {SIGINT, SIGHUP, SIGPIPE, SIGXFSZ}) handle(signal, SIG_IGN, 0);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void redirect(const char* file, int flags, int to) {
  const int opened = ::open(file, flags | O_CLOEXEC, 0666);
  if (opened < 0) return;
  ::dup2(opened, to);
  ::close(opened);
}

/// Under memory pressure the system shall end a child, and not the parent that reports it.
void volunteer_for_the_out_of_memory_killer() {
  const int opened = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (opened < 0) return;
  write_all(opened, "500", 3);
  ::close(opened);
}

[[noreturn]] void run_child(pid_t parent, const std::filesystem::path& log, const Child::Body& body) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(EXIT_FAILURE);  // it died before that
  ::setpgid(0, 0);
  set_up_signals();
  redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  const auto file = log.empty() ? std::filesystem::path("/dev/null") : log;
  redirect(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, STDOUT_FILENO);
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  volunteer_for_the_out_of_memory_killer();
  ::on_exit(on_exit_by_others, nullptr);
  Channel channel(talk);
  try {
    body(channel, stop_flag);
  } catch (const std::exception& error) {  // further up it would find the parent's objects
    fmt::print(stderr, "{}\n", error.what());
    std::fflush(nullptr);
    ::_exit(EXIT_FAILURE);
  }
  std::fflush(nullptr);
  ::_exit(EXIT_SUCCESS);
}

}  // namespace

void Channel::send(const nlohmann::json& line) {
  const auto text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const std::lock_guard lock(mutex_);
  write_all(descriptor_, text.data(), text.size());
}

Child Child::start(const std::filesystem::path& log, const Body& body) {
  std::array<int, 2> ends;
  const auto no_process = [](int error) {
    return store::DataError(
        fmt::format("no process can be started: {}", store::reason_of(error)),
        "Raise the limits on processes and open files (ulimit -u, ulimit -n), or use --in-process.");
  };
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw no_process(errno);
  // What is buffered here would be written by both.
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  // The child would lose a signal that came before its own handlers are there (set_up_signals).
  const SignalsBlocked until_then;
  const pid_t process = ::fork();
  if (process < 0) {
    const int error = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    throw no_process(error);
  }
  if (process == 0) {
    ::close(ends[0]);
    talk = ends[1];
    run_child(parent, log, body);
  }
  ::close(ends[1]);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {process, ends[0]};
}

Child::Child(Child&& other) noexcept
    : process_(std::exchange(other.process_, 0)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      unfinished_(std::move(other.unfinished_)) {}

Child::~Child() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (process_ == 0) return;
  ::kill(process_, SIGKILL);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::vector<std::string> Child::read_lines() {
  std::array<char, 65536> block;
  while (descriptor_ >= 0) {
    const auto count = ::read(descriptor_, block.data(), block.size());
    if (count > 0) unfinished_.append(block.data(), static_cast<std::size_t>(count));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count <= 0) ::close(std::exchange(descriptor_, -1));
  }
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end; (end = unfinished_.find('\n', begin)) != std::string::npos; begin = end + 1)
    if (end > begin) lines.push_back(unfinished_.substr(begin, end - begin));
  unfinished_.erase(0, begin);
  return lines;
}

std::optional<ChildEnd> Child::ended() {
  int status = 0;
  if (process_ == 0 || ::waitpid(process_, &status, WNOHANG) != process_) return std::nullopt;
  process_ = 0;
  return WIFSIGNALED(status) ? ChildEnd{0, WTERMSIG(status)} : ChildEnd{WEXITSTATUS(status), 0};
}

void Child::send_signal(int signal) const {
  if (process_ != 0) ::kill(process_, signal);
}

void wait_for(const std::vector<const Child*>& children, int milliseconds) {
  std::vector<pollfd> descriptors;
  for (const auto* child : children)
    if (child->descriptor() >= 0)
      descriptors.push_back({child->descriptor(), POLLIN, 0});
    else
      milliseconds = std::min(milliseconds, 5);  // its end is near
  ::poll(descriptors.data(), descriptors.size(), milliseconds);
}

std::string describe_signal(int signal) {
  const char* name = ::sigabbrev_np(signal);
  const auto text = name ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
      return text + " (invalid memory access)";
    case SIGFPE:
      return text + " (invalid arithmetic)";
    case SIGILL:
      return text + " (invalid instruction)";
    case SIGABRT:
      return text + " (abort)";
    default:
      return text;
  }
}

}  // namespace reverie::pipeline
