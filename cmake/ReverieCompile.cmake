# Flags of every target of the project. No -march: loops that profit are compiled for several instruction sets and chosen
# at run time. -ffp-contract=off keeps bits equal across those copies and across the plugin boundary.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
add_compile_options(-Wall -Wextra -Wconversion -ffp-contract=off)
# GCC 12 warns of an overlap inside std::string that cannot happen (GCC bug 105651).
add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
# GCC collects its garbage later: a tenth less time for large units, and a tenth more memory.
add_compile_options("$<$<COMPILE_LANG_AND_ID:CXX,GNU>:SHELL:--param ggc-min-heapsize=400000>")
if(REVERIE_UNITY)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 16)
  # It takes the sources for headers, and warns of the same std::string in precompiled headers.
  add_compile_options("$<$<COMPILE_LANG_AND_ID:CXX,GNU>:SHELL:-Wno-subobject-linkage -Wno-stringop-overflow>")
endif()
if(REVERIE_WERROR)
  add_compile_options(-Werror)
endif()
if(REVERIE_SANITIZE STREQUAL "fuzzer")
  # tests/fuzz
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(REVERIE_SANITIZE)
  add_compile_options(-fsanitize=${REVERIE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${REVERIE_SANITIZE})
endif()

# Code that plans, checks, writes and draws: nothing to gain from more, and it is most of what is compiled. -Og takes two
# thirds of the time of -O1.
set(REVERIE_TEXT_OPTIONS -Og)
# Loops over arrays: vectorised, without the parts of IEEE semantics (errno, traps) that prevent it.
set(REVERIE_LOOP_OPTIONS -O3 -fno-math-errno -fno-trapping-math)
