package import CRuntime
package import WasmModule

/// A WebAssembly value outside of guests.
///
/// Floats as bits, so that NaNs stay what they are.
package enum Value: Hashable {
    case i32(UInt32)
    case i64(UInt64)
    case f32(UInt32)
    case f64(UInt64)
    case v128(low: UInt64, high: UInt64)
    /// Points into the function's instance: valid as long as its store.
    case funcref(UnsafePointer<tf_function>?)
    /// The number by which the host knows an object; not `UInt64.max`.
    case externref(UInt64?)

    /// The value's type.
    ///
    /// References count as nullable.
    package var type: ValueType {
        switch self {
        case .i32: .i32
        case .i64: .i64
        case .f32: .f32
        case .f64: .f64
        case .v128: .v128
        case .funcref: .funcref
        case .externref: .externref
        }
    }

    /// As native code has it in one cell, or in two of a vector.
    package var cells: [UInt64] {
        if case .v128(let low, let high) = self { [low, high] } else { [cell] }
    }

    /// How many cells a value takes.
    package static func cellCount(_ type: ValueType) -> Int { type == .v128 ? 2 : 1 }

    /// The values in cells, one after another; those of types that we have no values of are left out.
    package static func values(_ cells: [UInt64], _ types: [ValueType]) -> [Value] {
        var next = 0
        return types.compactMap { type in
            defer { next += cellCount(type) }
            return Value(cell: cells[next], upper: type == .v128 ? cells[next + 1] : 0, type: type)
        }
    }

    /// An external reference is its number + 1, so that null is 0.
    private var cell: UInt64 {
        switch self {
        case .i32(let bits), .f32(let bits): UInt64(bits)
        case .i64(let bits), .f64(let bits): bits
        case .v128(let low, _): low
        case .funcref(let function): UInt64(UInt(bitPattern: function))
        case .externref(let number): number.map { $0 &+ 1 } ?? 0
        }
    }

    /// From a cell and, for a vector, the next one; nil for a type that we have no values of.
    package init?(cell: UInt64, upper: UInt64 = 0, type: ValueType) {
        switch type {
        case .i32: self = .i32(UInt32(truncatingIfNeeded: cell))
        case .i64: self = .i64(cell)
        case .f32: self = .f32(UInt32(truncatingIfNeeded: cell))
        case .f64: self = .f64(cell)
        case .v128: self = .v128(low: cell, high: upper)
        case .funcref: self = .funcref(UnsafePointer(bitPattern: UInt(cell)))
        case .externref: self = .externref(cell == 0 ? nil : cell - 1)
        default: return nil
        }
    }
}
