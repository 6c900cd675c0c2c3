/* SPDX-License-Identifier: BSD-3-Clause */
/* load: dynamics 'doc_latin1': parameter 'friction': its doc is not UTF-8 */
#define DOC "Reibung: \xfc"
#include "parts/dynamics.h"
