/* tf_vector_lanes.h: clang's vector types, and the frame of each vector operation.
 *
 * This and the vector_*.c behind it are also text in front of generated C (TF_GENERATED), where clang inlines what it
 * needs of them.
 *
 * Operations are guest text like those of tf_number.h. They read their operands before they write the result, which
 * may be one of them. On x86-64 they may use SSE 4.1, which rounding needs anyway. */
#ifndef TF_VECTOR_LANES_H
#define TF_VECTOR_LANES_H

#ifndef TF_GENERATED
#include "tf_store.h"
#include "tf_vector.h"
#if defined(__x86_64__)
#define TF_LANES __attribute__((target("sse4.1")))
#else
#include <arm_neon.h>
#define TF_LANES
#endif
#define OPERATION(type) type TF_LANES TF_GUEST_TEXT
#else
#define TF_LANES
#define OPERATION(type) TF_INLINE type
typedef signed char int8_t;
typedef short int16_t;
typedef unsigned short uint16_t;
#define INT32_MAX 0x7FFFFFFF
#define INT32_MIN (-INT32_MAX - 1)
#define UINT32_MAX 0xFFFFFFFFu
#define UINT32_C(n) n##u
#define UINT64_C(n) n##ull
#endif

/* A vector type, and the same for wherever a tf_vector is: aligned to eight bytes. */
#define LANES(name, type, size)                                \
    typedef type name __attribute__((vector_size(size)));      \
    typedef type name##_at __attribute__((vector_size(size), aligned(8), may_alias));
LANES(c8x16, char, 16)
LANES(s8x16, int8_t, 16)
LANES(u8x16, uint8_t, 16)
LANES(s16x8, int16_t, 16)
LANES(u16x8, uint16_t, 16)
LANES(s32x4, int32_t, 16)
LANES(u32x4, uint32_t, 16)
LANES(s64x2, int64_t, 16)
LANES(u64x2, uint64_t, 16)
LANES(f32x4, float, 16)
LANES(f64x2, double, 16)
LANES(s8x8, int8_t, 8)
LANES(u8x8, uint8_t, 8)
LANES(s16x4, int16_t, 8)
LANES(u16x4, uint16_t, 8)
LANES(s32x2, int32_t, 8)
LANES(u32x2, uint32_t, 8)
LANES(f32x2, float, 8)
LANES(u16x16, uint16_t, 32)
LANES(u32x8, uint32_t, 32)
LANES(s32x8, int32_t, 32)
LANES(s16x16, int16_t, 32)
#undef LANES

/* An operation: operands a, b and c as vectors of a type, the result as one of any type. */
#define UNARY(name, type, ...)                                                                \
    OPERATION(void) tf_v_##name(tf_vector *result, const tf_vector *x) {          \
        type a = *(const type##_at *)x;                                                       \
        *(u8x16_at *)result = (u8x16)(__VA_ARGS__);                                           \
    }
#define BINARY(name, type, ...)                                                                             \
    OPERATION(void) tf_v_##name(tf_vector *result, const tf_vector *x, const tf_vector *y) {    \
        type a = *(const type##_at *)x, b = *(const type##_at *)y;                                          \
        *(u8x16_at *)result = (u8x16)(__VA_ARGS__);                                                         \
    }
#define TERNARY(name, type, ...)                                                                           \
    OPERATION(void) tf_v_##name(tf_vector *result, const tf_vector *x, const tf_vector *y,     \
                                            const tf_vector *z) {                                          \
        type a = *(const type##_at *)x, b = *(const type##_at *)y, c = *(const type##_at *)z;              \
        *(u8x16_at *)result = (u8x16)(__VA_ARGS__);                                                        \
    }
#define SHIFT(name, type, ...)                                                                              \
    OPERATION(void) tf_v_##name(tf_vector *result, const tf_vector *x, uint32_t count) {        \
        type a = *(const type##_at *)x;                                                                     \
        *(u8x16_at *)result = (u8x16)(__VA_ARGS__);                                                         \
    }
#define TEST(name, type, ...)                                            \
    OPERATION(uint32_t) tf_v_##name(const tf_vector *x) {    \
        type a = *(const type##_at *)x;                                  \
        return (uint32_t)(__VA_ARGS__);                                  \
    }

/* Where a mask's bits are set, those of `yes`, elsewhere those of `no`. */
#define CHOOSE(mask, yes, no) (((u8x16)(mask) & (u8x16)(yes)) | (~(u8x16)(mask) & (u8x16)(no)))

/* Halves of a vector of 16, 8 or 4 lanes. */
#define LOW16(a) __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7)
#define HIGH16(a) __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15)
#define LOW8(a) __builtin_shufflevector(a, a, 0, 1, 2, 3)
#define HIGH8(a) __builtin_shufflevector(a, a, 4, 5, 6, 7)
#define LOW4(a) __builtin_shufflevector(a, a, 0, 1)
#define HIGH4(a) __builtin_shufflevector(a, a, 2, 3)
/* Every second lane. */
#define EVEN16(a) __builtin_shufflevector(a, a, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD16(a) __builtin_shufflevector(a, a, 1, 3, 5, 7, 9, 11, 13, 15)
#define EVEN8(a) __builtin_shufflevector(a, a, 0, 2, 4, 6)
#define ODD8(a) __builtin_shufflevector(a, a, 1, 3, 5, 7)
#if defined(__x86_64__)
#define SHUFFLED_BYTES(table, index) __builtin_ia32_pshufb128((c8x16)(table), (c8x16)(index))
#define SIGNS_OF_BYTES(a) __builtin_ia32_pmovmskb128((c8x16)(a))
#define SIGNS_OF_SHORTS(a) SIGNS_OF_BYTES(__builtin_ia32_packsswb128((s16x8)(a), (s16x8){}))
#define SIGNS_OF_WORDS(a) __builtin_ia32_movmskps((f32x4)(a))
#define SIGNS_OF_DOUBLES(a) __builtin_ia32_movmskpd((f64x2)(a))
#define PRODUCTS_OF_PAIRS(a, b) __builtin_ia32_pmaddwd128((s16x8)(a), (s16x8)(b))
/* 0 nearest even, 1 down, 2 up, 3 towards zero; 8 raises no inexact flag. */
#define ROUNDED_SINGLES(a, mode) __builtin_ia32_roundps((f32x4)(a), 8 + mode)
#define ROUNDED_DOUBLES(a, mode) __builtin_ia32_roundpd((f64x2)(a), 8 + mode)
#endif
/* Two vectors of 8, 4 or 2 lanes, one behind the other. */
#define JOIN8(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define JOIN4(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7)
#define JOIN2(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3)
#define AS(type, a) __builtin_convertvector(a, type)

#ifndef TF_GENERATED
/* What tf_api.vector points to. */
extern const tf_vector_api tf_vector_functions;

#define DECLARE_UNARY(name) void tf_v_##name(tf_vector *, const tf_vector *);
#define DECLARE_BINARY(name) void tf_v_##name(tf_vector *, const tf_vector *, const tf_vector *);
#define DECLARE_TERNARY(name) void tf_v_##name(tf_vector *, const tf_vector *, const tf_vector *, const tf_vector *);
#define DECLARE_SHIFT(name) void tf_v_##name(tf_vector *, const tf_vector *, uint32_t);
#define DECLARE_TEST(name) uint32_t tf_v_##name(const tf_vector *);
TF_VECTOR_FUNCTIONS(DECLARE_UNARY, DECLARE_BINARY, DECLARE_TERNARY, DECLARE_SHIFT, DECLARE_TEST)
#endif

#endif
