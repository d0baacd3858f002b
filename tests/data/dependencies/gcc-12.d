s.o: s.c /usr/include/stdc-predef.h in\ c/a\ b.h \
 /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h
