import CCares
import Glibc

/// Asks name servers, through c-ares.
///
/// It reads no file and no variable: neither `/etc/hosts` nor `RES_OPTIONS` has a say. Each question has sockets of its
/// own, and so a port of the kernel's choice; nothing is shared between them and nothing remembered, so any thread may
/// ask at any time.
package struct Resolver: Sendable {
    /// Which servers are asked, in this order.
    package let servers: [ResolverAddress]
    /// Nanoseconds that one question may take, with all repetitions.
    package let timeout: Int64

    /// Five seconds, in nanoseconds.
    package static let defaultTimeout: Int64 = 5_000_000_000

    /// Asks servers at `192.0.2.1:5353` and the like, three at most; nil if one is no such address or there is none.
    package init?(servers: [String], timeout: Int64 = Self.defaultTimeout) {
        let addresses = servers.compactMap { ResolverAddress($0) }
        guard addresses.count == servers.count, (1...ResolverAddress.most).contains(addresses.count) else { return nil }
        self.servers = addresses
        self.timeout = timeout
    }

    /// Asks the system's servers, as they are at this moment.
    package init(ofSystem timeout: Int64 = Self.defaultTimeout) {
        servers = ResolverAddress.ofSystem()
        self.timeout = timeout
    }

    /// The texts of a name, each record's strings put together.
    ///
    /// Blocks, at most until the deadline: nanoseconds of the monotonic clock.
    package func texts(_ name: String, deadline: Int64 = .max) throws(ResolutionFailure) -> [String] {
        let query = try DNSQuery(try Self.name(name), type: DNSType.text)
        var texts: [String] = []
        for record in try query.records(in: try ask(query, deadline)) {
            var reader = DNSReader(Array(record.data))
            var text: [UInt8] = []
            while !reader.isAtEnd { text += try reader.bytes(Int(try reader.byte())) }
            texts.append(String(decoding: text, as: UTF8.self))
        }
        return texts
    }

    /// The addresses of a name: 4 bytes each, or 16, in network order.
    ///
    /// Blocks, at most until the deadline: nanoseconds of the monotonic clock.
    package func addresses(
        _ name: String, ipv6: Bool, deadline: Int64 = .max
    ) throws(ResolutionFailure) -> [[UInt8]] {
        let query = try DNSQuery(try Self.name(name), type: ipv6 ? DNSType.addressIPv6 : DNSType.address)
        let addresses = try query.records(in: try ask(query, deadline)).map { Array($0.data) }
        guard addresses.allSatisfy({ $0.count == (ipv6 ? 16 : 4) }) else { throw .malformed }
        return addresses
    }

    /// The answer to a question in the wire format, with the question's identifier; "no such name" is an answer too.
    ///
    /// Blocks, at most until the deadline: nanoseconds of the monotonic clock.
    package func raw(query: [UInt8], deadline: Int64 = .max) throws(ResolutionFailure) -> [UInt8] {
        try raw(try DNSQuery(query), deadline: deadline)
    }

    /// The same, of a question that has been checked.
    package func raw(_ query: DNSQuery, deadline: Int64 = .max) throws(ResolutionFailure) -> [UInt8] {
        try query.restored(try ask(query, deadline))
    }

    private static func name(_ text: String) throws(ResolutionFailure) -> DomainName {
        guard let name = DomainName(text) else { throw .malformed }
        return name
    }

    private func ask(_ query: DNSQuery, _ deadline: Int64) throws(ResolutionFailure) -> [UInt8] {
        let (own, isEndless) = monotonicNanoseconds().addingReportingOverflow(timeout)
        let end = min(deadline, isEndless ? .max : own)
        var failure = ResolutionFailure.failing
        for (index, server) in servers.enumerated() {
            // Each of those that are left gets the same part of the time.
            let left = (end - monotonicNanoseconds()) / Int64(servers.count - index)
            guard left > 0 else { throw .timeout }
            do throws(ResolutionFailure) {
                let answer = try Lookup(server: server, timeout: left).run(query.bytes)
                try DNSHeader.check(answer)
                return answer
            } catch {
                failure = error
            }
        }
        throw failure
    }
}

/// The monotonic clock, in nanoseconds.
func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
