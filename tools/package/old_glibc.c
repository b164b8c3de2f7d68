/* What old C libraries have under another name (fstat, before 2.33), or had in a static part (pthread_atfork). */
#include <sys/stat.h>

#ifdef __aarch64__
enum { STAT_VERSION = 0 };
#else
enum { STAT_VERSION = 1 };
#endif
extern int __fxstat(int version, int file, struct stat *status);
extern int __register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *library);
extern void *__dso_handle;

int fstat(int file, struct stat *status) { return __fxstat(STAT_VERSION, file, status); }
int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void)) {
  return __register_atfork(prepare, parent, child, __dso_handle);
}
