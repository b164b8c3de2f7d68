/* The constants of selu: the fixed point of mean 0 and variance 1. */
#ifndef TS_SELU_H
#define TS_SELU_H
#define TS_SELU_ALPHA 1.6732632423543772848170429916717
#define TS_SELU_SCALE 1.0507009873554804934193349852946
#endif
