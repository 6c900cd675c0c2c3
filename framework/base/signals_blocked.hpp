// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <signal.h>

namespace reverie {

/// While it lives, this thread and those that it starts get no signals but those of their own crashes: the others wait,
/// or go to the main thread, which has a stack for their handlers. (The frame of a handler in the middle of generated
/// code, which may use the stack pointer for something else, destroys memory.)
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t asynchronous;
    sigemptyset(&asynchronous);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGUSR1}) sigaddset(&asynchronous, signal);
    ::pthread_sigmask(SIG_BLOCK, &asynchronous, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace reverie
