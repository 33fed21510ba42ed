import CCares
import Glibc

/// One question to one server: sends it, repeats it, and uses TCP for what is too large.
final class Lookup {
    /// What came of it; c-ares holds a pointer to it until the channel is gone.
    private final class Outcome {
        var status: Int32?
        var answer: [UInt8] = []
    }

    private static let tries: Int32 = 2
    private let deadline: Int64
    private let channel: ares_channel
    private let outcome = Outcome()

    /// Makes its sockets when it runs, for so many nanoseconds.
    init(server: ResolverAddress, timeout: Int64) throws(ResolutionFailure) {
        let (deadline, isEndless) = monotonicNanoseconds().addingReportingOverflow(timeout)
        self.deadline = isEndless ? .max : deadline
        guard Self.isStarted, let channel = Self.channel(timeout: timeout) else { throw .failing }
        self.channel = channel
        guard ares_set_servers_ports_csv(channel, server.description) == Self.success else {
            ares_destroy(channel)
            throw .failing
        }
    }

    deinit {
        // Ends what is under way by a last call of the callback.
        ares_destroy(channel)
    }

    /// The answer, whatever it says.
    func run(_ query: [UInt8]) throws(ResolutionFailure) -> [UInt8] {
        ares_send(
            channel, query, Int32(query.count),
            { context, status, _, bytes, count in
                guard let context else { return }
                let outcome = Unmanaged<Outcome>.fromOpaque(context).takeUnretainedValue()
                outcome.status = status
                if let bytes { outcome.answer = Array(UnsafeBufferPointer(start: bytes, count: Int(max(0, count)))) }
            }, Unmanaged.passUnretained(outcome).toOpaque())
        while outcome.status == nil {
            guard wait() else { throw .timeout }
        }
        if let failure = Self.failure(outcome.status ?? 0) { throw failure }
        return outcome.answer
    }

    /// Waits for the servers, and goes on with what came; false if the time is up.
    private func wait() -> Bool {
        let left = deadline - monotonicNanoseconds()
        guard left > 0 else { return false }
        var sockets = [ares_socket_t](repeating: -1, count: Int(ARES_GETSOCK_MAXNUM))
        let bits = ares_getsock(channel, &sockets, Int32(sockets.count))
        var waiting: [pollfd] = []
        for (index, socket) in sockets.enumerated() {
            var events: Int32 = 0
            if cares_is_readable(bits, Int32(index)) { events |= POLLIN }
            if cares_is_writable(bits, Int32(index)) { events |= POLLOUT }
            if events != 0 { waiting.append(pollfd(fd: socket, events: Int16(events), revents: 0)) }
        }
        var most = timeval(tv_sec: Int(left / 1_000_000_000), tv_usec: Int(left % 1_000_000_000 / 1000))
        var next = timeval()
        if let soonest = ares_timeout(channel, &most, &next)?.pointee { most = soonest }
        poll(&waiting, nfds_t(waiting.count), Int32(clamping: most.tv_sec * 1000 + most.tv_usec / 1000 + 1))
        for socket in waiting where socket.revents != 0 {
            let bad = ares_socket_t(-1)
            let reads = Int32(socket.revents) & ~POLLOUT != 0
            let writes = Int32(socket.revents) & POLLOUT != 0
            ares_process_fd(channel, reads ? socket.fd : bad, writes ? socket.fd : bad)
        }
        ares_process_fd(channel, -1, -1)
        return true
    }

    /// A channel that everything is set of, so that it looks for nothing in files or variables.
    private static func channel(timeout: Int64) -> ares_channel? {
        var options = ares_options()
        // The codes of answers are looked at by whoever asks.
        options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP
        // The second time takes twice as long.
        options.timeout = Int32(clamping: max(100, timeout / 1_000_000 / 3))
        options.tries = tries
        options.ndots = 1
        var nowhere = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        let lookups = strdup("b")
        defer { free(lookups) }
        options.lookups = lookups
        options.nservers = 1
        let mask =
            ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_SERVERS | ARES_OPT_DOMAINS
            | ARES_OPT_LOOKUPS | ARES_OPT_SORTLIST | ARES_OPT_NOROTATE
        return withUnsafeMutablePointer(to: &nowhere) { nowhere in
            options.servers = nowhere
            var channel: ares_channel?
            return ares_init_options(&channel, &options, mask) == success ? channel : nil
        }
    }

    private static func failure(_ status: Int32) -> ResolutionFailure? {
        switch status {
        case ARES_SUCCESS: nil
        case ARES_ENODATA: .noData
        case ARES_ENOTFOUND: .noSuchName
        case ARES_ETIMEOUT: .timeout
        case ARES_EREFUSED: .refused
        case ARES_EBADQUERY, ARES_EBADNAME, ARES_EBADRESP, ARES_EFORMERR: .malformed
        default: .failing
        }
    }

    private static let isStarted = ares_library_init(ARES_LIB_INIT_ALL) == success
    private static let success: Int32 = 0
}
