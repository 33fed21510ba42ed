/* vector_width.c: vectors of integers whose result has lanes of another width. */
#ifndef TF_GENERATED
#include "tf_vector_lanes.h"
#endif

/* --- Narrower: clamped to the result's range --- */

#define CLAMP(type, a, least, greatest) \
    __builtin_elementwise_min(__builtin_elementwise_max(a, (type){} + (least)), (type){} + (greatest))
#define NARROW(type, half, join, least, greatest) \
    join(AS(half, CLAMP(type, a, least, greatest)), AS(half, CLAMP(type, b, least, greatest)))
BINARY(i8x16_narrow_i16x8_s, s16x8, NARROW(s16x8, s8x8, JOIN8, -128, 127))
BINARY(i8x16_narrow_i16x8_u, s16x8, NARROW(s16x8, u8x8, JOIN8, 0, 255))
BINARY(i16x8_narrow_i32x4_s, s32x4, NARROW(s32x4, s16x4, JOIN4, -32768, 32767))
BINARY(i16x8_narrow_i32x4_u, s32x4, NARROW(s32x4, u16x4, JOIN4, 0, 65535))

/* --- Wider --- */

/* Of the result's shape, the operands' shape and their types. Products are taken without a sign, for which overflow
 * is defined; there is none. */
#define WIDER(name, from, s, u, wide_s, wide_u, low, high)                                           \
    UNARY(name##_extend_low_##from##_s, s, AS(wide_s, low(a)))                                       \
    UNARY(name##_extend_high_##from##_s, s, AS(wide_s, high(a)))                                     \
    UNARY(name##_extend_low_##from##_u, u, AS(wide_u, low(a)))                                       \
    UNARY(name##_extend_high_##from##_u, u, AS(wide_u, high(a)))                                     \
    BINARY(name##_extmul_low_##from##_s, s, (wide_u)AS(wide_s, low(a)) * (wide_u)AS(wide_s, low(b)))   \
    BINARY(name##_extmul_high_##from##_s, s, (wide_u)AS(wide_s, high(a)) * (wide_u)AS(wide_s, high(b))) \
    BINARY(name##_extmul_low_##from##_u, u, AS(wide_u, low(a)) * AS(wide_u, low(b)))                 \
    BINARY(name##_extmul_high_##from##_u, u, AS(wide_u, high(a)) * AS(wide_u, high(b)))
WIDER(i16x8, i8x16, s8x16, u8x16, s16x8, u16x8, LOW16, HIGH16)
WIDER(i32x4, i16x8, s16x8, u16x8, s32x4, u32x4, LOW8, HIGH8)
WIDER(i64x2, i32x4, s32x4, u32x4, s64x2, u64x2, LOW4, HIGH4)

UNARY(i16x8_extadd_pairwise_i8x16_s, s8x16, AS(s16x8, EVEN16(a)) + AS(s16x8, ODD16(a)))
UNARY(i16x8_extadd_pairwise_i8x16_u, u8x16, AS(u16x8, EVEN16(a)) + AS(u16x8, ODD16(a)))
UNARY(i32x4_extadd_pairwise_i16x8_s, s16x8, AS(s32x4, EVEN8(a)) + AS(s32x4, ODD8(a)))
UNARY(i32x4_extadd_pairwise_i16x8_u, u16x8, AS(u32x4, EVEN8(a)) + AS(u32x4, ODD8(a)))

/* --- Products --- */

/* The sum of two products of -32768 does not fit, and wraps. */
#define PRODUCT(type, half) ((type)AS(s32x4, half(a)) * (type)AS(s32x4, half(b)))
#if defined(__x86_64__)
BINARY(i32x4_dot_i16x8_s, s16x8, PRODUCTS_OF_PAIRS(a, b))
#else
BINARY(i32x4_dot_i16x8_s, s16x8, PRODUCT(u32x4, EVEN8) + PRODUCT(u32x4, ODD8))
#endif

/* Only the square of -32768 is too large. */
#define ROUNDED_PRODUCT ((AS(s32x8, a) * AS(s32x8, b) + 0x4000) >> 15)
BINARY(i16x8_q15mulr_sat_s, s16x8, AS(s16x8, __builtin_elementwise_min(ROUNDED_PRODUCT, (s32x8){} + 32767)))

/* Of relaxed SIMD: bytes with sign times bytes with sign, the pairs' sums wrapped to 16 bits. */
#define BYTE_PRODUCT(half) ((u16x8)AS(s16x8, half(a)) * (u16x8)AS(s16x8, half(b)))
#define BYTE_SUMS ((s16x8)(BYTE_PRODUCT(EVEN16) + BYTE_PRODUCT(ODD16)))
BINARY(i16x8_relaxed_dot_i8x16_i7x16_s, s8x16, BYTE_SUMS)
TERNARY(i32x4_relaxed_dot_i8x16_i7x16_add_s, s8x16,
        (u32x4)AS(s32x4, EVEN8(BYTE_SUMS)) + (u32x4)AS(s32x4, ODD8(BYTE_SUMS)) + (u32x4)c)
