import TestGuests
import Testing

@Suite("WASI contract: entries of a folder")
struct WASIContractReaddirTests {
    typealias Kind = WASIContractFolder.Kind

    /// One entry, with all its fields.
    private struct Entry: Equatable {
        var next: UInt64
        var number: UInt64
        var type: UInt8
        var name: String
    }

    /// A folder with one entry of each type.
    private struct Listing {
        let folder: WASIContractFolder
        var guest: WASIGuest { folder.guest }

        init(_ kind: Kind) throws {
            folder = try WASIContractFolder(kind)
            try folder.file("file", "text")
            try folder.folder("folder")
            try folder.link("a link", to: "file")
        }

        /// Entries from a cookie, in a buffer that they must not fill.
        func entries(from cookie: UInt64 = 0) throws -> [Entry] {
            #expect(try guest.call("fd_readdir", 3, 8192, 4096, cookie, 16) == 0)
            let used = UInt64(guest.load(16, as: UInt32.self))
            #expect(used < 4096)
            var entries: [Entry] = []
            var at: UInt64 = 8192
            while at < 8192 + used {
                let length = UInt64(guest.load(at + 16, as: UInt32.self))
                entries.append(
                    Entry(
                        next: guest.load(at), number: guest.load(at + 8), type: guest.load(at + 20),
                        name: guest.string(at: at + 24, count: length)))
                at += 24 + length
            }
            #expect(at == 8192 + used)
            return entries
        }

        /// How many bytes all entries take.
        func size() throws -> UInt64 { try entries().reduce(0) { $0 + 24 + UInt64($1.name.utf8.count) } }
    }

    @Test("An entry is 24 bytes and its name, without a NUL or a gap behind it", arguments: Kind.allCases)
    func layout(kind: Kind) throws {
        let listing = try Listing(kind)
        let entries = try listing.entries()
        #expect(entries.map(\.name).sorted() == [".", "..", "a link", "file", "folder"])
        let types = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.type) })
        #expect(types == [".": 3, "..": 3, "file": 4, "folder": 3, "a link": 7])
        for entry in entries where entry.name != ".." {
            #expect(try listing.folder.status(entry.name).number == entry.number)
        }
        #expect(Set(entries.map(\.next)).count == entries.count)
        #expect(!entries.contains { $0.next == 0 })
    }

    @Test("From the cookie of an entry the list goes on behind it", arguments: Kind.allCases)
    func cookies(kind: Kind) throws {
        let listing = try Listing(kind)
        let entries = try listing.entries()
        for index in entries.indices.reversed() {
            #expect(try listing.entries(from: entries[index].next) == Array(entries[(index + 1)...]))
        }
    }

    @Test("A buffer of any size gets as much of the same bytes, and nobody writes behind it", arguments: Kind.allCases)
    func truncation(kind: Kind) throws {
        let listing = try Listing(kind), guest = listing.guest
        let size = try listing.size()
        let whole = guest.bytes(at: 8192, count: size)
        for room in 0...size + 1 {
            guest.fill(8192..<8192 + room + 16)
            #expect(try guest.call("fd_readdir", 3, 8192, room, 0, 16) == 0)
            let used = min(room, size)
            #expect(UInt64(guest.load(16, as: UInt32.self)) == used)
            let (got, expected) = (guest.bytes(at: 8192, count: used), whole.prefix(Int(used)))
            // Behind the 21 bytes of a head's fields are three that mean nothing.
            #expect(got == Array(expected), "room of \(room)")
            #expect(guest.isUntouched(8192 + used..<8192 + room + 16))
        }
    }

    @Test("The count is one u32, and it is zero at the end", arguments: Kind.allCases)
    func count(kind: Kind) throws {
        let listing = try Listing(kind), guest = listing.guest
        let last = try #require(try listing.entries().last).next
        let only = try guest.writesOnly(257..<261) {
            try guest.call("fd_readdir", 3, 8192, 100, last, 257)
        }
        #expect(only && guest.load(257, as: UInt32.self) == 0)
    }

    @Test("Buffers may end where memory ends, not beyond", arguments: Kind.allCases)
    func bounds(kind: Kind) throws {
        let listing = try Listing(kind), guest = listing.guest, end = UInt64(WASIGuest.size)
        #expect(try guest.call("fd_readdir", 3, end - 30, 30, 0, 16) == 0)
        #expect(guest.load(16, as: UInt32.self) == 30)
        #expect(try guest.call("fd_readdir", 3, end - 30, 31, 0, 16) == WASIErrno.fault)
        #expect(try guest.call("fd_readdir", 3, 8192, 30, 0, end - 3) == WASIErrno.fault)
    }

    @Test("Names are told as the bytes they are, up to the longest", arguments: Kind.allCases)
    func names(kind: Kind) throws {
        let folder = try WASIContractFolder(kind)
        let names = ["\u{e4}\u{1F600}", " ", "\n", "\\", String(repeating: "n", count: 255)]
        for name in names { try folder.file(name) }
        #expect(try folder.guest.names(3) == ([".", ".."] + names).sorted())
    }

    @Test("What has no entries is no folder", arguments: Kind.allCases)
    func noFolders(kind: Kind) throws {
        let listing = try Listing(kind), guest = listing.guest
        let file = try listing.folder.open("file")
        #expect(try guest.call("fd_readdir", file, 8192, 100, 0, 16) == WASIErrno.notdir)
        #expect(try guest.call("fd_readdir", 1, 8192, 100, 0, 16) == WASIErrno.notdir)
    }
}
