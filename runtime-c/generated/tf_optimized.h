/* tf_optimized.h: what generated C for clang and gcc has besides tf_prelude.h: the runtime's small operations as
 * functions that can be inlined, and what keeps an optimizer from leaving out what WebAssembly observes.
 *
 * Sources of this dialect may be several units of one shared object; all but tf_attach is hidden. */
#ifndef TF_OPTIMIZED_H
#define TF_OPTIMIZED_H

#define TF_INLINE static inline __attribute__((always_inline, unused))
#define TF_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#if defined(__x86_64__)
#define TF_FLOAT_REGISTER "x"
#else
#define TF_FLOAT_REGISTER "w"
#endif

/* --- Loads --- */

/* A load may trap, so it is done even if its value counts for nothing: the empty statement reads it. */
#define TF_LOAD(name, type, constraint)                  \
    TF_INLINE type L##name(const void *at) {             \
        type value = *(const name *)at;                  \
        __asm__ volatile("" : : constraint(value));      \
        return value;                                    \
    }
TF_LOAD(mB, B, "r")
TF_LOAD(mb, b, "r")
TF_LOAD(mH, unsigned short, "r")
TF_LOAD(mh, h, "r")
TF_LOAD(mu, u, "r")
TF_LOAD(ms, s, "r")
TF_LOAD(mU, U, "r")
TF_LOAD(mS, S, "r")
TF_LOAD(mf, f, TF_FLOAT_REGISTER)
TF_LOAD(md, d, TF_FLOAT_REGISTER)

/* Fields of objects (O): the same for null. */
#define TF_READ(t, q, o, constraint)                     \
    ({                                                   \
        t value_ = O(t, q, o);                           \
        __asm__ volatile("" : : constraint(value_));     \
        value_;                                          \
    })
#define LO(t, q, o) TF_READ(t, q, o, "r")
#define LFO(t, q, o) TF_READ(t, q, o, TF_FLOAT_REGISTER)
#undef N
#define N(q) LO(mu, q, 12)

/* --- Integers --- */

#define TF_BITS(n, bits, type, builtin)                                                  \
    TF_INLINE type A_clz##n(type a) { return a ? (type)__builtin_clz##builtin(a) : bits; }  \
    TF_INLINE type A_ctz##n(type a) { return a ? (type)__builtin_ctz##builtin(a) : bits; }  \
    TF_INLINE type A_rotl##n(type a, type b) {                                           \
        return a << (b & (bits - 1)) | a >> (-b & (bits - 1));                           \
    }                                                                                    \
    TF_INLINE type A_rotr##n(type a, type b) {                                           \
        return a >> (b & (bits - 1)) | a << (-b & (bits - 1));                           \
    }
TF_BITS(4, 32, u, )
TF_BITS(8, 64, U, ll)

#if defined(__POPCNT__) || defined(__clang__)
TF_INLINE u A_popcnt4(u a) { return (u)__builtin_popcount(a); }
TF_INLINE U A_popcnt8(U a) { return (U)__builtin_popcountll(a); }
#else /* gcc's builtin would be a call of its own library */
TF_INLINE U A_popcnt8(U a) {
    a -= a >> 1 & 0x5555555555555555ull;
    a = (a & 0x3333333333333333ull) + (a >> 2 & 0x3333333333333333ull);
    a = (a + (a >> 4)) & 0x0F0F0F0F0F0F0F0Full;
    return a * 0x0101010101010101ull >> 56;
}
TF_INLINE u A_popcnt4(u a) { return (u)A_popcnt8(a); }
#endif

TF_INLINE U A_mulhs(U a, U b) { return (U)((__int128)(S)a * (S)b >> 64); }
TF_INLINE U A_mulhu(U a, U b) { return (U)((unsigned __int128)a * b >> 64); }

#define TF_DIVISION(n, type, signed_type, least)                                                       \
    TF_INLINE type A_divu##n(I *i, type a, type b) {                                                   \
        if (TF_UNLIKELY(b == 0)) A.trap(i, TF_TRAP_DIVIDE_BY_ZERO);                                    \
        return a / b;                                                                                  \
    }                                                                                                  \
    TF_INLINE type A_remu##n(I *i, type a, type b) {                                                   \
        if (TF_UNLIKELY(b == 0)) A.trap(i, TF_TRAP_DIVIDE_BY_ZERO);                                    \
        return a % b;                                                                                  \
    }                                                                                                  \
    TF_INLINE type A_divs##n(I *i, type a, type b) {                                                   \
        if (TF_UNLIKELY(b == 0)) A.trap(i, TF_TRAP_DIVIDE_BY_ZERO);                                    \
        if (TF_UNLIKELY(a == least && b == (type)-1)) A.trap(i, TF_TRAP_INTEGER_OVERFLOW);             \
        return (type)((signed_type)a / (signed_type)b);                                                \
    }                                                                                                  \
    TF_INLINE type A_rems##n(I *i, type a, type b) {                                                   \
        if (TF_UNLIKELY(b == 0)) A.trap(i, TF_TRAP_DIVIDE_BY_ZERO);                                    \
        return b == (type)-1 ? 0 : (type)((signed_type)a % (signed_type)b);                            \
    }
TF_DIVISION(4, u, s, 0x80000000u)
TF_DIVISION(8, U, S, 0x8000000000000000ull)

#undef DU4
#undef DS4
#undef RU4
#undef DU8
#undef DS8
#undef RU8
#define DU4(x, y) A_divu4(i, x, y)
#define DS4(x, y) (s)A_divs4(i, x, y)
#define RU4(x, y) A_remu4(i, x, y)
#define DU8(x, y) A_divu8(i, x, y)
#define DS8(x, y) (S)A_divs8(i, x, y)
#define RU8(x, y) A_remu8(i, x, y)

/* --- Floats: as runtime-c/src/float.c and conversion.c have them, which say why --- */

/* The two encodings must not be mixed: a processor takes long to go from one to the other. */
#if defined(__AVX__)
#define TF_ENCODED(name, operands) "v" name " " operands "%1, %1, %0"
#else
#define TF_ENCODED(name, operands) name " " operands "%1, %0"
#endif

#if defined(__x86_64__)
#define TF_ROUNDING(name, mode, arm)                                           \
    TF_INLINE d A_##name##d(d a) {                                             \
        d result;                                                              \
        __asm__(TF_ENCODED("roundsd", "$8+" mode ", ") : "=x"(result) : "x"(a));        \
        return result;                                                         \
    }                                                                          \
    TF_INLINE f A_##name##f(f a) {                                             \
        f result;                                                              \
        __asm__(TF_ENCODED("roundss", "$8+" mode ", ") : "=x"(result) : "x"(a));        \
        return result;                                                         \
    }
#define TF_ROOT(type) TF_ENCODED("sqrts" type, "")
#else
#define TF_ROUNDING(name, mode, arm)                                           \
    TF_INLINE d A_##name##d(d a) {                                             \
        d result;                                                              \
        __asm__(arm " %d0, %d1" : "=w"(result) : "w"(a));                      \
        return result;                                                         \
    }                                                                          \
    TF_INLINE f A_##name##f(f a) {                                             \
        f result;                                                              \
        __asm__(arm " %s0, %s1" : "=w"(result) : "w"(a));                      \
        return result;                                                         \
    }
#define TF_ROOT(type) "fsqrt %" type "0, %" type "1"
#endif
TF_ROUNDING(nearest, "0", "frintn")
TF_ROUNDING(floor, "1", "frintm")
TF_ROUNDING(ceil, "2", "frintp")
TF_ROUNDING(trunc, "3", "frintz")

TF_INLINE d A_sqrtd(d a) {
    d result;
    __asm__(TF_ROOT("d") : "=" TF_FLOAT_REGISTER(result) : TF_FLOAT_REGISTER(a));
    return result;
}

TF_INLINE f A_sqrtf(f a) {
    f result;
    __asm__(TF_ROOT("s") : "=" TF_FLOAT_REGISTER(result) : TF_FLOAT_REGISTER(a));
    return result;
}

typedef union tf_single { f value; u bits; } tf_single;
typedef union tf_double { d value; U bits; } tf_double;

#define TF_FLOATS(suffix, type, format, sign)                                  \
    TF_INLINE type A_min##suffix(type a, type b) {                             \
        if (TF_UNLIKELY(a != a || b != b)) return a + b;                       \
        format x = {a}, y = {b};                                               \
        if (a == b) x.bits |= y.bits;                                          \
        return a > b ? b : x.value;                                            \
    }                                                                          \
    TF_INLINE type A_max##suffix(type a, type b) {                             \
        if (TF_UNLIKELY(a != a || b != b)) return a + b;                       \
        format x = {a}, y = {b};                                               \
        if (a == b) x.bits &= y.bits;                                          \
        return a < b ? b : x.value;                                            \
    }                                                                          \
    TF_INLINE type A_copysign##suffix(type a, type b) {                        \
        format x = {a}, y = {b};                                               \
        x.bits = (x.bits & ~(sign)) | (y.bits & (sign));                       \
        return x.value;                                                        \
    }
TF_FLOATS(f, f, tf_single, 0x80000000u)
TF_FLOATS(d, d, tf_double, 0x8000000000000000ull)

#define TF_FITS_4s(a) ((d)(a) > -2147483649.0 && (d)(a) < 2147483648.0)
#define TF_FITS_4u(a) ((d)(a) > -1.0 && (d)(a) < 4294967296.0)
#define TF_FITS_8s(a) ((a) >= -9223372036854775808.0 && (a) < 9223372036854775808.0)
#define TF_FITS_8u(a) ((a) > -1.0 && (a) < 18446744073709551616.0)

#define TF_CONVERSION(n, sign, source, from, to, target, least, greatest)                              \
    TF_INLINE to A_i##n##sign##source(I *i, from a) {                                                  \
        if (TF_UNLIKELY(!TF_FITS_##n##sign(a)))                                                        \
            A.trap(i, a != a ? TF_TRAP_INVALID_CONVERSION : TF_TRAP_INTEGER_OVERFLOW);                 \
        return (to)(target)a;                                                                          \
    }                                                                                                  \
    TF_INLINE to A_t##n##sign##source(from a) {                                                        \
        if (a != a) return 0;                                                                          \
        if (TF_FITS_##n##sign(a)) return (to)(target)a;                                                \
        return a < 0 ? (to)least : (to)greatest;                                                       \
    }
#define TF_LEAST_S ((S)1 << 63)
TF_CONVERSION(4, s, f, f, u, s, 0x80000000u, 0x7FFFFFFF)
TF_CONVERSION(4, s, d, d, u, s, 0x80000000u, 0x7FFFFFFF)
TF_CONVERSION(4, u, f, f, u, u, 0, 0xFFFFFFFFu)
TF_CONVERSION(4, u, d, d, u, u, 0, 0xFFFFFFFFu)
TF_CONVERSION(8, s, f, f, U, S, 0x8000000000000000ull, 0x7FFFFFFFFFFFFFFFull)
TF_CONVERSION(8, s, d, d, U, S, 0x8000000000000000ull, 0x7FFFFFFFFFFFFFFFull)
TF_CONVERSION(8, u, f, f, U, U, 0, 0xFFFFFFFFFFFFFFFFull)
TF_CONVERSION(8, u, d, d, U, U, 0, 0xFFFFFFFFFFFFFFFFull)

TF_INLINE f A_f8u(U a) { return (f)a; }
TF_INLINE f A_f8s(U a) { return (f)(S)a; }
TF_INLINE d A_d8u(U a) { return (d)a; }

TF_INLINE f A_demote(d a) { return (f)a; }

/* gcc takes a number that goes there and back for the same number, -fsignaling-nans or not. */
TF_INLINE d A_promote(f a) {
    d result = a;
#ifndef __clang__
    __asm__("" : "+" TF_FLOAT_REGISTER(result));
#endif
    return result;
}

/* --- Tail calls --- */

/* A function that makes one has a parameter in every register that any function has one in (tf_abi.h). */
#define TF_WIDE I *i, U a0_, U a1_, U a2_, U a3_, U a4_, d b0_, d b1_, d b2_, d b3_, d b4_, d b5_, d b6_, d b7_
#define TF_WIDE_TYPE(r) r (*)(I *, U, U, U, U, U, d, d, d, d, d, d, d, d)
#undef Z
#ifdef __clang__
/* The callee's name is hidden: clang writes calls anew, and forgets what it promised, where the definition of a
 * function is of another type than its first declaration. */
#define Z(r, c) __attribute__((musttail)) return ((TF_WIDE_TYPE(r))({ p c_ = (p)(c); __asm__("" : "+r"(c_)); c_; }))
#else /* with -ffixed for all that the callee would have to find as it was: the runtime's tail does the epilogue */
#define Z(r, c) G.tail = (p)(c); return ((TF_WIDE_TYPE(r))A.tail)
#endif
TF_INLINE d tf_in_double(f a) { union { f a; d b; } both; both.b = 0; both.a = a; return both.b; }
TF_INLINE f tf_single_of(d b) { union { f a; d b; } both; both.b = b; return both.a; }
#define TF_IN_DOUBLE(x) tf_in_double(x)
#define TF_SINGLE(x) tf_single_of(x)

/* --- Exceptions --- */

/* tf_api.protect as a name, since the compiler must know that it returns twice. */
u A_protect(tf_handler *) __attribute__((returns_twice));

/* From here on any call may read and change the variable. */
#define TF_ESCAPE(x) __asm__ volatile("" : : "r"(&x) : "memory");

/* --- In the last unit --- */

/* What a compiler may call of its own accord. */
#define TF_CLOSING                                                                                      \
    tf_api A;                                                                                           \
    p tf_protect_at;                                                                                    \
    TF_JUMP_TO_PROTECT                                                                                  \
    p memset(p to, int byte, unsigned long count) {                                                     \
        mB *at = to;                                                                                    \
        while (count--) { *at++ = (B)byte; __asm__ volatile(""); }                                      \
        return to;                                                                                      \
    }                                                                                                   \
    p memcpy(p to, const void *from, unsigned long count) {                                             \
        mB *at = to;                                                                                    \
        const mB *source = from;                                                                        \
        while (count--) { *at++ = *source++; __asm__ volatile(""); }                                    \
        return to;                                                                                      \
    }

#if defined(__x86_64__)
#define TF_JUMP_TO_PROTECT                                                                              \
    __asm__(".text\n.p2align 4\n.globl A_protect\n.hidden A_protect\n.type A_protect,@function\n"       \
            "A_protect: jmpq *tf_protect_at(%rip)\n.size A_protect,.-A_protect\n");
#else
#define TF_JUMP_TO_PROTECT                                                                              \
    __asm__(".text\n.p2align 4\n.globl A_protect\n.hidden A_protect\n.type A_protect,%function\n"       \
            "A_protect: adrp x9, tf_protect_at\nldr x9, [x9, :lo12:tf_protect_at]\nbr x9\n"             \
            ".size A_protect,.-A_protect\n");
#endif

#endif
