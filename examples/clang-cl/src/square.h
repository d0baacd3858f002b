#ifndef SQUARE_H
#define SQUARE_H

#ifdef __cplusplus
extern "C"
#endif
int square(int number);

#endif
