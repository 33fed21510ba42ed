import TestGuests
import Testing

@Suite("WASI contract: links of both kinds")
struct WASIContractLinkTests {
    typealias Kind = WASIContractFolder.Kind

    @Test("Two names of one file are alike in everything", arguments: Kind.allCases)
    func hardLinks(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.folder("a")
        try folder.file("file", "text")
        #expect(try guest.pair("path_link", "file", "a/second") == 0)
        #expect(try folder.status("file") == (try folder.status("a/second")))
        #expect(try folder.status("file").links == 2)
        #expect(try guest.write("more", to: try folder.open("a/second", status: 1)).0 == 0)
        #expect(try folder.text("file") == "textmore")
        #expect(try guest.path("path_unlink_file", "file") == 0)
        #expect(try folder.text("a/second") == "textmore" && (try folder.status("a/second").links) == 1)
    }

    @Test("A name is taken, whatever has it", arguments: Kind.allCases)
    func taken(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "text")
        try folder.file("other", "kept")
        try folder.folder("a")
        try folder.link("dangling", to: "x")
        for name in ["file", "other", "a", "dangling"] {
            #expect(try guest.pair("path_link", "file", name) == WASIErrno.exist)
            #expect(try guest.symlink("file", at: name) == WASIErrno.exist)
            #expect(try guest.path("path_create_directory", name) == WASIErrno.exist)
        }
        #expect(try folder.text("other") == "kept" && (try folder.status("file").links) == 1)
    }

    @Test("Folders have one name only, and what is not there none", arguments: Kind.allCases)
    func noSources(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.folder("a")
        #expect(try guest.pair("path_link", "a", "b") == WASIErrno.perm)
        #expect(try guest.pair("path_link", ".", "b") == WASIErrno.perm)
        #expect(try guest.pair("path_link", "missing", "b") == WASIErrno.noent)
        #expect(try guest.names(3) == [".", "..", "a"])
    }

    @Test("A hard link to a link is one to the link itself", arguments: Kind.allCases)
    func linksToLinks(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "text")
        try folder.link("link", to: "file")
        #expect(try guest.pair("path_link", "link", "itself") == 0)
        #expect(try folder.status("itself") == (try folder.status("link")))
        #expect(try folder.status("itself").type == WASIType.link)
    }

    @Test("A hard link does not follow links, as the README says", arguments: Kind.allCases)
    func linksThroughLinks(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "text")
        try folder.link("link", to: "file")
        let (a, n) = guest.place("link"), (b, m) = guest.place("end", at: 8192)
        #expect(try guest.call("path_link", 3, 1, a, n, 3, b, m) == WASIErrno.inval)
    }

    @Test("A link's text is told as it is, without a NUL, as far as there is room", arguments: Kind.allCases)
    func readlink(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        let text = "a/../b//c \u{e4}"
        try folder.link("link", to: text)
        let (address, count) = guest.place("link"), size = UInt64(text.utf8.count)
        for room in 0...size + 2 {
            let used = min(room, size)
            let only = try guest.writesOnly(300..<300 + used) {
                try guest.call("path_readlink", 3, address, count, 300, room, 16)
            }
            #expect(only && UInt64(guest.load(16, as: UInt32.self)) == used)
            #expect(guest.bytes(at: 300, count: used) == Array(text.utf8.prefix(Int(used))))
        }
        let countOnly = try guest.writesOnly(257..<261) {
            try guest.call("path_readlink", 3, address, count, 4096, 100, 257)
        }
        #expect(countOnly && UInt64(guest.load(257, as: UInt32.self)) == size)
    }

    @Test("What is no link is invalid to be read as one", arguments: Kind.allCases)
    func noLinks(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file")
        try folder.folder("a")
        for path in ["file", "a", "."] { #expect(try guest.target(path).errno == WASIErrno.inval) }
        #expect(try guest.target("missing").errno == WASIErrno.noent)
    }

    @Test("Places out of bounds are faults", arguments: Kind.allCases)
    func faults(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest, end = UInt64(WASIGuest.size)
        try folder.link("link", to: "target")
        let (address, count) = guest.place("link")
        guest.fill(end - 6..<end)
        #expect(try guest.call("path_readlink", 3, address, count, end - 5, 6, 16) == WASIErrno.fault)
        #expect(try guest.call("path_readlink", 3, address, count, end, 1, 16) == WASIErrno.fault)
        #expect(guest.isUntouched(end - 6..<end))
        #expect(try guest.call("path_readlink", 3, address, count, end - 6, 6, 16) == 0)
        #expect(try guest.call("path_symlink", end - 1, 2, 3, address, count) == WASIErrno.fault)
    }

    @Test("When the count has no place, the text is not told", arguments: Kind.allCases)
    func faultOfTheCount(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest, end = UInt64(WASIGuest.size)
        try folder.link("link", to: "target")
        let (address, count) = guest.place("link")
        guest.fill(4096..<4110)
        for wild in [end - 3, end, 0xffff_fffd] {
            #expect(try guest.call("path_readlink", 3, address, count, 4096, 6, wild) == WASIErrno.fault)
        }
        #expect(guest.isUntouched(4096..<4110))
    }

    @Test("A link may point to what is not there; its text has to be one", arguments: Kind.allCases)
    func targets(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        let fine = ["missing", "..", "./", "a/b/c", String(repeating: "t/", count: 1000)]
        for (index, text) in fine.enumerated() {
            #expect(try guest.symlink(text, at: "link-\(index)") == 0)
            #expect(try guest.target("link-\(index)").target == text)
            #expect(try folder.status("link-\(index)").size == UInt64(text.utf8.count))
        }
        #expect(try guest.symlink("", at: "empty") == WASIErrno.noent)
        #expect(try guest.symlink("a\0b", at: "nul") == WASIErrno.inval)
        #expect(try guest.symlink(String(repeating: "t", count: 4096), at: "long") == WASIErrno.nametoolong)
        #expect(try guest.names(3).count == 2 + fine.count)
    }

    @Test("Links are resolved from where they are, not from where the path began", arguments: Kind.allCases)
    func relative(kind: Kind) throws {
        let folder = try WASIContractFolder(kind)
        for path in ["a", "a/b"] { try folder.folder(path) }
        try folder.file("a/file", "inner")
        try folder.file("file", "outer")
        try folder.link("a/b/link", to: "../file")
        try folder.link("a/top", to: "../file")
        #expect(try folder.text("a/b/link") == "inner")
        #expect(try folder.text("a/top") == "outer")
    }

    @Test("Forty links are followed and not many more", arguments: Kind.allCases)
    func chains(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("link-0", "end")
        for index in 1...60 { try folder.link("link-\(index)", to: "link-\(index - 1)") }
        // POSIX: at least _POSIX_SYMLOOP_MAX, which is 8.
        #expect(try folder.text("link-8") == "end")
        #expect(try guest.open("link-60").errno == WASIErrno.loop)
        #expect(try guest.status("link-60").0 == WASIErrno.loop)
    }
}
