import WasmModule
import WasmRuntime

/// A call of an export as `--invoke` has it: arguments read by the function's type.
struct Invocation {
    let values: [Value]

    init(_ export: String, of module: LoadedModule, _ arguments: [String]) throws(InvocationError) {
        guard let type = module.functionType(ofExport: export) else {
            throw InvocationError("there is no exported function \(export.printable); tfc inspect shows what there is")
        }
        try self.init(export, type, arguments, in: module.descriptor.types)
    }

    /// `types` are the module's.
    init(
        _ export: String, _ type: FunctionType, _ arguments: [String], in types: [SubType] = []
    ) throws(InvocationError) {
        guard arguments.count == type.parameters.count else {
            throw InvocationError("\(export.printable) is \(type); arguments given: \(arguments.count)")
        }
        var values: [Value] = []
        for (text, type) in zip(arguments, type.parameters) {
            guard let value = Self.value(text, type, in: types) else {
                throw InvocationError("\(text.printable) is not of type \(type)")
            }
            values.append(value)
        }
        self.values = values
    }

    /// Integers decimal, signed or unsigned, or hexadecimal with `0x`; floats as Swift reads them; references: `null`;
    /// vectors hexadecimal.
    static func value(_ text: String, _ type: ValueType, in types: [SubType] = []) -> Value? {
        switch type {
        case .i32: return integer(text, UInt32.self, Int32.self).map(Value.i32)
        case .i64: return integer(text, UInt64.self, Int64.self).map(Value.i64)
        case .f32: return Float(text).map { .f32($0.bitPattern) }
        case .f64: return Double(text).map { .f64($0.bitPattern) }
        case .v128: return vector(text)
        default: return type.isNullable && text == "null" ? Value(cell: 0, type: type, in: types) : nil
        }
    }

    /// `0x` and up to 32 digits: the vector as one little-endian number.
    private static func vector(_ text: String) -> Value? {
        guard text.hasPrefix("0x"), text.count <= 34 else { return nil }
        let digits = String(repeating: "0", count: 34 - text.count) + text.dropFirst(2)
        guard let high = UInt64(digits.prefix(16), radix: 16), let low = UInt64(digits.suffix(16), radix: 16) else {
            return nil
        }
        return .v128(low: low, high: high)
    }

    private static func hexadecimal(_ half: UInt64) -> String {
        let digits = String(half, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func integer<U: FixedWidthInteger, S: FixedWidthInteger>(
        _ text: String, _: U.Type, _: S.Type
    ) -> U? {
        if text.hasPrefix("0x") { return U(text.dropFirst(2), radix: 16) }
        return U(text) ?? S(text).map { U(truncatingIfNeeded: $0) }
    }

    /// A result as it is printed: integers signed, references as what they refer to.
    static func text(_ value: Value) -> String {
        switch value {
        case .i32(let bits): "\(Int32(bitPattern: bits))"
        case .i64(let bits): "\(Int64(bitPattern: bits))"
        case .f32(let bits): "\(Float(bitPattern: bits))"
        case .f64(let bits): "\(Double(bitPattern: bits))"
        case .v128(let low, let high): "0x" + hexadecimal(high) + hexadecimal(low)
        case .funcref, .externref, .reference: reference(value)
        }
    }

    /// What a reference refers to; its contents are the guest's own.
    private static func reference(_ value: Value) -> String {
        switch value.referenceKind {
        case .function: "function"
        case .external: "extern" + (value.externalNumber.map { " \($0)" } ?? "")
        case .i31: "i31" + (value.i31.map { " \(Int32(bitPattern: $0 << 1) >> 1)" } ?? "")
        case .structure: "struct"
        case .array: "array"
        case .exception: "exception"
        case .null, nil: "null"
        }
    }
}

/// Arguments of `--invoke` that don't fit: a mistake of usage.
struct InvocationError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
