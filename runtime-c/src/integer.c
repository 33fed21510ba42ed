#include "tf_number.h"
#include "tf_store.h"
#include "tf_trap.h"

/* The bit functions, for a width in bits and its type. */
#define BIT_FUNCTIONS(n, bits, type, builtin)                                                        \
    static type TF_GUEST_TEXT clz##n(type a) { return a ? (type)__builtin_clz##builtin(a) : bits; }  \
    static type TF_GUEST_TEXT ctz##n(type a) { return a ? (type)__builtin_ctz##builtin(a) : bits; }  \
    static type TF_GUEST_TEXT rotl##n(type a, type b) {                                              \
        b &= bits - 1;                                                                               \
        return a << b | a >> (-b & (bits - 1));                                                      \
    }                                                                                                \
    static type TF_GUEST_TEXT rotr##n(type a, type b) {                                              \
        b &= bits - 1;                                                                               \
        return a >> b | a << (-b & (bits - 1));                                                      \
    }
BIT_FUNCTIONS(4, 32, uint32_t, )
BIT_FUNCTIONS(8, 64, uint64_t, ll)

/* Counted by hand: the builtin may become a call. */
static uint64_t TF_GUEST_TEXT popcnt8(uint64_t a) {
    a -= a >> 1 & UINT64_C(0x5555555555555555);
    a = (a & UINT64_C(0x3333333333333333)) + (a >> 2 & UINT64_C(0x3333333333333333));
    a = (a + (a >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return a * UINT64_C(0x0101010101010101) >> 56;
}

static uint32_t TF_GUEST_TEXT popcnt4(uint32_t a) { return (uint32_t)popcnt8(a); }

static uint64_t TF_GUEST_TEXT mulhs(uint64_t a, uint64_t b) {
    return (uint64_t)((__int128)(int64_t)a * (int64_t)b >> 64);
}

static uint64_t TF_GUEST_TEXT mulhu(uint64_t a, uint64_t b) { return (uint64_t)((unsigned __int128)a * b >> 64); }

#define DIVISIONS(n, type, signed_type, least)                                                     \
    static type TF_GUEST_TEXT divs##n(tf_instance *i, type a, type b) {                            \
        if (b == 0) tf_raise(i->store, TF_TRAP_DIVIDE_BY_ZERO);                                    \
        if (a == (type)least && b == (type)-1) tf_raise(i->store, TF_TRAP_INTEGER_OVERFLOW);       \
        return (type)((signed_type)a / (signed_type)b);                                            \
    }                                                                                              \
    static type TF_GUEST_TEXT divu##n(tf_instance *i, type a, type b) {                            \
        if (b == 0) tf_raise(i->store, TF_TRAP_DIVIDE_BY_ZERO);                                    \
        return a / b;                                                                              \
    }                                                                                              \
    static type TF_GUEST_TEXT rems##n(tf_instance *i, type a, type b) {                            \
        if (b == 0) tf_raise(i->store, TF_TRAP_DIVIDE_BY_ZERO);                                    \
        if (b == (type)-1) return 0; /* the least value by -1 would fault */                       \
        return (type)((signed_type)a % (signed_type)b);                                            \
    }                                                                                              \
    static type TF_GUEST_TEXT remu##n(tf_instance *i, type a, type b) {                            \
        if (b == 0) tf_raise(i->store, TF_TRAP_DIVIDE_BY_ZERO);                                    \
        return a % b;                                                                              \
    }
DIVISIONS(4, uint32_t, int32_t, INT32_MIN)
DIVISIONS(8, uint64_t, int64_t, INT64_MIN)

void tf_set_integer_functions(tf_api *api) {
    api->clz4 = clz4, api->ctz4 = ctz4, api->popcnt4 = popcnt4;
    api->clz8 = clz8, api->ctz8 = ctz8, api->popcnt8 = popcnt8;
    api->rotl4 = rotl4, api->rotr4 = rotr4;
    api->rotl8 = rotl8, api->rotr8 = rotr8;
    api->mulhs = mulhs, api->mulhu = mulhu;
    api->divs4 = divs4, api->divu4 = divu4, api->rems4 = rems4, api->remu4 = remu4;
    api->divs8 = divs8, api->divu8 = divu8, api->rems8 = rems8, api->remu8 = remu8;
}
