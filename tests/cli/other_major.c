/* SPDX-License-Identifier: BSD-3-Clause */
/* A plugin of a future major version: only its note is ever read. */
#include <reverie/abi.h>

__attribute__((used, aligned(4), section(".note.reverie"))) static const reverie_note note = {
    sizeof REVERIE_NOTE_NAME, sizeof(reverie_note) - offsetof(reverie_note, major), REVERIE_NOTE_TYPE, REVERIE_NOTE_NAME,
    99, 0, 0, 99, 0, 0};
