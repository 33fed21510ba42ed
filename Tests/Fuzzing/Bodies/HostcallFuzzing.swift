import CRuntime
import Hostcalls
import TestGuests
import WasmModule
import WasmRuntime

/// Host calls, one after the other, by a guest whose allocator may do anything.
///
/// It may not send requests, and has a store in memory.
enum HostcallFuzzing {
    private static let mostCalls = 48

    static func run(_ bytes: UnsafeBufferPointer<UInt8>) throws(Finding) {
        var input = FuzzInput(bytes)
        let limits = limits(areTight: input.byte() & 1 != 0)
        let guest = FakeGuest(request(input.byte()), limits: limits, mostPages: 2)
        setUp(guest, &input)
        let store = MemoryStore(limits: values)
        guest.exchange.values = SiteValues(store, site: "fuzzed")
        let notes = Notes()
        guest.exchange.note = { notes.all.append($0) }
        let functions = TerrafirmaHostcalls.functions
        for _ in 0..<mostCalls where !input.isAtEnd {
            let choice = Int(input.byte())
            guard choice < 7 * functions.count else {
                let (address, bytes) = input.poke()
                guest.write(bytes, at: UInt32(address))
                continue
            }
            let function = functions[choice % functions.count]
            let arguments = function.type.parameters.map { _ in
                UInt32(truncatingIfNeeded: input.argument(memory: Int(guest.size)))
            }
            let (trap, _) = guest.call(String(function.name.dropFirst("hostcall_".count)), arguments)
            try check(guest.exchange.response, limits)
            try check(notes, limits)
            guard store.size <= mostCalls * (values.keyBytes + values.valueBytes) else {
                throw Finding("values of \(store.size) bytes")
            }
            guard trap == TF_OK else { break }
        }
        guard guest.isIntactBehindMemory else { throw Finding("bytes behind the memory were written") }
    }

    private final class Notes {
        var all: [HostcallNote] = []
    }

    private static let values: KeyValueLimits = {
        var limits = KeyValueLimits()
        limits.keyBytes = 16
        limits.valueBytes = 40
        return limits
    }()

    private static func limits(areTight: Bool) -> HostcallLimits {
        var limits = HostcallLimits()
        guard areTight else { return limits }
        limits.responseBodyBytes = 100
        limits.headerBytes = 64
        limits.handles = 3
        limits.sentRequests = 1
        limits.urlBytes = 32
        limits.sentBodyBytes = 50
        limits.panicMessageBytes = 10
        limits.debugMessageBytes = 12
        return limits
    }

    private static func request(_ choice: UInt8) -> GuestRequest {
        var request = GuestRequest(method: "GET", target: "/hello.wasm?query")
        guard choice & 1 != 0 else { return request }
        request.headers = [
            HeaderField(name: "Host", value: "example.com"), HeaderField(name: "accept", value: "a"),
            HeaderField(name: "Accept", value: "b"), HeaderField(name: "x", value: ""),
        ]
        request.body = Array(repeating: 7, count: Int(choice) * 300)
        return request
    }

    private static func setUp(_ guest: FakeGuest, _ input: inout FuzzInput) {
        switch input.byte() % 6 {
        case 0: guest.exportedNames = []
        case 1: guest.allocation = .growing
        case 2: guest.allocation = .fixed(UInt32(truncatingIfNeeded: input.argument(memory: Int(guest.size))))
        case 3: guest.removeMemory()
        default: break
        }
        for slot in 0..<FuzzInput.slots {
            let at = UInt32(FuzzInput.address(ofSlot: slot))
            if slot < texts.count {
                guest.write(texts[slot], at: at)
            } else {
                // Two slices, of texts before.
                for half in 0..<2 as Range<UInt32> {
                    let text = (slot + Int(half)) % texts.count
                    guest.write(word(FuzzInput.address(ofSlot: text)), at: at + 8 * half)
                    guest.write(word(texts[text].utf8.count), at: at + 8 * half + 4)
                }
            }
        }
    }

    private static func word(_ number: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(number).littleEndian) { Array($0) }
    }

    private static let texts = [
        "x-name", "X-Name", "content-type", "content-length", "value", " blank ", "a\r\nb: c", "a\0b", "GET", "POST",
        "http://a/", "https://a:1/b?c", "http://[::1]/", "host", "\u{fc}", "transfer-encoding", "set-cookie", "a,b",
        "http://u@a/", "ftp://a/", "accept", "connection", "text/html", "=;", "HTTP://A:99999", "a\nb: c", "\u{7F}",
    ]

    private static func check(_ notes: Notes, _ limits: HostcallLimits) throws(Finding) {
        for case .said(let text) in notes.all where text.utf8.count > 3 * limits.debugMessageBytes {
            throw Finding("a long word for the log")
        }
    }

    private static func check(_ response: GuestResponse, _ limits: HostcallLimits) throws(Finding) {
        guard (200...599).contains(response.status) else { throw Finding("status \(response.status)") }
        guard response.body.count <= limits.responseBodyBytes else { throw Finding("a body of \(response.body.count)") }
        let size = response.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard size <= limits.headerBytes else { throw Finding("headers of \(size) bytes") }
        guard response.panicMessage.map({ $0.utf8.count <= 3 * limits.panicMessageBytes }) ?? true else {
            throw Finding("a long panic message")
        }
        for field in response.headers {
            let name = field.name.utf8
            guard !name.isEmpty, name.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }),
                field.value.utf8.allSatisfy({ $0 != 0 && $0 != 10 && $0 != 13 })
            else { throw Finding("header \(field)") }
        }
    }
}
