package import WasmBinary
package import WasmModule

/// A module whose declarations obey every rule of the specification.
///
/// Only ``validate(_:limits:)`` makes one.
///
/// Function bodies are not part of the promise: who walks a body checks it on the way with a
/// ``FunctionValidator``.
package struct ValidatedModule: Sendable {
    package let module: Module
    let context: ValidationContext

    fileprivate init(module: Module, context: ValidationContext) {
        self.module = module
        self.context = context
    }
}

/// Checks everything about a module but its function bodies.
///
/// <https://webassembly.github.io/spec/core/valid/modules.html>
package func validate(
    _ module: consuming Module, limits: ImplementationLimits = .init()
) throws(ValidationError) -> ValidatedModule {
    let validator = ModuleValidator(module: module, limits: limits)
    try validator.checkDeclarations()
    try validator.checkInitializers()
    let context = ValidationContext(module: validator.module, limits: limits)
    return ValidatedModule(module: validator.module, context: context)
}
