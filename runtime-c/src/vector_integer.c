/* vector_integer.c: vectors of integers, and of bytes without meaning. */
#ifndef TF_GENERATED
#include "tf_vector_lanes.h"
#endif

/* --- Any bits --- */

TERNARY(v128_bitselect, u64x2, (a & c) | (b & ~c))
TEST(v128_any_true, u64x2, (a[0] | a[1]) != 0)

/* --- Lanes anywhere --- */

#if defined(__x86_64__)
/* pshufb gives 0 for an index with its top bit set: adding 112 sets it for all above 15, and saturates. */
static inline __attribute__((always_inline)) TF_LANES u8x16 lookup(u8x16 table, u8x16 index) {
    index = __builtin_elementwise_add_sat(index, (u8x16){} + 112);
    return (u8x16)SHUFFLED_BYTES(table, index);
}
#elif defined(__aarch64__)
static inline __attribute__((always_inline)) u8x16 lookup(u8x16 table, u8x16 index) {
    return (u8x16)vqtbl1q_u8((uint8x16_t)table, (uint8x16_t)index);
}
#else
static inline __attribute__((always_inline)) u8x16 lookup(u8x16 table, u8x16 index) {
    u8x16 result = {};
    for (int i = 0; i < 16; i++) {
        if (index[i] < 16) result[i] = table[index[i]];
    }
    return result;
}
#endif

BINARY(i8x16_swizzle, u8x16, lookup(a, b))
TERNARY(i8x16_shuffle, u8x16, lookup(a, c) | lookup(b, c - 16))

/* --- Bits of lanes --- */

#define ALL_TRUE(a) ({ u64x2 zeros = (u64x2)((a) == 0); (zeros[0] | zeros[1]) == 0; })
TEST(i8x16_all_true, u8x16, ALL_TRUE(a))
TEST(i16x8_all_true, u16x8, ALL_TRUE(a))
TEST(i32x4_all_true, u32x4, ALL_TRUE(a))
TEST(i64x2_all_true, u64x2, ALL_TRUE(a))

#if defined(__x86_64__)
TEST(i8x16_bitmask, u8x16, SIGNS_OF_BYTES(a))
TEST(i16x8_bitmask, s16x8, SIGNS_OF_SHORTS(a))
TEST(i32x4_bitmask, u32x4, SIGNS_OF_WORDS(a))
TEST(i64x2_bitmask, u64x2, SIGNS_OF_DOUBLES(a))
#else
#define BITMASK(a, lanes) ({ uint32_t mask = 0; for (int i = 0; i < lanes; i++) mask |= (uint32_t)(a[i] < 0) << i; mask; })
TEST(i8x16_bitmask, s8x16, BITMASK(a, 16))
TEST(i16x8_bitmask, s16x8, BITMASK(a, 8))
TEST(i32x4_bitmask, s32x4, BITMASK(a, 4))
TEST(i64x2_bitmask, s64x2, BITMASK(a, 2))
#endif

/* --- Every width --- */

/* Of a shape, its signed and unsigned type, and its lanes' type and width. */
#define EVERY_WIDTH(name, s, u, lane, bits)                        \
    BINARY(name##_add, u, a + b)                                   \
    BINARY(name##_sub, u, a - b)                                   \
    UNARY(name##_neg, u, -a)                                       \
    UNARY(name##_abs, s, __builtin_elementwise_abs(a))             \
    SHIFT(name##_shl, u, a << ((u){} + (lane)(count & (bits - 1))))  \
    SHIFT(name##_shr_s, s, a >> ((s){} + (lane)(count & (bits - 1)))) \
    SHIFT(name##_shr_u, u, a >> ((u){} + (lane)(count & (bits - 1)))) \
    BINARY(name##_eq, u, a == b)                                   \
    BINARY(name##_ne, u, a != b)                                   \
    BINARY(name##_lt_s, s, a < b)                                  \
    BINARY(name##_gt_s, s, a > b)                                  \
    BINARY(name##_le_s, s, a <= b)                                 \
    BINARY(name##_ge_s, s, a >= b)
EVERY_WIDTH(i8x16, s8x16, u8x16, int8_t, 8)
EVERY_WIDTH(i16x8, s16x8, u16x8, int16_t, 16)
EVERY_WIDTH(i32x4, s32x4, u32x4, int32_t, 32)
EVERY_WIDTH(i64x2, s64x2, u64x2, int64_t, 64)

/* --- All but the widest --- */

#define UP_TO_32(name, s, u)                               \
    BINARY(name##_lt_u, u, a < b)                          \
    BINARY(name##_gt_u, u, a > b)                          \
    BINARY(name##_le_u, u, a <= b)                         \
    BINARY(name##_ge_u, u, a >= b)                         \
    BINARY(name##_min_s, s, __builtin_elementwise_min(a, b)) \
    BINARY(name##_min_u, u, __builtin_elementwise_min(a, b)) \
    BINARY(name##_max_s, s, __builtin_elementwise_max(a, b)) \
    BINARY(name##_max_u, u, __builtin_elementwise_max(a, b))
UP_TO_32(i8x16, s8x16, u8x16)
UP_TO_32(i16x8, s16x8, u16x8)
UP_TO_32(i32x4, s32x4, u32x4)

BINARY(i16x8_mul, u16x8, a * b)
BINARY(i32x4_mul, u32x4, a * b)
BINARY(i64x2_mul, u64x2, a * b)

/* --- Eight and sixteen bits --- */

#define SATURATING(name, s, u)                                   \
    BINARY(name##_add_sat_s, s, __builtin_elementwise_add_sat(a, b)) \
    BINARY(name##_add_sat_u, u, __builtin_elementwise_add_sat(a, b)) \
    BINARY(name##_sub_sat_s, s, __builtin_elementwise_sub_sat(a, b)) \
    BINARY(name##_sub_sat_u, u, __builtin_elementwise_sub_sat(a, b))
SATURATING(i8x16, s8x16, u8x16)
SATURATING(i16x8, s16x8, u16x8)

BINARY(i8x16_avgr_u, u8x16, AS(u8x16, (AS(u16x16, a) + AS(u16x16, b) + 1) >> 1))
BINARY(i16x8_avgr_u, u16x8, AS(u16x8, (AS(u32x8, a) + AS(u32x8, b) + 1) >> 1))

static inline __attribute__((always_inline)) TF_LANES u8x16 population(u8x16 a) {
    a -= a >> 1 & 0x55;
    a = (a & 0x33) + (a >> 2 & 0x33);
    return (a + (a >> 4)) & 0x0F;
}
UNARY(i8x16_popcnt, u8x16, population(a))
