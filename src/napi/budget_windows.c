#include "budget.h"
#include <windows.h>

int64_t ts_default_budget(void) {
  MEMORYSTATUSEX status = {.dwLength = sizeof status};
  return GlobalMemoryStatusEx(&status) ? (int64_t)(status.ullTotalPhys / 10 * 8) : 0;
}
