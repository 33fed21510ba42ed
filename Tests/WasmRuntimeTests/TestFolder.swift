import Glibc

/// A folder for what this test process compiles, removed when it ends.
///
/// Processes it starts use the same one: those that end by a signal could not remove theirs.
final class TestFolder: Sendable {
    static let shared = TestFolder()

    let path: String

    private init() {
        let variable = "TERRAFIRMA_TEST_FOLDER"
        if let inherited = getenv(variable) {
            path = String(cString: inherited)
            return
        }
        var template = Array("/tmp/terrafirma-test-XXXXXX".utf8CString)
        let made = mkdtemp(&template) != nil
        let bytes = template.dropLast().map { UInt8(bitPattern: $0) }
        path = made ? String(decoding: bytes, as: UTF8.self) : "/nonexistent"
        setenv(variable, path, 1)
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
