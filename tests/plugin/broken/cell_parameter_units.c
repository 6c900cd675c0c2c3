/* SPDX-License-Identifier: BSD-3-Clause */
/* load: cell 'cell_parameter_units': parameter 0 is called 'units', which is a key of pipelines */
#define PARAMETER_NAME "units"
#include "parts/cell.h"
