import TestGuests
import Testing

@Suite("WASI contract: path_rename")
struct WASIContractRenameTests {
    typealias Kind = WASIContractFolder.Kind

    /// Folders `empty` and `full`, files `file` and `other`, a link `link` to `file`.
    private func tree(_ kind: Kind) throws -> WASIContractFolder {
        let folder = try WASIContractFolder(kind)
        for path in ["empty", "full"] { try folder.folder(path) }
        try folder.file("full/inner", "inner")
        try folder.file("file", "text")
        try folder.file("other", "old")
        try folder.link("link", to: "file")
        return folder
    }

    private static let names = [".", "..", "empty", "file", "full", "link", "other"]

    @Test("A file keeps what it is under a new name, in any folder", arguments: Kind.allCases)
    func files(kind: Kind) throws {
        let folder = try tree(kind), guest = folder.guest
        let number = try folder.status("file").number, open = try folder.open("file")
        #expect(try guest.pair("path_rename", "file", "empty/new") == 0)
        #expect(try folder.status("empty/new").number == number && (try folder.text("empty/new")) == "text")
        #expect(try guest.status("file").0 == WASIErrno.noent)
        #expect(try guest.read(open) == "text")
        let (from, to) = (try folder.openFolder("empty"), try folder.openFolder("full"))
        #expect(try guest.pair("path_rename", "new", "moved", in: from, to: to) == 0)
        #expect(try folder.status("full/moved").number == number)
    }

    @Test("What has the new name is replaced, and lives on where it is open", arguments: Kind.allCases)
    func replacing(kind: Kind) throws {
        let folder = try tree(kind), guest = folder.guest
        let open = try folder.open("other")
        #expect(try guest.pair("path_rename", "file", "other") == 0)
        #expect(try folder.text("other") == "text")
        #expect(try guest.read(open) == "old" && (try guest.status(of: open).1.links) == 0)
        #expect(try guest.names(3) == Self.names.filter { $0 != "file" })
    }

    @Test("A folder takes its entries along, and may replace an empty one", arguments: Kind.allCases)
    func folders(kind: Kind) throws {
        let folder = try tree(kind), guest = folder.guest
        let number = try folder.status("full").number
        #expect(try guest.pair("path_rename", "full", "empty") == 0)
        #expect(try folder.status("empty").number == number && (try folder.text("empty/inner")) == "inner")
        #expect(try guest.pair("path_rename", "empty", "new/") == 0)
        #expect(try folder.text("new/inner") == "inner")
    }

    @Test("What is wrong changes nothing", arguments: Kind.allCases)
    func errors(kind: Kind) throws {
        let folder = try tree(kind), guest = folder.guest
        let cases: [(String, String, [UInt64])] = [
            ("missing", "new", [WASIErrno.noent]), ("file", "missing/new", [WASIErrno.noent]),
            ("file", "empty", [WASIErrno.isdir]), ("empty", "file", [WASIErrno.notdir]),
            ("empty", "full", [WASIErrno.notempty, WASIErrno.exist]), ("full", "full/new", [WASIErrno.inval]),
            ("full", "full/inner/new", [WASIErrno.inval, WASIErrno.notdir]), ("file", "other/new", [WASIErrno.notdir]),
            ("file", "new/", [WASIErrno.notdir]), ("empty", "link", [WASIErrno.notdir]),
        ]
        for (old, new, errnos) in cases {
            let errno = try guest.pair("path_rename", old, new)
            #expect(errnos.contains(errno), "\(old) to \(new): \(errno)")
        }
        #expect(try guest.names(3) == Self.names)
        #expect(try folder.text("file") == "text" && (try folder.text("other")) == "old")
    }

    @Test("To the same file nothing happens", arguments: Kind.allCases)
    func same(kind: Kind) throws {
        let folder = try tree(kind), guest = folder.guest
        #expect(try guest.pair("path_link", "file", "second") == 0)
        // POSIX: both names stay when they are of the same file.
        for (old, new) in [("file", "file"), ("file", "second"), ("full", "full"), ("link", "link")] {
            #expect(try guest.pair("path_rename", old, new) == 0)
        }
        #expect(try guest.names(3) == (Self.names + ["second"]).sorted())
        #expect(try folder.status("file").links == 2 && (try folder.text("full/inner")) == "inner")
    }

    @Test("Links are renamed and replaced themselves", arguments: Kind.allCases)
    func links(kind: Kind) throws {
        let folder = try tree(kind), guest = folder.guest
        #expect(try guest.pair("path_rename", "link", "moved") == 0)
        #expect(try guest.target("moved").target == "file" && (try folder.text("file")) == "text")
        #expect(try guest.pair("path_rename", "other", "moved") == 0)
        #expect(try folder.status("moved").type == WASIType.file && (try folder.text("file")) == "text")
    }

    @Test("A folder that moved is where it is for those who have it open", arguments: Kind.allCases)
    func openFolders(kind: Kind) throws {
        let folder = try tree(kind), guest = folder.guest
        let open = try folder.openFolder("full")
        #expect(try guest.pair("path_rename", "full", "empty/deep") == 0)
        #expect(try guest.path("path_create_directory", "new", in: open) == 0)
        #expect(try folder.status("empty/deep/new").type == WASIType.directory)
        #expect(try guest.open("../x", in: open).errno == WASIErrno.notcapable)
    }
}
