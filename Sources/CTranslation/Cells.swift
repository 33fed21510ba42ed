import WasmModule

// A v128 takes two of the 64-bit parameters or cells of which another type takes one (`tf_abi.h`).

extension Sequence<ValueType> {
    /// How many cells or native parameters these take.
    var cells: Int { reduce(0) { $0 + ($1 == .v128 ? 2 : 1) } }
}

extension FunctionType {
    /// How many parameters are passed natively; those from there on are in the scratch area, in order.
    var nativeParameterCount: Int {
        let limit = TranslationLimits.nativeParameters
        guard parameters.count * 2 > limit else { return parameters.count }
        var cells = 0
        for (index, type) in parameters.enumerated() {
            cells += type == .v128 ? 2 : 1
            if cells > limit { return index }
        }
        return parameters.count
    }

    /// The types of the native parameters in C.
    var nativeParameterTypes: [CType] {
        parameters.prefix(nativeParameterCount).flatMap { $0 == .v128 ? [CType.u64, .u64] : [CType($0)] }
    }

    /// The type of what is returned in C, nil for nothing.
    var returned: CType? { results.first.map { $0 == .v128 ? .u64 : CType($0) } }
}
