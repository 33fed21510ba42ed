import Glibc
import Testing

@testable import ModuleCache

@Suite("Folders")
struct FolderTests {
    @Test("go with all that is in them, but not with what links in them point to")
    func removal() throws {
        let folder = try Folder()
        let kept = folder.path + "/kept"
        try makeFolder(kept + "/inner")
        try OpenFile(creating: kept + "/file").write([1])
        let tree = folder.path + "/tree"
        try makeFolder(tree + "/a/b")
        try OpenFile(creating: tree + "/a/file").write([1])
        symlink(kept, tree + "/a/folder")
        symlink(kept + "/file", tree + "/link")
        removeTree(tree)
        #expect(names(inFolder: folder.path) == ["kept"])
        symlink(kept, tree)
        removeTree(tree)
        #expect(names(inFolder: kept) == ["file", "inner"] && names(inFolder: folder.path) == ["kept"])
        removeTree(tree)
    }
}
