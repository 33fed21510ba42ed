/* vector_float.c: vectors of floats. */
#ifndef TF_GENERATED
#include "tf_vector_lanes.h"
#endif

/* Minimum and maximum as float.c has them for one: equal operands differ at most in the sign of zero, and a sum makes
 * a quiet NaN of whichever operand is one. */
#define MINIMUM(u, a, b)                                                    \
    CHOOSE((a != a) | (b != b), a + b, CHOOSE(a == b, (u)a | (u)b, CHOOSE(a < b, a, b)))
#define MAXIMUM(u, a, b)                                                    \
    CHOOSE((a != a) | (b != b), a + b, CHOOSE(a == b, (u)a & (u)b, CHOOSE(a > b, a, b)))

/* Of a shape, its type and that of its bits, and the sign bit of a lane. */
#define FLOATS(name, f, u, sign)                         \
    BINARY(name##_eq, f, a == b)                         \
    BINARY(name##_ne, f, a != b)                         \
    BINARY(name##_lt, f, a < b)                          \
    BINARY(name##_gt, f, a > b)                          \
    BINARY(name##_le, f, a <= b)                         \
    BINARY(name##_ge, f, a >= b)                         \
    UNARY(name##_abs, u, a & ~(sign))                    \
    UNARY(name##_neg, u, a ^ (sign))                     \
    BINARY(name##_add, f, a + b)                         \
    BINARY(name##_sub, f, a - b)                         \
    BINARY(name##_mul, f, a * b)                         \
    BINARY(name##_div, f, a / b)                         \
    BINARY(name##_min, f, MINIMUM(u, a, b))              \
    BINARY(name##_max, f, MAXIMUM(u, a, b))              \
    BINARY(name##_pmin, f, CHOOSE(b < a, b, a))          \
    BINARY(name##_pmax, f, CHOOSE(a < b, b, a))          \
    TERNARY(name##_relaxed_madd, f, a * b + c)           \
    TERNARY(name##_relaxed_nmadd, f, -(a * b) + c)
FLOATS(f32x4, f32x4, u32x4, UINT32_C(1) << 31)
FLOATS(f64x2, f64x2, u64x2, UINT64_C(1) << 63)

/* --- Rounding: by the processor's instructions, not by what a builtin may call --- */

#if defined(__x86_64__)
#define ROUNDING(name, mode, arm)                                               \
    UNARY(f32x4_##name, f32x4, ROUNDED_SINGLES(a, mode))          \
    UNARY(f64x2_##name, f64x2, ROUNDED_DOUBLES(a, mode))
UNARY(f32x4_sqrt, f32x4, __builtin_elementwise_sqrt(a))
UNARY(f64x2_sqrt, f64x2, __builtin_elementwise_sqrt(a))
#elif defined(__aarch64__)
#define ROUNDING(name, mode, arm)                              \
    UNARY(f32x4_##name, f32x4, arm##_f32((float32x4_t)a))      \
    UNARY(f64x2_##name, f64x2, arm##_f64((float64x2_t)a))
UNARY(f32x4_sqrt, f32x4, vsqrtq_f32((float32x4_t)a))
UNARY(f64x2_sqrt, f64x2, vsqrtq_f64((float64x2_t)a))
#endif
ROUNDING(nearest, 0, vrndnq)
ROUNDING(floor, 1, vrndmq)
ROUNDING(ceil, 2, vrndpq)
ROUNDING(trunc, 3, vrndq)

/* --- Conversions --- */

/* C leaves open what a value out of range becomes, so none is converted: 0 is, and then replaced. A NaN stays 0.
 * The bounds are as in conversion.c. */
#define FIT(f, a, below, above) CHOOSE(((a) > (below)) & ((a) < (above)), a, (f){})
#define SATURATED(i, converted, a, above, greatest, negative, least) \
    CHOOSE((a) >= (above), (i){} + (greatest), CHOOSE(negative, (i){} + (least), converted))

#define TWO_31 2147483648.0f
#define TWO_32 4294967296.0f
/* The least float below -2^31 is -2^31 - 256: the bound itself still fits, and is its own replacement. */
UNARY(i32x4_trunc_sat_f32x4_s, f32x4,
      SATURATED(s32x4, AS(s32x4, (f32x4)FIT(f32x4, a, -TWO_31, TWO_31)), a, TWO_31, INT32_MAX, a <= -TWO_31, INT32_MIN))
UNARY(i32x4_trunc_sat_f32x4_u, f32x4,
      SATURATED(u32x4, AS(u32x4, (f32x4)FIT(f32x4, a, -1.0f, TWO_32)), a, TWO_32, UINT32_MAX, a <= -1.0f, 0))

/* Doubles hold every bound exactly: a NaN becomes 0, then all is clamped. */
#define ABOVE(a, least) ((f64x2)CHOOSE((a) > (least), a, (f64x2){} + (least)))
#define BELOW(a, greatest) ((f64x2)CHOOSE((a) < (greatest), a, (f64x2){} + (greatest)))
#define NUMBER ((f64x2)CHOOSE(a == a, a, (f64x2){}))
#define CLAMPED(type, least, greatest) AS(type, BELOW(ABOVE(NUMBER, least), greatest))
UNARY(i32x4_trunc_sat_f64x2_s_zero, f64x2, JOIN2(CLAMPED(s32x2, -2147483648.0, 2147483647.0), (s32x2){}))
UNARY(i32x4_trunc_sat_f64x2_u_zero, f64x2, JOIN2(CLAMPED(u32x2, 0.0, 4294967295.0), (u32x2){}))

UNARY(f32x4_convert_i32x4_s, s32x4, AS(f32x4, a))
UNARY(f32x4_convert_i32x4_u, u32x4, AS(f32x4, a))
UNARY(f64x2_convert_low_i32x4_s, s32x4, AS(f64x2, LOW4(a)))
UNARY(f64x2_convert_low_i32x4_u, u32x4, AS(f64x2, LOW4(a)))
UNARY(f32x4_demote_f64x2_zero, f64x2, JOIN2(AS(f32x2, a), (f32x2){}))
UNARY(f64x2_promote_low_f32x4, f32x4, AS(f64x2, LOW4(a)))
