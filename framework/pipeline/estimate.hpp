// SPDX-License-Identifier: BSD-3-Clause
/// How much a stage will ask of the machine, from its sizes alone: what the scheduler shares out.
///
/// Memory of a stage that runs on k threads, in bytes (B trials per batch, T steps, N units, I inputs, O outputs, E
/// start activities, L latents, P = 4 N^2 + N (4 I + E + O) parameters at most, D dynamics, S = 25 rows of a shard, C =
/// checkpoint_every or T; docs/running.md):
///
///   train      base + 4 P (12 + B/S) + k 4 S (C (N (20 + 4 D) + 4 O + 2 I) + (T/C - 1) N (4 + 4 D) + 4 T (L + I))
///   import     base + 32 P
///   simulate   base + 4 P 4 + k 4 S (10 (N (10 + 4 D) + 2 O) + 2 T (4 L + 2 I and what is recorded))
///   measure    base + 16 bytes per number of the largest variable of each recording it reads
///   gather     the same as a figure
///   figure     base + 16 bytes per latent of each step and trial of the recordings it reads
///
/// with base = 100 MiB. On the safe side: a GRU has 20 arrays of units per step, a leaky RNN has 6.
#pragma once

#include <pipeline/plan.hpp>

namespace reverie::pipeline {

struct Estimate {
  std::uint64_t memory = 0, memory_per_thread = 0;  ///< bytes
  double work = 0;                                  ///< larger takes longer; comparable among stages of one kind
  int useful_threads = 1;                           ///< more would idle
};

/// Of every stage of the plan, in its order.
std::vector<Estimate> estimate(const Plan& plan);

}  // namespace reverie::pipeline
