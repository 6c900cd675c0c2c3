/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A correct dynamics plugin in plain C in which every macro below, defined by the file that includes this one, breaks
 * one thing. NAME comes from the build: the name of that file. */
#include <reverie/abi.h>

#include <math.h>
#include <stddef.h>
#include <string.h>

#include <signal.h>
#include <stdlib.h>

#ifndef MAJOR
#define MAJOR REVERIE_ABI_MAJOR
#endif
#ifndef BUILT_MINOR
#define BUILT_MINOR REVERIE_ABI_MINOR
#endif
#ifndef REQUIRED_MINOR
#define REQUIRED_MINOR 0
#endif
#ifndef NOTE_SIZE
#define NOTE_SIZE 24
#endif
#ifndef SDK_MAJOR
#define SDK_MAJOR 0
#endif
#ifndef ENTRY
#define ENTRY reverie_plugin_entry_v1
#endif
#ifndef PLUGIN_SIZE
#define PLUGIN_SIZE sizeof(reverie_plugin)
#endif
#ifndef COMPONENT_COUNT
#define COMPONENT_COUNT 2
#endif
#ifndef FIRST
#define FIRST &first
#endif
#ifndef COMPONENT_SIZE
#define COMPONENT_SIZE sizeof(reverie_component)
#endif
#ifndef TABLE_SIZE
#define TABLE_SIZE sizeof(reverie_dynamics)
#endif
#ifndef KIND
#define KIND REVERIE_KIND_DYNAMICS
#endif
#ifndef ID
#define ID NAME
#endif
#ifndef VERSION
#define VERSION "1.0.0"
#endif
#ifndef COMPONENT_DOC
#define COMPONENT_DOC ""
#endif
#ifndef RESULTS_REVISION
#define RESULTS_REVISION 1
#endif
#ifndef CREATE
#define CREATE create
#endif
#ifndef DESTROY
#define DESTROY destroy
#endif
#ifndef LAYOUT_SIZE
#define LAYOUT_SIZE sizeof(reverie_dynamics_layout)
#endif
#ifndef LAYOUT
#define LAYOUT layout
#endif
#ifndef TABLE
#define TABLE &table
#endif
#ifndef COMPONENTS
#define COMPONENTS components
#endif
#ifndef SECOND_ID
#define SECOND_ID ID "_too"
#endif
#ifndef PARAMETER_NAME
#define PARAMETER_NAME "friction"
#endif
#ifndef PARAMETER_TYPE
#define PARAMETER_TYPE REVERIE_NUMBER
#endif
#ifndef PARAMETERS
#define PARAMETERS parameters
#endif
#ifndef PARAMETER_COUNT
#define PARAMETER_COUNT 2
#endif
#ifndef PARAMETER_SIZE
#define PARAMETER_SIZE sizeof(reverie_parameter)
#endif
#ifndef PARAMETER_STRIDE
#define PARAMETER_STRIDE sizeof(reverie_parameter)
#endif
#ifndef DEFAULT_TYPE
#define DEFAULT_TYPE PARAMETER_TYPE
#endif
#ifndef DEFAULT
#define DEFAULT 0.5
#endif
#ifndef MINIMUM
#define MINIMUM 0
#endif
#ifndef DOC
#define DOC "how much"
#endif
#ifndef SECOND_NAME
#define SECOND_NAME "mode"
#endif
#ifndef CHOICE_COUNT
#define CHOICE_COUNT 2
#endif
#ifndef USES
#define USES REVERIE_USES_ADVANCE
#endif
#ifndef MEMORY_COUNT
#define MEMORY_COUNT 1
#endif
#ifndef LAYOUT_RESULT
#define LAYOUT_RESULT &the_layout
#endif
#ifndef IN_CREATE
#define IN_CREATE
#endif
#ifndef IN_DESTROY
#define IN_DESTROY
#endif
#ifndef IN_ADVANCE
#define IN_ADVANCE
#endif
#ifndef CURRENT
#define CURRENT NULL
#endif
#ifndef INSTANCE
#define INSTANCE NULL
#endif
#ifndef CREATE_STATUS
#define CREATE_STATUS REVERIE_OK
#endif
#ifndef CREATE_MESSAGE
#define CREATE_MESSAGE ""
#endif
#ifndef ADVANCE_STATUS
#define ADVANCE_STATUS REVERIE_OK
#endif

#ifndef WITHOUT_NOTE
__attribute__((section(".note.reverie"), used, aligned(4))) static const reverie_note note = {
    8, NOTE_SIZE, REVERIE_NOTE_TYPE, REVERIE_NOTE_NAME, MAJOR, BUILT_MINOR, REQUIRED_MINOR, SDK_MAJOR, 0, 0};
#endif

#ifdef CONSTRUCTOR /* a statement */
__attribute__((constructor)) static void construct(void) { CONSTRUCTOR; }
#endif

#ifdef CHANGES_ARITHMETIC /* as the start-up code of -ffast-math does: flush denormals; and 53-bit x87 precision */
__attribute__((constructor)) static void change_arithmetic(void) {
  const unsigned short control = 0x027f;
  __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040U);
  __asm__ volatile("fldcw %0" : : "m"(control));
}
#endif

#ifdef NEEDS_FUNCTION
int NEEDS_FUNCTION(void);
int uses_it(void) { return NEEDS_FUNCTION(); }
#endif

static const char* const memory_names[] = {"velocity", "velocity", "c", "d", "e", "f", "g", "h", "i"};
static const reverie_dynamics_layout the_layout = {LAYOUT_SIZE, USES, MEMORY_COUNT, 0, memory_names};

static reverie_status create(const reverie_host* host, const reverie_setting* setting, const reverie_value* values,
                             uint32_t value_count, uint32_t value_stride, void** instance, reverie_error* error) {
  (void)host, (void)setting, (void)values, (void)value_count, (void)value_stride;
  IN_CREATE;
  error->param_index = 0;
  strcpy(error->message, CREATE_MESSAGE);
  *instance = (void*)INSTANCE;
  return CREATE_STATUS;
}
static void destroy(void* instance) {
  (void)instance;
  IN_DESTROY;
}
static const reverie_dynamics_layout* layout(const void* instance) {
  (void)instance;
  return LAYOUT_RESULT;
}
static reverie_status advance(const void* instance, const reverie_dynamics_block* block, reverie_error* error) {
  (void)instance, (void)block, (void)error;
  IN_ADVANCE;
  return ADVANCE_STATUS;
}

static const reverie_value number_default = {sizeof number_default, DEFAULT_TYPE, DEFAULT, 0, NULL, NULL, 0, 0};
static const reverie_value choice_default = {sizeof choice_default, REVERIE_CHOICE, 0, 1, "b", NULL, 0, 0};
static const char* const choices[] = {"a", "b"};
static const reverie_parameter parameters[] = {
    {PARAMETER_SIZE, PARAMETER_TYPE, PARAMETER_NAME, NULL, "1", DOC, &number_default, MINIMUM, 1, 0, 0, NULL},
    {sizeof(reverie_parameter), REVERIE_CHOICE, SECOND_NAME, NULL, NULL, "which", &choice_default, 0, 0, 0,
     CHOICE_COUNT, choices}};

static const reverie_dynamics table = {TABLE_SIZE, 0, LAYOUT, NULL, CURRENT, advance, NULL, NULL, NULL};
static const reverie_component first = {
    COMPONENT_SIZE,   KIND, ID,         VERSION, COMPONENT_DOC, NULL, RESULTS_REVISION, PARAMETER_COUNT,
    PARAMETER_STRIDE, 0,    PARAMETERS, CREATE,  DESTROY,       TABLE};
static const reverie_component second = {COMPONENT_SIZE,   KIND, SECOND_ID,  VERSION, "",      NULL, 1, 2,
                                         PARAMETER_STRIDE, 0,    parameters, CREATE,  destroy, TABLE};
static const reverie_component* const components[] = {FIRST, &second};
static const reverie_plugin plugin = {PLUGIN_SIZE, COMPONENT_COUNT, COMPONENTS};

const reverie_plugin* ENTRY(const reverie_host* host, reverie_error* error);
const reverie_plugin* ENTRY(const reverie_host* host, reverie_error* error) {
  (void)host;
#ifdef IN_ENTRY /* a statement */
  IN_ENTRY;
#endif
#ifdef REFUSES
  strcpy(error->message, REFUSES);
  return plugin.struct_size ? NULL : &plugin;
#else
  (void)error;
  return &plugin;
#endif
}
