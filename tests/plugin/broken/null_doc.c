/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'null_doc': parameter 'friction': its doc is missing */
#define DOC NULL
#include "parts/dynamics.h"
