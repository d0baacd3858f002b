/* What Python can call of this library. */
#ifndef CLCACHE_EXPORTED_H
#define CLCACHE_EXPORTED_H

#ifdef _WIN32
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED __attribute__((visibility("default")))
#endif

#endif
