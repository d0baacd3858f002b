s.o: s.c in\ c/a\ b.h /usr/lib/llvm-19/lib/clang/19/include/stddef.h \
  /usr/lib/llvm-19/lib/clang/19/include/__stddef_header_macro.h \
  /usr/lib/llvm-19/lib/clang/19/include/__stddef_ptrdiff_t.h \
  /usr/lib/llvm-19/lib/clang/19/include/__stddef_size_t.h \
  /usr/lib/llvm-19/lib/clang/19/include/__stddef_wchar_t.h \
  /usr/lib/llvm-19/lib/clang/19/include/__stddef_null.h \
  /usr/lib/llvm-19/lib/clang/19/include/__stddef_max_align_t.h \
  /usr/lib/llvm-19/lib/clang/19/include/__stddef_offsetof.h
