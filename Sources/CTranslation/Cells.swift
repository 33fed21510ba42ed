import WasmModule

// A v128 takes two of the 64-bit parameters or cells of which another type takes one (`tf_abi.h`).

extension ValueType {
    /// How many cells or native parameters one takes.
    var cells: Int { self == .v128 ? 2 : 1 }
}

extension Sequence<ValueType> {
    /// How many cells or native parameters these take.
    var cells: Int { reduce(0) { $0 + $1.cells } }
}

extension FunctionType {
    /// How many parameters are passed natively, in registers; those from there on are in the scratch area, in order.
    var nativeParameterCount: Int {
        var integers = 0
        var floats = 0
        for (index, type) in parameters.enumerated() {
            switch type {
            case .f32, .f64: floats += 1
            case .v128: integers += 2
            default: integers += 1
            }
            if integers > TranslationLimits.integerParameters || floats > TranslationLimits.floatParameters {
                return index
            }
        }
        return parameters.count
    }

    /// The types of the native parameters in C.
    func nativeParameterTypes(in module: Module) -> [CType] {
        parameters.prefix(nativeParameterCount).flatMap { $0 == .v128 ? [CType.u64, .u64] : [CType($0, in: module)] }
    }

    /// The type of what is returned in C, nil for nothing.
    func returned(in module: Module) -> CType? { results.first.map { $0 == .v128 ? .u64 : CType($0, in: module) } }
}

extension Module {
    /// What a C function of the type returns.
    func resultType(_ type: FunctionType) -> StaticString { type.returned(in: self)?.name ?? "void" }
}
