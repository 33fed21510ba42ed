/* tf_vector.h: operations on 128-bit vectors, for generated code.
 *
 * Follows tf_abi.h in front of the sources of modules that use vectors, and only of those: it is as long as all the
 * rest. libtcc has no vector types, so each operation is a function of pointers. Operands may be the same variable as
 * the result. Names are WebAssembly's, with `_` for `.`; the operations of relaxed SIMD that are missing are those
 * whose results may be, and here are, those of an operation that is there.
 */
#ifndef TF_VECTOR_H
#define TF_VECTOR_H

#ifndef TF_GENERATED
#include "tf_abi.h"
#endif

/* Every operation, by shape. What else there is (constants, bits, splats, lanes, memory) is plain C where it occurs.
 * i8x16_shuffle takes its sixteen lanes as third operand. */
#define TF_VECTOR_FUNCTIONS(UNARY, BINARY, TERNARY, SHIFT, TEST)                                                    \
    TERNARY(i8x16_shuffle) BINARY(i8x16_swizzle) BINARY(i8x16_eq) BINARY(i8x16_ne) BINARY(i8x16_lt_s)               \
    BINARY(i8x16_lt_u) BINARY(i8x16_gt_s) BINARY(i8x16_gt_u) BINARY(i8x16_le_s) BINARY(i8x16_le_u)                  \
    BINARY(i8x16_ge_s) BINARY(i8x16_ge_u) BINARY(i16x8_eq) BINARY(i16x8_ne) BINARY(i16x8_lt_s)                      \
    BINARY(i16x8_lt_u) BINARY(i16x8_gt_s) BINARY(i16x8_gt_u) BINARY(i16x8_le_s) BINARY(i16x8_le_u)                  \
    BINARY(i16x8_ge_s) BINARY(i16x8_ge_u) BINARY(i32x4_eq) BINARY(i32x4_ne) BINARY(i32x4_lt_s)                      \
    BINARY(i32x4_lt_u) BINARY(i32x4_gt_s) BINARY(i32x4_gt_u) BINARY(i32x4_le_s) BINARY(i32x4_le_u)                  \
    BINARY(i32x4_ge_s) BINARY(i32x4_ge_u) BINARY(f32x4_eq) BINARY(f32x4_ne) BINARY(f32x4_lt) BINARY(f32x4_gt)       \
    BINARY(f32x4_le) BINARY(f32x4_ge) BINARY(f64x2_eq) BINARY(f64x2_ne) BINARY(f64x2_lt) BINARY(f64x2_gt)           \
    BINARY(f64x2_le) BINARY(f64x2_ge) TERNARY(v128_bitselect) TEST(v128_any_true) UNARY(f32x4_demote_f64x2_zero)    \
    UNARY(f64x2_promote_low_f32x4) UNARY(i8x16_abs) UNARY(i8x16_neg) UNARY(i8x16_popcnt) TEST(i8x16_all_true)       \
    TEST(i8x16_bitmask) BINARY(i8x16_narrow_i16x8_s) BINARY(i8x16_narrow_i16x8_u) UNARY(f32x4_ceil)                 \
    UNARY(f32x4_floor) UNARY(f32x4_trunc) UNARY(f32x4_nearest) SHIFT(i8x16_shl) SHIFT(i8x16_shr_s)                  \
    SHIFT(i8x16_shr_u) BINARY(i8x16_add) BINARY(i8x16_add_sat_s) BINARY(i8x16_add_sat_u) BINARY(i8x16_sub)          \
    BINARY(i8x16_sub_sat_s) BINARY(i8x16_sub_sat_u) UNARY(f64x2_ceil) UNARY(f64x2_floor) BINARY(i8x16_min_s)        \
    BINARY(i8x16_min_u) BINARY(i8x16_max_s) BINARY(i8x16_max_u) UNARY(f64x2_trunc) BINARY(i8x16_avgr_u)             \
    UNARY(i16x8_extadd_pairwise_i8x16_s) UNARY(i16x8_extadd_pairwise_i8x16_u)                                       \
    UNARY(i32x4_extadd_pairwise_i16x8_s) UNARY(i32x4_extadd_pairwise_i16x8_u) UNARY(i16x8_abs) UNARY(i16x8_neg)     \
    BINARY(i16x8_q15mulr_sat_s) TEST(i16x8_all_true) TEST(i16x8_bitmask) BINARY(i16x8_narrow_i32x4_s)               \
    BINARY(i16x8_narrow_i32x4_u) UNARY(i16x8_extend_low_i8x16_s) UNARY(i16x8_extend_high_i8x16_s)                   \
    UNARY(i16x8_extend_low_i8x16_u) UNARY(i16x8_extend_high_i8x16_u) SHIFT(i16x8_shl) SHIFT(i16x8_shr_s)            \
    SHIFT(i16x8_shr_u) BINARY(i16x8_add) BINARY(i16x8_add_sat_s) BINARY(i16x8_add_sat_u) BINARY(i16x8_sub)          \
    BINARY(i16x8_sub_sat_s) BINARY(i16x8_sub_sat_u) UNARY(f64x2_nearest) BINARY(i16x8_mul) BINARY(i16x8_min_s)      \
    BINARY(i16x8_min_u) BINARY(i16x8_max_s) BINARY(i16x8_max_u) BINARY(i16x8_avgr_u)                                \
    BINARY(i16x8_extmul_low_i8x16_s) BINARY(i16x8_extmul_high_i8x16_s) BINARY(i16x8_extmul_low_i8x16_u)             \
    BINARY(i16x8_extmul_high_i8x16_u) UNARY(i32x4_abs) UNARY(i32x4_neg) TEST(i32x4_all_true) TEST(i32x4_bitmask)    \
    UNARY(i32x4_extend_low_i16x8_s) UNARY(i32x4_extend_high_i16x8_s) UNARY(i32x4_extend_low_i16x8_u)                \
    UNARY(i32x4_extend_high_i16x8_u) SHIFT(i32x4_shl) SHIFT(i32x4_shr_s) SHIFT(i32x4_shr_u) BINARY(i32x4_add)       \
    BINARY(i32x4_sub) BINARY(i32x4_mul) BINARY(i32x4_min_s) BINARY(i32x4_min_u) BINARY(i32x4_max_s)                 \
    BINARY(i32x4_max_u) BINARY(i32x4_dot_i16x8_s) BINARY(i32x4_extmul_low_i16x8_s)                                  \
    BINARY(i32x4_extmul_high_i16x8_s) BINARY(i32x4_extmul_low_i16x8_u) BINARY(i32x4_extmul_high_i16x8_u)            \
    UNARY(i64x2_abs) UNARY(i64x2_neg) TEST(i64x2_all_true) TEST(i64x2_bitmask) UNARY(i64x2_extend_low_i32x4_s)      \
    UNARY(i64x2_extend_high_i32x4_s) UNARY(i64x2_extend_low_i32x4_u) UNARY(i64x2_extend_high_i32x4_u)               \
    SHIFT(i64x2_shl) SHIFT(i64x2_shr_s) SHIFT(i64x2_shr_u) BINARY(i64x2_add) BINARY(i64x2_sub) BINARY(i64x2_mul)    \
    BINARY(i64x2_eq) BINARY(i64x2_ne) BINARY(i64x2_lt_s) BINARY(i64x2_gt_s) BINARY(i64x2_le_s)                      \
    BINARY(i64x2_ge_s) BINARY(i64x2_extmul_low_i32x4_s) BINARY(i64x2_extmul_high_i32x4_s)                           \
    BINARY(i64x2_extmul_low_i32x4_u) BINARY(i64x2_extmul_high_i32x4_u) UNARY(f32x4_abs) UNARY(f32x4_neg)            \
    UNARY(f32x4_sqrt) BINARY(f32x4_add) BINARY(f32x4_sub) BINARY(f32x4_mul) BINARY(f32x4_div) BINARY(f32x4_min)     \
    BINARY(f32x4_max) BINARY(f32x4_pmin) BINARY(f32x4_pmax) UNARY(f64x2_abs) UNARY(f64x2_neg) UNARY(f64x2_sqrt)     \
    BINARY(f64x2_add) BINARY(f64x2_sub) BINARY(f64x2_mul) BINARY(f64x2_div) BINARY(f64x2_min) BINARY(f64x2_max)     \
    BINARY(f64x2_pmin) BINARY(f64x2_pmax) UNARY(i32x4_trunc_sat_f32x4_s) UNARY(i32x4_trunc_sat_f32x4_u)             \
    UNARY(f32x4_convert_i32x4_s) UNARY(f32x4_convert_i32x4_u) UNARY(i32x4_trunc_sat_f64x2_s_zero)                   \
    UNARY(i32x4_trunc_sat_f64x2_u_zero) UNARY(f64x2_convert_low_i32x4_s) UNARY(f64x2_convert_low_i32x4_u)           \
    TERNARY(f32x4_relaxed_madd) TERNARY(f32x4_relaxed_nmadd) TERNARY(f64x2_relaxed_madd)                            \
    TERNARY(f64x2_relaxed_nmadd) BINARY(i16x8_relaxed_dot_i8x16_i7x16_s)                                            \
    TERNARY(i32x4_relaxed_dot_i8x16_i7x16_add_s)

#define TF_VECTOR_UNARY(name) void (*name)(tf_vector *result, const tf_vector *a);
#define TF_VECTOR_BINARY(name) void (*name)(tf_vector *result, const tf_vector *a, const tf_vector *b);
#define TF_VECTOR_TERNARY(name) \
    void (*name)(tf_vector *result, const tf_vector *a, const tf_vector *b, const tf_vector *c);
#define TF_VECTOR_SHIFT(name) void (*name)(tf_vector *result, const tf_vector *a, uint32_t count);
#define TF_VECTOR_TEST(name) uint32_t (*name)(const tf_vector *a);

typedef struct tf_vector_api {
    TF_VECTOR_FUNCTIONS(TF_VECTOR_UNARY, TF_VECTOR_BINARY, TF_VECTOR_TERNARY, TF_VECTOR_SHIFT, TF_VECTOR_TEST)
} tf_vector_api;

#ifdef TF_GENERATED
/* How generated code names an operation: the one place to change for a compiler that could inline it. */
#define Q(name) A.vector->name
#endif

#endif
