import WasmModule

extension FunctionValidator {
    /// What atomic accesses have to themselves: they are aligned.
    ///
    /// <https://webassembly.github.io/threads/core/valid/instructions.html#atomic-memory-instructions>
    func checkAtomic(_ instruction: Instruction, _ entry: CheckEntry) throws(ValidationError) {
        guard instruction.b == UInt32(entry.alignment) else { throw failure("atomic alignment must be natural") }
    }
}
