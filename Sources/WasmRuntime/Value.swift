package import CRuntime
package import WasmModule

/// A WebAssembly value outside of guests.
///
/// Floats as bits, so that NaNs stay what they are. A reference that the host holds keeps nothing alive: what it
/// refers to may be gone as soon as a guest of the store runs again, so it is to be used before, or not at all.
/// Functions and external references are exempt.
package enum Value: Hashable {
    case i32(UInt32)
    case i64(UInt64)
    case f32(UInt32)
    case f64(UInt64)
    case v128(low: UInt64, high: UInt64)
    /// Points into the function's instance: valid as long as its store.
    case funcref(UnsafePointer<tf_function>?)
    /// The number by which the host knows an object, of up to 62 bits.
    case externref(UInt64?)
    /// Every other reference: its cell as guests have it, and the type it was declared with, whose index, if it has
    /// one, is the declaring module's.
    ///
    /// Also a guest's object where an external reference is expected, and the reverse.
    case reference(UInt64, type: ValueType)

    /// Numbers of external references are less.
    package static let externalLimit: UInt64 = 1 << 62

    /// The value's type.
    ///
    /// Of references without a declared type: the nullable one.
    package var type: ValueType {
        switch self {
        case .i32: .i32
        case .i64: .i64
        case .f32: .f32
        case .f64: .f64
        case .v128: .v128
        case .funcref: .funcref
        case .externref: .externref
        case .reference(_, let type): type
        }
    }

    /// As native code has it in one cell, or in two of a vector.
    ///
    /// Of the number of an external reference, the lower 62 bits.
    package var cells: [UInt64] {
        if case .v128(let low, let high) = self { [low, high] } else { [cell] }
    }

    /// How many cells a value takes.
    package static func cellCount(_ type: ValueType) -> Int { type == .v128 ? 2 : 1 }

    /// How many cells values take, one after another.
    package static func cellCount(_ types: [ValueType]) -> Int { types.reduce(0) { $0 + cellCount($1) } }

    /// The values in cells, one after another.
    ///
    /// `module` has the types of the module that declares the values' types, if any of them is concrete.
    package static func values(_ cells: [UInt64], _ types: [ValueType], in module: [SubType] = []) -> [Value] {
        var next = 0
        return types.map { type in
            defer { next += cellCount(type) }
            return Value(cell: cells[next], upper: type == .v128 ? cells[next + 1] : 0, type: type, in: module)
        }
    }

    /// From a cell and, for a vector, the next one.
    ///
    /// `module` has the types of the module that declares the value's type, if that is concrete.
    package init(cell: UInt64, upper: UInt64 = 0, type: ValueType, in module: [SubType] = []) {
        switch type {
        case .i32: self = .i32(UInt32(truncatingIfNeeded: cell))
        case .i64: self = .i64(cell)
        case .f32: self = .f32(UInt32(truncatingIfNeeded: cell))
        case .f64: self = .f64(cell)
        case .v128: self = .v128(low: cell, high: upper)
        default: self = Self.reference(cell, type, module)
        }
    }

    private var cell: UInt64 {
        switch self {
        case .i32(let bits), .f32(let bits): UInt64(bits)
        case .i64(let bits), .f64(let bits), .reference(let bits, _): bits
        case .v128(let low, _): low
        case .funcref(let function): UInt64(UInt(bitPattern: function))
        case .externref(let number): number.map(Self.externalCell) ?? 0
        }
    }

    private static func externalCell(_ number: UInt64) -> UInt64 { number << 2 | externalTag }

    /// The lowest two bits of an external reference (`tf_abi.h`).
    private static let externalTag: UInt64 = 2

    private static func reference(_ cell: UInt64, _ type: ValueType, _ module: [SubType]) -> Value {
        switch Hierarchy(type, types: module) {
        case .function: .funcref(UnsafePointer(bitPattern: UInt(cell)))
        case .external where cell == 0: .externref(nil)
        case .external where cell & 3 == externalTag: .externref(cell >> 2)
        default: .reference(cell, type: type)
        }
    }
}
