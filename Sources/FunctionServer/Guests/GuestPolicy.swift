import Hostcalls

/// What an operator allows guests: all of them, those of one site less, each function as much of it as it asks for.
package struct GuestPolicy: Sendable {
    /// For every function.
    package var limits: GuestLimits
    /// Lower limits for sites, by their folder's name.
    package var siteLimits: [String: LimitSettings]
    /// Whether functions may be granted folders to change.
    package var allowsWritableFolders: Bool

    /// Puts it together.
    package init(
        limits: GuestLimits, siteLimits: [String: LimitSettings] = [:], allowsWritableFolders: Bool = false
    ) {
        self.limits = limits
        self.siteLimits = siteLimits
        self.allowsWritableFolders = allowsWritableFolders
    }

    /// What a function of a site gets.
    package func limits(of site: String?, _ settings: FunctionSettings) -> GuestLimits {
        var limits = limits
        if let site, let lower = siteLimits[site] { lower.lower(&limits) }
        settings.limits.lower(&limits)
        limits.outbound.narrowed = settings.allowedHosts
        return limits
    }
}
