/* conversion.c: floats to integers, trapping and saturating, and 64-bit integers to floats.
 *
 * Bounds: a value converts if its truncation fits, so anything above the bound below the least value, and below the
 * one above the greatest. As doubles both bounds are exact for 32 bits; for 64 bits signed, nothing lies between the
 * least value and the next double or float below, so it is its own inclusive bound. */
#include "tf_number.h"
#include "tf_store.h"
#include "tf_trap.h"

#define FITS_i4s(a) ((double)(a) > -2147483649.0 && (double)(a) < 2147483648.0)
#define FITS_i4u(a) ((double)(a) > -1.0 && (double)(a) < 4294967296.0)
#define FITS_i8s(a) ((a) >= -9223372036854775808.0 && (a) < 9223372036854775808.0)
#define FITS_i8u(a) ((a) > -1.0 && (a) < 18446744073709551616.0)

#define CONVERSIONS(n, s, source, from, to, target, least, greatest)                              \
    static to TF_GUEST_TEXT i##n##s##source(tf_instance *instance, from a) {                      \
        if (a != a) tf_raise(instance->store, TF_TRAP_INVALID_CONVERSION);                        \
        if (!FITS_i##n##s(a)) tf_raise(instance->store, TF_TRAP_INTEGER_OVERFLOW);                \
        return (to)(target)a;                                                                     \
    }                                                                                             \
    static to TF_GUEST_TEXT t##n##s##source(from a) {                                             \
        if (a != a) return 0;                                                                     \
        if (FITS_i##n##s(a)) return (to)(target)a;                                                \
        return a < 0 ? (to)least : (to)greatest;                                                  \
    }
CONVERSIONS(4, s, f, float, uint32_t, int32_t, INT32_MIN, INT32_MAX)
CONVERSIONS(4, s, d, double, uint32_t, int32_t, INT32_MIN, INT32_MAX)
CONVERSIONS(4, u, f, float, uint32_t, uint32_t, 0, UINT32_MAX)
CONVERSIONS(4, u, d, double, uint32_t, uint32_t, 0, UINT32_MAX)
CONVERSIONS(8, s, f, float, uint64_t, int64_t, INT64_MIN, INT64_MAX)
CONVERSIONS(8, s, d, double, uint64_t, int64_t, INT64_MIN, INT64_MAX)
CONVERSIONS(8, u, f, float, uint64_t, uint64_t, 0, UINT64_MAX)
CONVERSIONS(8, u, d, double, uint64_t, uint64_t, 0, UINT64_MAX)

static float TF_GUEST_TEXT f8u(uint64_t a) { return (float)a; }
static float TF_GUEST_TEXT f8s(uint64_t a) { return (float)(int64_t)a; }
static double TF_GUEST_TEXT d8u(uint64_t a) { return (double)a; }

void tf_set_conversion_functions(tf_api *api) {
    api->i4sf = i4sf, api->i4uf = i4uf, api->i4sd = i4sd, api->i4ud = i4ud;
    api->i8sf = i8sf, api->i8uf = i8uf, api->i8sd = i8sd, api->i8ud = i8ud;
    api->t4sf = t4sf, api->t4uf = t4uf, api->t4sd = t4sd, api->t4ud = t4ud;
    api->t8sf = t8sf, api->t8uf = t8uf, api->t8sd = t8sd, api->t8ud = t8ud;
    api->f8u = f8u, api->f8s = f8s, api->d8u = d8u;
}
