import Synchronization

/// A version of a function whose limits can change while it serves.
protocol GuestOnTerms {
    var terms: GuestTerms { get }
}

extension ServedFunction {
    /// From now on another policy is in force for it, if it is a guest.
    func adopt(_ policy: GuestPolicy) {
        switch self {
        case .call(let function): (function as? any GuestOnTerms)?.terms.adopt(policy)
        case .command(let function): (function as? any GuestOnTerms)?.terms.adopt(policy)
        }
    }
}

/// What one version of a function asks for, and what it gets of it: the second changes with the operator's policy.
///
/// A version keeps it for all its life, so that lower limits hold for it too when no newer version loads.
package final class GuestTerms: Sendable {
    /// What it asks for.
    let settings: FunctionSettings
    /// The site that it belongs to, where there are several.
    let site: String?
    private let granted: Mutex<GuestLimits>

    /// Terms under a policy.
    package init(settings: FunctionSettings = FunctionSettings(), site: String? = nil, policy: GuestPolicy) {
        self.settings = settings
        self.site = site
        granted = Mutex(policy.limits(of: site, settings))
    }

    /// What it may use, for requests that begin now.
    package var limits: GuestLimits { granted.withLock { $0 } }

    /// From now on another policy is in force.
    package func adopt(_ policy: GuestPolicy) {
        let limits = policy.limits(of: site, settings)
        granted.withLock { $0 = limits }
    }
}
