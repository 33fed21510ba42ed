/// Why a module can't be linked.
package struct LinkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The specification's two reasons.
    package enum Reason: String, Hashable, Sendable {
        case unknown = "unknown import"
        case incompatible = "incompatible import type"
    }

    package var reason: Reason
    /// The import's two names.
    package var module: String
    package var name: String
    /// What is wanted and offered, if there is more to say.
    package var detail: String?

    package init(reason: Reason, module: String, name: String, detail: String? = nil) {
        self.reason = reason
        self.module = module
        self.name = name
        self.detail = detail
    }

    package var description: String {
        let text = "\(reason.rawValue): \(module.debugDescription) \(name.debugDescription)"
        return detail.map { "\(text): \($0)" } ?? text
    }
}

/// Why there is no instance.
package enum InstantiationError: Error, Hashable, Sendable, CustomStringConvertible {
    case link(LinkError)
    /// A segment that doesn't fit, a limit, or the start function.
    case trap(Trap)

    package var description: String {
        switch self {
        case .link(let error): error.description
        case .trap(let trap): trap.description
        }
    }
}
