/* float.c: rounding by the processor's own instructions, since the compiler may turn its builtins into calls of
 * libm; minimum and maximum as the specification has them. */
#include "tf_number.h"
#include "tf_store.h"

#if defined(__x86_64__)
/* SSE 4.1. The immediate: 0 nearest even, 1 down, 2 up, 3 towards zero; 8 raises no inexact flag. */
#define ROUNDING(name, mode, arm)                                                  \
    static double TF_GUEST_TEXT round_##name##d(double a) {                                \
        double result;                                                             \
        __asm__("roundsd $8+" mode ", %1, %0" : "=x"(result) : "x"(a));            \
        return result;                                                             \
    }                                                                              \
    static float TF_GUEST_TEXT round_##name##f(float a) {                                  \
        float result;                                                              \
        __asm__("roundss $8+" mode ", %1, %0" : "=x"(result) : "x"(a));            \
        return result;                                                             \
    }
#define SQUARE_ROOT_D "sqrtsd %1, %0"
#define SQUARE_ROOT_F "sqrtss %1, %0"
#define REGISTER "x"
#elif defined(__aarch64__)
#define ROUNDING(name, mode, arm)                                                  \
    static double TF_GUEST_TEXT round_##name##d(double a) {                                \
        double result;                                                             \
        __asm__(arm " %d0, %d1" : "=w"(result) : "w"(a));                          \
        return result;                                                             \
    }                                                                              \
    static float TF_GUEST_TEXT round_##name##f(float a) {                                  \
        float result;                                                              \
        __asm__(arm " %s0, %s1" : "=w"(result) : "w"(a));                          \
        return result;                                                             \
    }
#define SQUARE_ROOT_D "fsqrt %d0, %d1"
#define SQUARE_ROOT_F "fsqrt %s0, %s1"
#define REGISTER "w"
#endif
ROUNDING(nearest, "0", "frintn")
ROUNDING(floor, "1", "frintm")
ROUNDING(ceil, "2", "frintp")
ROUNDING(trunc, "3", "frintz")

static double TF_GUEST_TEXT square_root_d(double a) {
    double result;
    __asm__(SQUARE_ROOT_D : "=" REGISTER(result) : REGISTER(a));
    return result;
}

static float TF_GUEST_TEXT square_root_f(float a) {
    float result;
    __asm__(SQUARE_ROOT_F : "=" REGISTER(result) : REGISTER(a));
    return result;
}

/* The two formats and their bits. Equal operands differ at most in the sign of zero: min has it if either has, max
 * if both have. A sum is how the processor makes a quiet NaN of whichever operand is one. */
typedef union single { float value; uint32_t bits; } single;
typedef union twofold { double value; uint64_t bits; } twofold;

#define FLOAT_FUNCTIONS(suffix, type, format, sign)                            \
    static type TF_GUEST_TEXT min##suffix(type a, type b) {                    \
        if (a != a || b != b) return a + b;                                    \
        format x = {a}, y = {b};                                               \
        if (a == b) x.bits |= y.bits;                                          \
        return a > b ? b : x.value;                                            \
    }                                                                          \
    static type TF_GUEST_TEXT max##suffix(type a, type b) {                    \
        if (a != a || b != b) return a + b;                                    \
        format x = {a}, y = {b};                                               \
        if (a == b) x.bits &= y.bits;                                          \
        return a < b ? b : x.value;                                            \
    }                                                                          \
    static type TF_GUEST_TEXT copy_sign_##suffix(type a, type b) {               \
        format x = {a}, y = {b};                                               \
        x.bits = (x.bits & ~(sign)) | (y.bits & (sign));                       \
        return x.value;                                                        \
    }
FLOAT_FUNCTIONS(f, float, single, UINT32_C(1) << 31)
FLOAT_FUNCTIONS(d, double, twofold, UINT64_C(1) << 63)

void tf_set_float_functions(tf_api *api) {
    api->minf = minf, api->maxf = maxf, api->mind = mind, api->maxd = maxd;
    api->ceilf = round_ceilf, api->floorf = round_floorf, api->truncf = round_truncf, api->nearestf = round_nearestf;
    api->ceild = round_ceild, api->floord = round_floord, api->truncd = round_truncd, api->nearestd = round_nearestd;
    api->sqrtf = square_root_f, api->sqrtd = square_root_d;
    api->copysignf = copy_sign_f, api->copysignd = copy_sign_d;
}
