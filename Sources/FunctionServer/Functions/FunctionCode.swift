package import ModuleCache

/// What a version of a function was compiled to.
package struct FunctionCode: Hashable, Sendable {
    /// By which compiler.
    package var tier = CompileOptions.Tier.quick
    /// Bytes of the artifact; 0: not known.
    package var size = 0

    /// That of the quick tier.
    package init() {}

    /// That of an artifact.
    package init(tier: CompileOptions.Tier, size: Int) {
        self.tier = tier
        self.size = size
    }
}

extension ServedFunction {
    /// What it was compiled to.
    package var code: FunctionCode {
        switch self {
        case .call(let function): function.code
        case .command(let function): function.code
        }
    }

    /// Whether it is the same one, and not only alike.
    func isSame(as other: ServedFunction) -> Bool { identity == other.identity }

    private var identity: ObjectIdentifier {
        switch self {
        case .call(let function): ObjectIdentifier(function)
        case .command(let function): ObjectIdentifier(function)
        }
    }
}
