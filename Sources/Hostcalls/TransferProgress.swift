import CCurl
import Glibc

/// One transfer under way: checks what it connects to, and gathers what arrives, within the limits.
final class TransferProgress {
    private(set) var body: [UInt8] = []
    /// Whether the response was larger than it may be.
    private(set) var isTooLarge = false
    private var received: [HeaderField] = []
    private var headerBytes = 0
    private let limits: HostcallLimits
    private let policy: OutboundPolicy
    /// Whether an address was refused, for what it is.
    private(set) var hasRefused = false
    private let board: TransferBoard
    private var isLookingUp = false

    init(limits: HostcallLimits, policy: OutboundPolicy, board: TransferBoard) {
        self.limits = limits
        self.policy = policy
        self.board = board
    }

    /// The name is being looked up from now on; false: too many are.
    func beginLookup() -> Bool {
        isLookingUp = NameLookups.shared.begin()
        return isLookingUp
    }

    /// It has been looked up, or nobody waits for that any more.
    func endLookup(isAbandoned: Bool) {
        guard isLookingUp else { return }
        isLookingUp = false
        NameLookups.shared.end(isAbandoned: isAbandoned)
    }

    /// The progress behind a callback's context.
    static func of(_ context: UnsafeMutableRawPointer?) -> TransferProgress? {
        context.map { Unmanaged<TransferProgress>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The final response's headers, as they describe the body that the guest gets: decompressed.
    var headers: [HeaderField] {
        guard received.contains(where: { Self.isNamed($0, "content-encoding") }) else { return received }
        return received.filter { !Self.isNamed($0, "content-encoding") && !Self.isNamed($0, "content-length") }
    }

    /// A socket for an address; the check of what a name resolved to, made on the very address that is used.
    func open(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
        endLookup(isAbandoned: false)
        guard let address, let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return Self.refused }
        // Longer than its type says, for IPv6; so it is read where it is.
        let bytes = UnsafeRawPointer(address) + offset
        guard let internet = InternetAddress(bytes), policy.allowsPrivateAddresses || internet.isPublic else {
            hasRefused = true
            return Self.refused
        }
        let wanted = address.pointee
        return socket(wanted.family, wanted.socktype | Int32(SOCK_CLOEXEC.rawValue), wanted.protocol)
    }

    /// In place of a socket: libcurl tries the name's next address, if there is one.
    static let refused: curl_socket_t = -1

    /// Takes a header line; how many bytes of it were taken: less than `count` ends the transfer.
    func takeHeader(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
        headerBytes += count
        guard headerBytes <= limits.headerBytes else {
            isTooLarge = true
            return 0
        }
        if line.hasPrefix("HTTP/") {
            // A status line: what came before belonged to an interim response.
            received = []
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].utf8
            received.append(HeaderField(name: String(line[..<colon]), value: Self.trimmed(value)))
        }
        return count
    }

    /// Takes bytes of the body, decompressed.
    func takeBody(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard count <= limits.receivedBodyBytes - body.count, board.hold(count) else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }

    private static func trimmed(_ text: Substring.UTF8View) -> String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        var rest = text[...]
        while let first = rest.first, isBlank(first) { rest.removeFirst() }
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return String(Substring(rest))
    }

    private static func isNamed(_ field: HeaderField, _ name: String) -> Bool { field.name.lowercased() == name }
}
