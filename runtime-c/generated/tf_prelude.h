/* tf_prelude.h: the vocabulary of generated C, after tf_abi.h and in front of every generated source.
 *
 * Short names, because libtcc's time goes by the byte. Integers of the guest are unsigned (u, U); s and S appear
 * where an operator must be signed. m-types are for accesses to guest memory, which may be unaligned and alias
 * anything; libtcc needs nothing said, gcc and clang need it in the type. */
#ifndef TF_PRELUDE_H
#define TF_PRELUDE_H

typedef unsigned char B;
typedef uint32_t u;
typedef uint64_t U;
typedef int32_t s;
typedef int64_t S;
typedef float f;
typedef double d;
typedef void *p;
typedef signed char b;
typedef short h;
typedef tf_vector V;
typedef tf_instance I;

#ifdef __TINYC__
#define TF_ACCESS
#else
#define TF_ACCESS __attribute__((may_alias, aligned(1)))
#endif
typedef unsigned char TF_ACCESS mB;
typedef signed char TF_ACCESS mb;
typedef unsigned short TF_ACCESS mH;
typedef short TF_ACCESS mh;
typedef uint32_t TF_ACCESS mu;
typedef int32_t TF_ACCESS ms;
typedef uint64_t TF_ACCESS mU;
typedef int64_t TF_ACCESS mS;
typedef float TF_ACCESS mf;
typedef double TF_ACCESS md;
/* Pointers to them: libtcc makes a new type of every `mu *` it reads. */
typedef mB *pB;
typedef mb *pb;
typedef mH *pH;
typedef mh *ph;
typedef mu *pu;
typedef ms *ps;
typedef mU *pU;
typedef mS *pS;
typedef mf *pf;
typedef md *pd;

/* A place in memory 0: its base, or the base and an address. An integer for libtcc, which adds to one in fewer
 * steps than to a pointer. */
#ifdef __TINYC__
typedef U M;
#else
typedef B *M;
#endif

/* Copies of what tf_attach is given: the runtime's functions, the canonical ids of the module's types. */
#ifdef __TINYC__
static tf_api A;
#else
extern tf_api A;
#endif

/* What the instances of a store share; `i` is any of them. */
#define G (((tf_shared *)i->x)[-1])

/* A tail call: type and code of the callee; its instance and its arguments follow in parentheses. */
#define Z(Y, c) G.tail = (p)(c); return ((Y *)A.tail)

/* Objects (tf_abi.h): the field of type t at an offset, an array's length, an element: the index is compared, and
 * evaluated twice. The comparison comes first, so that libtcc holds nothing across it. */
#define O(t, q, o) (*(t *)((B *)(q) + (o)))
#define N(q) O(mu, q, 12)
#define T(t, q, x) (*(t *)(((x) < N(q) ? (U)(x) : A.array_bounds(i)) * sizeof(t) + 16 + (U)(q)))
/* An i31 of an i32, and the value of one. */
#define W(x) ((p)(U)((u)(x) << 1 | 1))
#define WS(q) ((s)(U)(q) >> 1)
#define WU(q) ((u)(U)(q) >> 1)
/* Whether a reference is of exactly the module's type k; of a hierarchy with tags. */
#define D(q, k) ((q) && O(mu, q, 0) == J[k])
#define DG(q, k) (!((U)(q) & 3) && D(q, k))

#if defined(__TINYC__) && defined(__x86_64__)
/* The processor masks a shift's count and faults on a bad division; libtcc leaves both to it, and the runtime
 * tells the two faults of a division apart. */
#define K4(n) (n)
#define K8(n) (n)
#define DU4(x, y) ((u)(x) / (u)(y))
#define DS4(x, y) ((s)(x) / (s)(y))
#define RU4(x, y) ((u)(x) % (u)(y))
#define DU8(x, y) ((U)(x) / (U)(y))
#define DS8(x, y) ((S)(x) / (S)(y))
#define RU8(x, y) ((U)(x) % (U)(y))
#else
#define K4(n) ((n) & 31)
#define K8(n) ((n) & 63)
#define DU4(x, y) A.divu4(i, x, y)
#define DS4(x, y) (s)A.divs4(i, x, y)
#define RU4(x, y) A.remu4(i, x, y)
#define DU8(x, y) A.divu8(i, x, y)
#define DS8(x, y) (S)A.divs8(i, x, y)
#define RU8(x, y) A.remu8(i, x, y)
#endif

#endif
