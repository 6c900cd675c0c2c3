/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_phase_gap': phase 2 has no slots */
#define PHASES 3
#include "parts/cell.h"
