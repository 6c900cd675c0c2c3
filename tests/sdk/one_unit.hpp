// SPDX-License-Identifier: BSD-3-Clause
/// What a dynamics is called with: one trial and one unit.
#pragma once

#include <reverie/abi.h>

struct OneUnit {
  double state, drift, noise;
  reverie_step step{};
  reverie_dynamics_block block{};

  OneUnit(double s, double d, double n) : state(s), drift(d), noise(n) {
    step.struct_size = sizeof step;
    block.struct_size = sizeof block;
    block.dtype = REVERIE_F64;
    block.rows = block.units = 1;
    block.step = &step;
    block.state = {&state, 1};
    block.drift = {&drift, 1};
    block.noise = {&noise, 1};
  }
  OneUnit(const OneUnit&) = delete;
  OneUnit& operator=(const OneUnit&) = delete;
};
