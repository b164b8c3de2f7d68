#include "vmath.h"

const float vm_boundsf[8] = {89.0f, -104.0f, 129.0f, -151.0f, -20.0f, 90.0f, 20.0f, 10.0f};

#ifdef VM_VARIABLES
#define NUMBER(name, value) const float name = value;
VM_NUMBERSF(NUMBER)
#endif
