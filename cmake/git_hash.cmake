# Writes git_hash.hpp at every build, touching it only when the hash changed: cmake -DSOURCE=... -DOUTPUT=... -P
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND git describe --always --dirty --abbrev=12 --exclude=* WORKING_DIRECTORY "${SOURCE}"
  OUTPUT_VARIABLE hash OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(hash "unknown")
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT "// Generated.\n#define REVERIE_GIT_HASH \"@hash@\"\n" @ONLY)
