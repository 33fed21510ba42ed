/* tf_vector_lanes.h: clang's vector types, and the frame of each vector operation.
 *
 * Operations are guest text like those of tf_number.h. They read their operands before they write the result, which
 * may be one of them. On x86-64 they may use SSE 4.1, which rounding needs anyway. */
#ifndef TF_VECTOR_LANES_H
#define TF_VECTOR_LANES_H

#include "tf_store.h"
#include "tf_vector.h"

#if defined(__x86_64__)
#include <smmintrin.h>
#define TF_LANES __attribute__((target("sse4.1")))
#elif defined(__aarch64__)
#include <arm_neon.h>
#define TF_LANES
#else
#define TF_LANES
#endif

/* A vector type, and the same for wherever a tf_vector is: aligned to eight bytes. */
#define LANES(name, type, size)                                \
    typedef type name __attribute__((vector_size(size)));      \
    typedef type name##_at __attribute__((vector_size(size), aligned(8), may_alias));
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
    void TF_LANES TF_GUEST_TEXT tf_v_##name(tf_vector *result, const tf_vector *x) {          \
        type a = *(const type##_at *)x;                                                       \
        *(u8x16_at *)result = (u8x16)(__VA_ARGS__);                                           \
    }
#define BINARY(name, type, ...)                                                                             \
    void TF_LANES TF_GUEST_TEXT tf_v_##name(tf_vector *result, const tf_vector *x, const tf_vector *y) {    \
        type a = *(const type##_at *)x, b = *(const type##_at *)y;                                          \
        *(u8x16_at *)result = (u8x16)(__VA_ARGS__);                                                         \
    }
#define TERNARY(name, type, ...)                                                                           \
    void TF_LANES TF_GUEST_TEXT tf_v_##name(tf_vector *result, const tf_vector *x, const tf_vector *y,     \
                                            const tf_vector *z) {                                          \
        type a = *(const type##_at *)x, b = *(const type##_at *)y, c = *(const type##_at *)z;              \
        *(u8x16_at *)result = (u8x16)(__VA_ARGS__);                                                        \
    }
#define SHIFT(name, type, ...)                                                                              \
    void TF_LANES TF_GUEST_TEXT tf_v_##name(tf_vector *result, const tf_vector *x, uint32_t count) {        \
        type a = *(const type##_at *)x;                                                                     \
        *(u8x16_at *)result = (u8x16)(__VA_ARGS__);                                                         \
    }
#define TEST(name, type, ...)                                            \
    uint32_t TF_LANES TF_GUEST_TEXT tf_v_##name(const tf_vector *x) {    \
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
/* Two vectors of 8, 4 or 2 lanes, one behind the other. */
#define JOIN8(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define JOIN4(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7)
#define JOIN2(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3)
#define AS(type, a) __builtin_convertvector(a, type)

/* What tf_api.vector points to. */
extern const tf_vector_api tf_vector_functions;

#define DECLARE_UNARY(name) void tf_v_##name(tf_vector *, const tf_vector *);
#define DECLARE_BINARY(name) void tf_v_##name(tf_vector *, const tf_vector *, const tf_vector *);
#define DECLARE_TERNARY(name) void tf_v_##name(tf_vector *, const tf_vector *, const tf_vector *, const tf_vector *);
#define DECLARE_SHIFT(name) void tf_v_##name(tf_vector *, const tf_vector *, uint32_t);
#define DECLARE_TEST(name) uint32_t tf_v_##name(const tf_vector *);
TF_VECTOR_FUNCTIONS(DECLARE_UNARY, DECLARE_BINARY, DECLARE_TERNARY, DECLARE_SHIFT, DECLARE_TEST)

#endif
