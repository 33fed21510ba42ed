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

    /// The first type of the module that is equal to a type: what the validator shows instead of it.
    package func canonical(_ type: TypeIndex) -> TypeIndex {
        TypeIndex(context.types.entries[type.offset].canonical)
    }

    /// The same for a value type.
    package func canonical(_ type: ValueType) -> ValueType { context.types.canonical(type) }
}

/// Checks everything about a module but its function bodies.
///
/// <https://webassembly.github.io/spec/core/valid/modules.html>
package func validate(
    _ module: consuming Module, limits: ImplementationLimits = .init()
) throws(ValidationError) -> ValidatedModule {
    let types = try ModuleTypes(module)
    let validator = ModuleValidator(module: module, types: types, limits: limits)
    try validator.checkDeclarations()
    let context = ValidationContext(module: validator.module, types: types, limits: limits)
    try validator.checkInitializers(context)
    return ValidatedModule(module: validator.module, context: context)
}
