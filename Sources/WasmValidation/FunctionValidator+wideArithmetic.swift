import WasmModule

extension FunctionValidator {
    /// Numbers of 128 bits are two operands, the lower half first.
    ///
    /// <https://github.com/WebAssembly/wide-arithmetic>
    mutating func wide(operands count: Int) throws(ValidationError) {
        for _ in 0..<count { try pop(.i64) }
        push(.i64)
        push(.i64)
    }
}
