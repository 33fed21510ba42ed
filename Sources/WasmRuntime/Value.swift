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
        case .funcref: .funcref
        case .externref: .externref
        }
    }

    /// As native code has it in a cell.
    ///
    /// An external reference is its number + 1, so that null is 0.
    package var cell: UInt64 {
        switch self {
        case .i32(let bits), .f32(let bits): UInt64(bits)
        case .i64(let bits), .f64(let bits): bits
        case .funcref(let function): UInt64(UInt(bitPattern: function))
        case .externref(let number): number.map { $0 &+ 1 } ?? 0
        }
    }

    /// Nil for a type that we have no values of.
    package init?(cell: UInt64, type: ValueType) {
        switch type {
        case .i32: self = .i32(UInt32(truncatingIfNeeded: cell))
        case .i64: self = .i64(cell)
        case .f32: self = .f32(UInt32(truncatingIfNeeded: cell))
        case .f64: self = .f64(cell)
        case .funcref: self = .funcref(UnsafePointer(bitPattern: UInt(cell)))
        case .externref: self = .externref(cell == 0 ? nil : cell - 1)
        default: return nil
        }
    }
}
