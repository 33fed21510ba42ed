import CRuntime
import Glibc

/// What can be set about a server.
///
/// Durations in nanoseconds.
package struct ServerConfiguration: Sendable {
    /// Address to listen on.
    package var host = "127.0.0.1"
    /// Port to listen on; 0 for any.
    package var port = 8080
    /// Where requests find their folder by their `Host`; empty: one folder answers all of them.
    package var sites = SiteSources()
    /// Whether each host has a folder of its own.
    package var holdsSites: Bool { !sites.isEmpty }
    /// Proxies that say truly for whom they ask.
    package var trustedProxies: [AddressRange] = []
    /// How long a site's next password that takes work waits after the one before.
    package var passwordPause: Int64 = .second / 2
    /// The folder of certificates, for connections in TLS.
    package var certificates: String?
    /// The folder that holds `.well-known/acme-challenge`, for those who make out certificates.
    package var challenges: String?
    /// For how many seconds browsers are told to come in TLS only; nil: they are not.
    package var strictTransport: Int? = 604_800
    /// How long a function may take for one request.
    package var timeout: Int64 = 10 * .second
    /// Bytes of the largest request body taken.
    package var maximumBody = 10 << 20
    /// Bytes of request bodies that are kept at a time, those of all connections together.
    package var keptBodies = 1 << 30
    /// Bytes of a request's header.
    package var maximumHeader = 64 * 1024
    /// Connections at a time; more are closed at once.
    package var maximumConnections = 20_000
    /// How long a connection may be without request.
    package var idleTimeout: Int64 = 60 * .second
    /// How long a request's header may take from its first byte.
    package var headerTimeout: Int64 = 10 * .second
    /// How long a body, or a response, may take before its rate counts.
    package var grace: Int64 = 20 * .second
    /// How long a client may go on sending what is not read, after an early answer.
    package var linger: Int64 = 2 * .second
    /// Bytes per second that a client must send or take after that.
    package var minimumRate: Int64 = 8 * 1024
    /// How long requests wait for a function's first version.
    package var loadTimeout: Int64 = 30 * .second
    /// How long the server is not ready because functions that were there at its start are being loaded.
    package var readyTimeout: Int64 = 60 * .second
    /// How long shutting down waits for requests under way.
    package var drainTimeout: Int64 = 30 * .second
    /// Threads for guests of the host calls.
    package var callThreads: Int
    /// Threads for commands, which wait for their clients now and then.
    package var commandThreads: Int
    /// Instances of one function at a time, of each kind; nil: half of the threads.
    package var instancesPerFunction: Int?
    /// Instances of one site at a time, of each kind; nil: three quarters of the threads, or all if there is one site.
    package var instancesPerSite: Int?
    /// Requests of one function that wait for a thread.
    package var waitingPerFunction = 512
    /// Requests of one site that wait for a thread; nil: 1,024, or as many as in all if there is one site.
    package var waitingPerSite: Int?
    /// Bytes of the largest module.
    package var maximumModule = 256 << 20
    /// Memories that a thread keeps ready for the next guests.
    package var poolSlots = Self.defaultPoolSlots
    /// How long one of them is kept that nobody uses.
    package var poolIdleTime: Int64 = 30 * .second
    /// Requests that wait for a thread.
    package var queue = 4096
    /// Event loops.
    package var loops: Int

    /// Sizes fit for the processors there are.
    package init() {
        let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        loops = processors
        callThreads = max(8, processors * 4)
        commandThreads = max(32, processors * 8)
    }
}

extension ServerConfiguration {
    /// Leaves descriptors for files beside the connections.
    package mutating func bound(toDescriptors count: Int) {
        maximumConnections = min(maximumConnections, max(16, count / 4 * 3))
    }

    /// Bounds for a pool of so many threads.
    func bounds(threads: Int) -> WorkerPool.Bounds {
        // Half of the threads for one function: one that hangs leaves the others room; and so for a site.
        var bounds = WorkerPool.Bounds(share: instancesPerFunction ?? threads / 2, capacity: queue)
        bounds.groupShare = instancesPerSite ?? (holdsSites ? max(1, threads * 3 / 4) : threads)
        bounds.laneCapacity = waitingPerFunction
        bounds.groupCapacity = waitingPerSite ?? (holdsSites ? 1024 : .max)
        return bounds
    }

    /// What the runtime keeps unless told otherwise.
    package static let defaultPoolSlots = Int(TF_DEFAULT_SLOTS)
    /// What it keeps at most.
    package static let mostPoolSlots = Int(TF_MOST_SLOTS)
}

extension Int64 {
    /// Nanoseconds.
    package static let second: Int64 = 1_000_000_000
    /// Nanoseconds.
    package static let millisecond: Int64 = 1_000_000
}
