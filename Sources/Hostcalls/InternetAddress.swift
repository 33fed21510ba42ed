import Glibc

/// An address that a host's name resolved to.
enum InternetAddress: Hashable {
    /// As a number: 127.0.0.1 is 0x7F00_0001.
    case v4(UInt32)
    /// 16 bytes, in network order.
    case v6([UInt8])

    /// The address in a `sockaddr` of whatever length.
    ///
    /// Nil for other families, such as local sockets.
    init?(_ raw: UnsafeRawPointer) {
        switch Int32(raw.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            self = .v4(UInt32(bigEndian: raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6:
            self = .v6(withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { [UInt8]($0) })
        default:
            return nil
        }
    }

    /// Whether the address is one of the internet's hosts, rather than this machine, its networks, a group, or a way
    /// to write any of these through a translation mechanism.
    ///
    /// <https://www.iana.org/assignments/iana-ipv4-special-registry>,
    /// <https://www.iana.org/assignments/iana-ipv6-special-registry>
    var isPublic: Bool {
        switch self {
        case .v4(let number):
            return !Self.special.contains { number >> (32 - $0.length) == $0.prefix >> (32 - $0.length) }
        case .v6(let bytes):
            // Only 2000::/3 has been given out for hosts. Loopback, mapped and translated IPv4, unique local,
            // link-local and multicast addresses all lie elsewhere.
            guard bytes.count == 16, bytes[0] >> 5 == 1 else { return false }
            return !Self.specialWithinUnicast.contains { $0.matches(bytes) }
        }
    }

    /// IPv4 blocks that are not hosts of the internet.
    private static let special: [(prefix: UInt32, length: UInt32)] = [
        (0x0000_0000, 8),  // this network
        (0x0A00_0000, 8),  // private
        (0x6440_0000, 10),  // shared by a carrier's customers
        (0x7F00_0000, 8),  // loopback
        (0xA9FE_0000, 16),  // link-local; clouds' metadata services
        (0xAC10_0000, 12),  // private
        (0xC000_0000, 24),  // protocol assignments
        (0xC000_0200, 24),  // documentation
        (0xC058_6300, 24),  // 6to4 relays
        (0xC0A8_0000, 16),  // private
        (0xC612_0000, 15),  // benchmarks
        (0xC633_6400, 24),  // documentation
        (0xCB00_7100, 24),  // documentation
        (0xE000_0000, 4),  // multicast
        (0xF000_0000, 4),  // reserved, broadcast
    ]

    private struct Block {
        var prefix: [UInt8]
        var length: Int

        func matches(_ bytes: [UInt8]) -> Bool {
            (0..<length).allSatisfy { bit in
                (bytes[bit / 8] ^ prefix[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
            }
        }
    }

    private static let specialWithinUnicast = [
        Block(prefix: [0x20, 0x01, 0x00], length: 23),  // protocol assignments: Teredo, ORCHID, …
        Block(prefix: [0x20, 0x01, 0x0D, 0xB8], length: 32),  // documentation
        Block(prefix: [0x20, 0x02], length: 16),  // 6to4: holds an IPv4 address
        Block(prefix: [0x3F, 0xFF, 0x00], length: 20),  // documentation
    ]
}
