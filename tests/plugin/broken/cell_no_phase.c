/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_no_phase': 0 phases; 1 to 8 are possible */
#define PHASES 0
#include "parts/cell.h"
