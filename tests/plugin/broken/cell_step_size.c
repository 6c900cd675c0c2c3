/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_step_size': its step size nan is not a positive number */
#define STEP_SIZE NAN
#include "parts/cell.h"
