import TestGuests
import Testing

/// What is true of every function that takes a path.
@Suite("WASI contract: all paths")
struct WASIContractPathTests {
    typealias Kind = WASIContractFolder.Kind

    /// A folder `a`, a file `file`, links to both, and one that leads to itself.
    private func tree(_ kind: Kind) throws -> WASIContractFolder {
        let folder = try WASIContractFolder(kind)
        try folder.folder("a")
        try folder.file("file", "text")
        try folder.link("to-a", to: "a")
        try folder.link("to-file", to: "file")
        try folder.link("circle", to: "circle")
        return folder
    }

    /// That nothing has come, gone or changed.
    private func isUntouched(_ folder: WASIContractFolder) throws -> Bool {
        let names = try folder.guest.names(3), inner = try folder.guest.names(try folder.openFolder("a"))
        return try names == [".", "..", "a", "circle", "file", "to-a", "to-file"] && inner == [".", ".."]
            && folder.text("file") == "text"
    }

    @Test("A descriptor that is not open is bad", arguments: Kind.allCases, WASIPathCall.allCases)
    func badDescriptors(kind: Kind, call: WASIPathCall) throws {
        let folder = try tree(kind)
        for descriptor: UInt64 in [9, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
            #expect(try call.perform(by: folder.guest, in: descriptor, "a") == WASIErrno.badf)
        }
        #expect(try isUntouched(folder))
    }

    @Test("A path starts at a folder: no file, no stream", arguments: Kind.allCases, WASIPathCall.allCases)
    func noFolders(kind: Kind, call: WASIPathCall) throws {
        let folder = try tree(kind)
        for descriptor in [0, 1, 2, try folder.open("file")] {
            #expect(try call.perform(by: folder.guest, in: descriptor, "a") == WASIErrno.notdir)
        }
        #expect(try isUntouched(folder))
    }

    @Test("A path out of bounds is a fault", arguments: Kind.allCases, WASIPathCall.allCases)
    func faults(kind: Kind, call: WASIPathCall) throws {
        let folder = try tree(kind), end = UInt64(WASIGuest.size)
        let wild: [(UInt64, UInt64)] = [
            (end, 1), (end - 1, 2), (0xffff_ffff, 1), (0, end + 1), (1024, 0xffff_ffff), (0xffff_ffff, 0xffff_ffff),
        ]
        for (address, count) in wild {
            #expect(try call.perform(by: folder.guest, in: 3, address, count) == WASIErrno.fault)
        }
        #expect(try isUntouched(folder))
    }

    @Test("The last bytes of memory may be a path", arguments: Kind.allCases, WASIPathCall.allCases)
    func lastBytes(kind: Kind, call: WASIPathCall) throws {
        let folder = try tree(kind), end = UInt64(WASIGuest.size)
        _ = folder.guest.place("file/x", at: end - 6)
        #expect(try call.perform(by: folder.guest, in: 3, end - 6, 6) == WASIErrno.notdir)
    }

    @Test("An empty path is nothing that there is", arguments: Kind.allCases, WASIPathCall.allCases)
    func empty(kind: Kind, call: WASIPathCall) throws {
        let folder = try tree(kind)
        #expect(try call.perform(by: folder.guest, "") == WASIErrno.noent)
        #expect(try call.perform(by: folder.guest, in: 3, 0xffff_ffff, 0) == WASIErrno.noent)
        #expect(try isUntouched(folder))
    }

    @Test("A NUL in a path is invalid", arguments: Kind.allCases, WASIPathCall.allCases)
    func nul(kind: Kind, call: WASIPathCall) throws {
        let folder = try tree(kind)
        for path in ["a\0", "\0", "new\0", "a/\0/b", "file\0"] {
            #expect(try call.perform(by: folder.guest, path) == WASIErrno.inval)
        }
        #expect(try isUntouched(folder))
    }

    @Test("A name over 255 bytes, and a path over 4,095, are too long", arguments: Kind.allCases, WASIPathCall.allCases)
    func tooLong(kind: Kind, call: WASIPathCall) throws {
        let folder = try tree(kind)
        let paths = [
            String(repeating: "n", count: 256), "a/" + String(repeating: "n", count: 256),
            String(repeating: "n", count: 256) + "/x", String(repeating: "./", count: 2047) + "nn",
            String(repeating: "a", count: 5000),
        ]
        for path in paths { #expect(try call.perform(by: folder.guest, path) == WASIErrno.nametoolong) }
        #expect(try isUntouched(folder))
    }

    @Test("The longest path and the longest name are not too long", arguments: Kind.allCases, WASIPathCall.allCases)
    func longest(kind: Kind, call: WASIPathCall) throws {
        let folder = try tree(kind)
        for path in [String(repeating: "./", count: 2046) + "new", String(repeating: "n", count: 255)] {
            let errno = try call.perform(by: folder.guest, path)
            #expect(errno == (call.needsExisting ? WASIErrno.noent : 0))
            if call == .renameTarget { #expect(try folder.guest.pair("path_rename", path, "file") == 0) }
        }
    }

    @Test("A folder on the way has to be there and be a folder", arguments: Kind.allCases, WASIPathCall.allCases)
    func onTheWay(kind: Kind, call: WASIPathCall) throws {
        let folder = try tree(kind)
        let expected: [(String, UInt64)] = [
            ("missing/x", WASIErrno.noent), ("a/missing/x", WASIErrno.noent), ("file/x", WASIErrno.notdir),
            ("to-file/x", WASIErrno.notdir), ("circle/x", WASIErrno.loop), ("missing/../file", WASIErrno.noent),
            ("file/../file", WASIErrno.notdir),
        ]
        for (path, errno) in expected { #expect(try call.perform(by: folder.guest, path) == errno, "\(path)") }
        #expect(try isUntouched(folder))
    }

    @Test("What is above the folder is not for the guest", arguments: Kind.allCases, WASIPathCall.allCases)
    func above(kind: Kind, call: WASIPathCall) throws {
        let folder = try tree(kind)
        try folder.link("a/up", to: "../..")
        for path in ["../x", "..", "a/../../x", "/x", "//", "a/up/x", "to-a/up/x"] {
            #expect(try call.perform(by: folder.guest, path) == WASIErrno.notcapable, "\(path)")
        }
    }

    @Test("Links on the way are followed, dots and doubled slashes mean nothing", arguments: Kind.allCases)
    func otherNames(kind: Kind) throws {
        let folder = try tree(kind)
        try folder.file("a/inner")
        let number = try folder.status("a/inner").number
        for path in ["to-a/inner", "./a/inner", "a//inner", "a/./inner", "a/../a/inner", "to-a/../a/./inner"] {
            #expect(try folder.status(path).number == number)
        }
        #expect(try folder.guest.path("path_create_directory", "to-a/new") == 0)
        #expect(try folder.status("a/new").type == WASIType.directory)
    }

    @Test("Names are bytes, of which only the slash and the NUL are special", arguments: Kind.allCases)
    func rawBytes(kind: Kind) throws {
        let folder = try tree(kind), guest = folder.guest
        let names: [[UInt8]] = [[0xff], [0xc0, 0x80], [0x01], [0x5c], [0x2a, 0x3f], [0x2e, 0x2e, 0x2e], [0x20]]
        for name in names {
            for (index, byte) in name.enumerated() { guest.store(byte, at: 1024 + UInt64(index)) }
            let count = UInt64(name.count)
            #expect(try guest.call("path_create_directory", 3, 1024, count) == 0)
            #expect(try guest.call("path_create_directory", 3, 1024, count) == WASIErrno.exist)
            #expect(try guest.call("path_remove_directory", 3, 1024, count) == 0)
        }
        #expect(try isUntouched(folder))
    }

    @Test("A path from an inner folder goes no higher than that folder", arguments: Kind.allCases)
    func inner(kind: Kind) throws {
        let folder = try tree(kind), guest = folder.guest
        let inner = try folder.openFolder("a")
        for call in WASIPathCall.allCases {
            #expect(try call.perform(by: guest, in: inner, "../file") == WASIErrno.notcapable, "\(call)")
        }
        #expect(try isUntouched(folder))
    }
}
