import WasmBinary
import WasmModule

/// Checks every function body of a module.
package func validateBodies(
    _ module: ValidatedModule, bytes: UnsafeBufferPointer<UInt8>
) throws(ValidationError) {
    try walkBodies(module, bytes: bytes, visitLocals: { _ in }, visit: { _ in })
}

/// Checks every function body and shows the types of its locals, and each instruction once it is found valid.
func walkBodies(
    _ module: ValidatedModule, bytes: UnsafeBufferPointer<UInt8>, visitLocals: (ValueType) -> Void,
    visit: (Instruction) -> Void
) throws(ValidationError) {
    var validator = FunctionValidator(module)
    var reader = InstructionReader(bytes: bytes, range: 0..<0)
    for (index, body) in module.module.bodies.enumerated() {
        let function = FunctionIndex(module.module.importedFunctionCount + index)
        reader.restart(bytes: bytes, range: body.bytes, function: function)
        do {
            let locals = try reader.locals(limits: module.context.limits)
            for run in locals { visitLocals(run.type) }
            try validator.begin(function: function, locals: locals, at: body.bytes.lowerBound)
            while !validator.isFinished {
                let offset = reader.position
                let instruction = try reader.next()
                try validator.check(
                    instruction, labels: reader.labels, types: reader.types, catches: reader.catches, at: offset)
                visit(instruction)
            }
            try reader.finish()
        } catch let error as DecodeError {
            throw ValidationError(error)
        } catch let error as ValidationError {
            throw error
        } catch {
            preconditionFailure("reader and validator throw their own errors only")
        }
    }
}
