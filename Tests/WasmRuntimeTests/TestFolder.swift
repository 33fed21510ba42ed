import Glibc

/// A folder for what this test process compiles, removed when it ends.
final class TestFolder: Sendable {
    static let shared = TestFolder()

    let path: String

    private init() {
        var template = Array("/tmp/terrafirma-test-XXXXXX".utf8CString)
        let made = mkdtemp(&template) != nil
        path =
            made ? String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) : "/nonexistent"
        atexit { removeTree(TestFolder.shared.path) }
    }
}

private func removeTree(_ path: String) {
    if let folder = opendir(path) {
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { removeTree(path + "/" + name) }
        }
        closedir(folder)
    }
    remove(path)
}
