import TestGuests
import Testing

@Suite("WASI contract: folders made and names removed")
struct WASIContractRemoveTests {
    typealias Kind = WASIContractFolder.Kind

    @Test("A new folder is empty, is counted above, and can be used at once", arguments: Kind.allCases)
    func making(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.folder("a")
        #expect(try folder.status("a").type == WASIType.directory)
        #expect(try guest.names(try folder.openFolder("a")) == [".", ".."])
        try folder.folder("a/b")
        try folder.file("a/b/file", "text")
        #expect(try folder.text("a/b/file") == "text")
        #expect(try guest.path("path_create_directory", "x/y") == WASIErrno.noent)
    }

    @Test("A link at the end is not followed to make a folder", arguments: Kind.allCases)
    func makingAtLinks(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.link("dangling", to: "target")
        #expect(try guest.path("path_create_directory", "dangling") == WASIErrno.exist)
        #expect(try guest.status("target").0 == WASIErrno.noent)
    }

    @Test("Only an empty folder is removed, by the one function for it", arguments: Kind.allCases)
    func folders(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        for path in ["a", "a/b"] { try folder.folder(path) }
        try folder.file("file", "text")
        try folder.link("to-a", to: "a")
        #expect(try guest.path("path_remove_directory", "a") == WASIErrno.notempty)
        #expect(try guest.path("path_remove_directory", "file") == WASIErrno.notdir)
        #expect(try guest.path("path_remove_directory", "to-a") == WASIErrno.notdir)
        #expect(try guest.path("path_remove_directory", "missing") == WASIErrno.noent)
        for path in ["a", "a/", "a/b"] { #expect(try guest.path("path_unlink_file", path) == WASIErrno.isdir) }
        #expect(try guest.path("path_remove_directory", "to-a/b") == 0)
        #expect(try guest.path("path_remove_directory", "a/") == 0)
        #expect(try guest.path("path_remove_directory", "a") == WASIErrno.noent)
        #expect(try guest.names(3) == [".", "..", "file", "to-a"])
    }

    @Test("A file is removed by its name, and a link, not what it points to", arguments: Kind.allCases)
    func files(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.folder("a")
        try folder.file("file", "text")
        for (link, target) in [("to-a", "a"), ("to-file", "file"), ("dangling", "x"), ("circle", "circle")] {
            try folder.link(link, to: target)
            #expect(try guest.path("path_unlink_file", link) == 0)
        }
        #expect(try guest.names(3) == [".", "..", "a", "file"])
        #expect(try guest.path("path_unlink_file", "missing") == WASIErrno.noent)
        #expect(try guest.path("path_unlink_file", "file") == 0)
        #expect(try guest.path("path_unlink_file", "file") == WASIErrno.noent)
    }

    @Test("A folder counts its subfolders among its links", arguments: Kind.allCases)
    func linksOfFolders(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.folder("a")
        let before = try folder.status("a").links
        try folder.file("a/file")
        #expect(try folder.status("a").links == before)
        #expect(try guest.path("path_unlink_file", "a/file") == 0)
        #expect(try guest.path("path_remove_directory", "a") == 0)
    }
}
