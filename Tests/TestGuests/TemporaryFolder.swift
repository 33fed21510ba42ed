import Glibc

/// Makes a folder of one's own where temporary files go, and returns its real path.
package func makeTemporaryFolder(_ name: String) throws -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/terrafirma-\(name)-XXXXXX".utf8CString)
    let made = try needed(mkdtemp(&template), "folder in \(parent)")
    let path = try needed(realpath(made, nil), "path of the folder in \(parent)")
    defer { free(path) }
    return String(cString: path)
}

/// Removes a folder and everything in it; links are not followed.
package func removeTree(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR, let folder = opendir(path) else {
        unlink(path)
        return
    }
    while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != "." && name != ".." { removeTree(path + "/" + name) }
    }
    closedir(folder)
    rmdir(path)
}
