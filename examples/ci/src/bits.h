#ifndef BITS_H
#define BITS_H

#ifdef __cplusplus
extern "C" {
#endif

int count_bits(unsigned number);

#ifdef __cplusplus
}
#endif

#endif
