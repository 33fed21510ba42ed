/* tf_optimized_vector.h: vectors in generated C for clang and gcc, after tf_vector.h. */
#ifndef TF_OPTIMIZED_VECTOR_H
#define TF_OPTIMIZED_VECTOR_H

typedef unsigned long long TF_PAIR8 __attribute__((vector_size(16), aligned(8), may_alias));
typedef unsigned long long TF_PAIR1 __attribute__((vector_size(16), aligned(1), may_alias));
typedef unsigned long long TF_PAIR __attribute__((vector_size(16)));

/* The bits of a vector, two lanes of 64; a vector made of such. */
#define VU(v) (*(const TF_PAIR8 *)(v))
#define VB(v, value) (*(TF_PAIR8 *)(v) = (value))

/* A load may trap, so it is done even if its value counts for nothing. */
TF_INLINE void LV(V *to, const void *at) {
    TF_PAIR value = *(const TF_PAIR1 *)at;
    __asm__ volatile("" : : TF_FLOAT_REGISTER(value));
    *(TF_PAIR8 *)to = value;
}

TF_INLINE void SV(void *at, const V *from) { *(TF_PAIR1 *)at = *(const TF_PAIR8 *)from; }

/* The operations: clang inlines them (what follows is src/tf_vector_lanes.h and src/vector_*.c); gcc, and a clang
 * that lacks what they are made of, calls the runtime. */
#if defined(__clang__) && defined(__SSE4_1__) && __clang_major__ >= 17
#define TF_INLINES_VECTORS
#undef Q
#define Q(name) tf_v_##name
#endif

#endif
