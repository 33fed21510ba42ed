/// A node of an expression that is not written yet.
///
/// Children are positions in the translator's array of nodes; a node is written exactly once.
struct Expression {
    enum Shape: UInt8 {
        // The first ones need no evaluation (`isSettled`).
        /// `bits` of an integer, or a null reference.
        case constant
        /// Entry `a` of the function's table of float constants.
        case floatConstant
        case temporary
        /// Entries `a` and `a+1` of the function's table of float constants.
        case vectorConstant
        /// `&i->r12`.
        case functionReference
        case local
        /// `(l3=b)`: local `a` takes the value of `b`.
        case tee
        /// `a op b`, operands as `sign` demands.
        case infix
        /// `!a`.
        case not
        /// `(type)a`, with `a` first made exactly `inner`, if given.
        case cast
        /// `(type)(narrow)a`: sign extension from `narrow`.
        case extend
        /// Memory `c` at address `a` plus `bits`, as `access`.
        case load
        /// The bits of local `a`, or of temporary `a`, as `access`.
        case localBits, temporaryBits
        /// Byte `bits` and those behind it of vector `a`, as `access`.
        case lane
        /// `Q(name)(&z1)`: a vector operation, opcode `c`, that makes a number of vector `a`.
        case vectorTest
        /// `name(i, pointer, arguments…)` of the runtime's table: arguments at `a`, `b` of them.
        case runtimeCall
        /// A macro of the prelude with two operands.
        case macro
        /// A call of function `c` (or through type `c` if `isIndirect`): arguments at `a`, `b` of them.
        case call
        /// `a?b:c`.
        case select
        /// `(a<<bits|a>>width-bits)`; `a` is a local or a temporary.
        case rotate
        /// Global `a`.
        case global
        /// Size of memory or table `a`.
        case memorySize, tableSize
        /// The field at `bits` of the object `a`, as `access`.
        case field
        /// Element `b` of the array `a`, as `access`; both are variables, the element may be a constant.
        case element
        /// The length of the array `a`.
        case arrayLength
        /// The integer `a` as a reference, and the one that the reference `a` is.
        case i31, i31Value
        /// Whether the reference in variable `a` is of the type `bits`; `b`: it is none with a tag.
        case referenceTest
    }

    /// What C needs to know of an operator's operands.
    enum Sign: UInt8 { case any, unsigned, signed }

    var shape: Shape
    var type: CType
    var effects: Effects = []
    var depth: UInt8 = 1
    /// How many of libtcc's three registers its evaluation takes; more mean that whatever waits for it goes to the stack.
    var registers: UInt8 = 0
    var infix: Infix = .add
    var sign: Sign = .any
    var access: Access = .u32
    var inner: CType?
    var name: RuntimeName = .memoryGrow
    var isIndirect = false
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
    var bits: UInt64 = 0
    /// Which locals it reads and sets: bit `index % 64`, so that a collision only costs a variable.
    var localsRead: UInt64 = 0
    var localsSet: UInt64 = 0

    init(_ shape: Shape, _ type: CType) {
        self.shape = shape
        self.type = type
    }

    /// Needs no evaluation: can stand for ever without anything changing it.
    @inline(__always)
    var isSettled: Bool { shape.rawValue <= Shape.functionReference.rawValue }

    /// Is itself a call, not only an expression around one.
    var isCall: Bool { shape == .call || (shape == .runtimeCall && name.isEffect) }

    /// Can be written twice at no cost.
    var isRepeatable: Bool {
        shape == .constant || shape == .temporary || shape == .local || shape == .vectorConstant
    }
}

/// Binary operators of C.
enum Infix: UInt8 {
    case mul, div, rem, add, sub, shl, shr, lt, gt, le, ge, eq, ne, and, xor, or

    var spelling: StaticString {
        switch self {
        case .mul: "*"
        // Whatever begins with an asterisk must not open a comment.
        case .div: "/ "
        case .rem: "%"
        case .add: "+"
        case .sub: "-"
        case .shl: "<<"
        case .shr: ">>"
        case .lt: "<"
        case .gt: ">"
        case .le: "<="
        case .ge: ">="
        case .eq: "=="
        case .ne: "!="
        case .and: "&"
        case .xor: "^"
        case .or: "|"
        }
    }

    var precedence: Precedence {
        switch self {
        case .mul, .div, .rem: .multiplicative
        case .add, .sub: .additive
        case .shl, .shr: .shift
        case .lt, .gt, .le, .ge: .relational
        case .eq, .ne: .equality
        case .and: .bitAnd
        case .xor: .bitXor
        case .or: .bitOr
        }
    }

    var isComparison: Bool {
        switch self {
        case .lt, .gt, .le, .ge, .eq, .ne: true
        default: false
        }
    }

    /// Whether `x op= y` means `x = x op y` for a variable, whatever the types of the operands: not where the sign of
    /// the left one counts.
    func hasAssignment(_ sign: Expression.Sign) -> Bool {
        switch self {
        case .add, .sub, .mul, .and, .xor, .or, .shl: true
        case .shr: sign == .unsigned
        default: false
        }
    }

    var isCommutative: Bool {
        switch self {
        case .mul, .add, .and, .xor, .or, .eq, .ne: true
        default: false
        }
    }

    /// The operator that does the same with its operands exchanged; nil if none does.
    var mirrored: Infix? {
        switch self {
        case .lt: .gt
        case .gt: .lt
        case .le: .ge
        case .ge: .le
        default: isCommutative ? self : nil
        }
    }

    /// The comparison that is true where this one is false: of integers only.
    var negated: Infix {
        switch self {
        case .lt: .ge
        case .gt: .le
        case .le: .gt
        case .ge: .lt
        case .eq: .ne
        default: .eq
        }
    }
}

/// How tightly C binds; a higher one needs no parentheses inside a lower one.
enum Precedence: Int {
    case lowest, ternary, bitOr, bitXor, bitAnd, equality, relational, shift, additive, multiplicative, unary, primary

    var next: Precedence { Precedence(rawValue: rawValue + 1) ?? .primary }
}

/// The width and sign of an access to guest memory: a type of the prelude.
enum Access: UInt8 {
    case u8, s8, u16, s16, u32, s32, u64, s64, f32, f64

    var name: StaticString {
        switch self {
        case .u8: "mB"
        case .s8: "mb"
        case .u16: "mH"
        case .s16: "mh"
        case .u32: "mu"
        case .s32: "ms"
        case .u64: "mU"
        case .s64: "mS"
        case .f32: "mf"
        case .f64: "md"
        }
    }

    /// The type of a pointer to one, dereferenced.
    var dereferenced: StaticString {
        switch self {
        case .u8: "*(pB)"
        case .s8: "*(pb)"
        case .u16: "*(pH)"
        case .s16: "*(ph)"
        case .u32: "*(pu)"
        case .s32: "*(ps)"
        case .u64: "*(pU)"
        case .s64: "*(pS)"
        case .f32: "*(pf)"
        case .f64: "*(pd)"
        }
    }

    /// A cell of eight bytes as a variable of a type: a pointer to it, dereferenced.
    static func cellPointer(_ type: CType) -> StaticString {
        type.isReference ? "*(p*)" : Access(type).dereferenced
    }

    /// The access of the same bytes whose value has an exact type; nil if this one's has not its width.
    func asType(_ type: CType) -> Access? {
        switch (self, type) {
        case (.u32, .s32), (.s32, .s32): .s32
        case (.u32, .u32), (.s32, .u32): .u32
        case (.u64, .s64), (.s64, .s64): .s64
        case (.u64, .u64), (.s64, .u64): .u64
        default: nil
        }
    }

    /// The type of a variable of this width.
    init(_ type: CType) {
        switch type {
        case .u32, .s32: self = .u32
        case .f32: self = .f32
        case .f64: self = .f64
        default: self = .u64
        }
    }
}
