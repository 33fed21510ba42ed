import CRuntime
import TestGuests
import Testing

/// One of the two lists of strings that a guest is given.
enum WASIStringList: String, CaseIterable, Sendable {
    case arguments = "args"
    case environment = "environ"

    var sizes: String { rawValue + "_sizes_get" }
    var get: String { rawValue + "_get" }

    func add(_ bytes: [UInt8], to guest: WASIGuest) -> Int32 {
        switch self {
        case .arguments: tf_wasi_add_argument(guest.wasi, bytes, bytes.count)
        case .environment: tf_wasi_add_environment(guest.wasi, bytes, bytes.count)
        }
    }
}

@Suite("WASI contract: arguments and environment")
struct WASIContractArgumentTests {
    let guest: WASIGuest
    static let strings = ["A=program", "B=", "C=\u{e4} b=c"]
    static let bytes = UInt64(strings.reduce(0) { $0 + $1.utf8.count + 1 })

    init() throws { guest = try WASIGuest() }

    func addStrings(to list: WASIStringList) {
        for string in Self.strings { #expect(list.add(Array(string.utf8), to: guest) == 0) }
    }

    @Test("Sizes are two u32: how many strings, and their bytes with a NUL each", arguments: WASIStringList.allCases)
    func sizes(list: WASIStringList) throws {
        addStrings(to: list)
        let first = try guest.writesOnly(256..<260) { try guest.call(list.sizes, 256, 1024) }
        #expect(first && guest.load(256, as: UInt32.self) == 3)
        let second = try guest.writesOnly(256..<260) { try guest.call(list.sizes, 1024, 256) }
        #expect(second && UInt64(guest.load(256, as: UInt32.self)) == Self.bytes)
    }

    @Test("Pointers and strings fill their buffers exactly, in order", arguments: WASIStringList.allCases)
    func contents(list: WASIStringList) throws {
        addStrings(to: list)
        let pointersOnly = try guest.writesOnly(256..<268) { try guest.call(list.get, 256, 2048) }
        #expect(pointersOnly)
        var expected: UInt64 = 2048
        for (index, string) in Self.strings.enumerated() {
            #expect(UInt64(guest.load(256 + 4 * UInt64(index), as: UInt32.self)) == expected)
            expected += UInt64(string.utf8.count) + 1
        }
        let stringsOnly = try guest.writesOnly(2048..<2048 + Self.bytes) {
            try guest.call(list.get, 256, 2048)
        }
        #expect(stringsOnly)
        #expect(guest.string(at: 2048, count: Self.bytes) == Self.strings.map { $0 + "\0" }.joined())
    }

    @Test("No strings: sizes are zero and nothing is written", arguments: WASIStringList.allCases)
    func none(list: WASIStringList) throws {
        guest.fill(256..<320)
        #expect(try guest.call(list.sizes, 256, 260) == 0)
        #expect(guest.load(256, as: UInt64.self) == 0)
        guest.fill(256..<320)
        #expect(try guest.call(list.get, 264, 300) == 0)
        #expect(guest.isUntouched(256..<320))
    }

    @Test("One list knows nothing of the other", arguments: WASIStringList.allCases)
    func apart(list: WASIStringList) throws {
        addStrings(to: list)
        let other: WASIStringList = list == .arguments ? .environment : .arguments
        guest.fill(256..<264)
        #expect(try guest.call(other.sizes, 256, 260) == 0)
        #expect(guest.load(256, as: UInt64.self) == 0)
    }

    @Test("Buffers may end where memory ends, and one byte less is a fault", arguments: WASIStringList.allCases)
    func endOfMemory(list: WASIStringList) throws {
        addStrings(to: list)
        let end = UInt64(WASIGuest.size)
        #expect(try guest.call(list.get, 256, end - Self.bytes) == 0)
        #expect(guest.load(end - 1, as: UInt8.self) == 0)
        #expect(try guest.call(list.get, end - 12, 256) == 0)
        #expect(guest.load(end - 12, as: UInt32.self) == 256)
        #expect(try guest.call(list.sizes, end - 4, end - 8) == 0)
        #expect(guest.load(end - 4, as: UInt32.self) == 3)
    }

    @Test("A buffer out of bounds is a fault, and the other is left alone", arguments: WASIStringList.allCases)
    func faults(list: WASIStringList) throws {
        addStrings(to: list)
        let end = UInt64(WASIGuest.size)
        guest.fill(256..<512)
        for wild in [end, end - Self.bytes + 1, 0xffff_ffff] {
            #expect(try guest.call(list.get, 256, wild) == WASIErrno.fault)
        }
        for wild in [end, end - 11, 0xffff_fffc] {
            #expect(try guest.call(list.get, wild, 256) == WASIErrno.fault)
        }
        #expect(guest.isUntouched(256..<512))
    }

    @Test("A size without a place is a fault, and the other is not told", arguments: WASIStringList.allCases)
    func faultsOfSizes(list: WASIStringList) throws {
        addStrings(to: list)
        let end = UInt64(WASIGuest.size)
        guest.fill(256..<512)
        for wild in [end, end - 3, 0xffff_fffd] { #expect(try guest.call(list.sizes, wild, 256) == WASIErrno.fault) }
        #expect(guest.isUntouched(256..<512))
        for wild in [end, end - 3, 0xffff_fffd] { #expect(try guest.call(list.sizes, 256, wild) == WASIErrno.fault) }
        #expect(guest.isUntouched(256..<512))
    }

    @Test("Results may lie at odd addresses", arguments: WASIStringList.allCases)
    func oddAddresses(list: WASIStringList) throws {
        addStrings(to: list)
        #expect(try guest.call(list.sizes, 257, 263) == 0)
        #expect(guest.load(257, as: UInt32.self) == 3 && UInt64(guest.load(263, as: UInt32.self)) == Self.bytes)
        #expect(try guest.call(list.get, 257, 2049) == 0)
        #expect(guest.load(257, as: UInt32.self) == 2049)
    }

    @Test("Bytes that are no text arrive as they are", arguments: WASIStringList.allCases)
    func rawBytes(list: WASIStringList) throws {
        let raw: [UInt8] = [0x41, 0x3d, 0xff, 0xfe, 0x80, 0x0a, 0x01]
        #expect(list.add(raw, to: guest) == 0)
        #expect(try guest.call(list.get, 256, 2048) == 0)
        #expect(guest.bytes(at: 2048, count: 8) == raw + [0])
    }

    @Test("A thousand strings arrive, the empty ones too", arguments: WASIStringList.allCases)
    func many(list: WASIStringList) throws {
        for index in 0..<1000 { #expect(list.add(Array("N\(index)=\(index)".utf8), to: guest) == 0) }
        #expect(try guest.call(list.sizes, 256, 260) == 0)
        #expect(guest.load(256, as: UInt32.self) == 1000)
        let bytes = UInt64(guest.load(260, as: UInt32.self))
        #expect(try guest.call(list.get, 8192, 16384) == 0)
        let last = UInt64(guest.load(8192 + 4 * 999, as: UInt32.self))
        #expect(guest.string(at: last, count: 16384 + bytes - last) == "N999=999\0")
    }
}
