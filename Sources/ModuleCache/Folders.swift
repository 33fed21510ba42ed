import Glibc

/// Makes a folder for its owner only, and those above it that are missing.
func makeFolder(_ path: String) throws(StorageError) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
        throw StorageError(path: path)
    }
    try makeFolder(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw StorageError(path: path) }
}

/// The names in a folder, sorted.
///
/// None if it cannot be read.
func names(inFolder path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}

/// Removes a file, or a folder with what is in it.
///
/// Symbolic links go, what they point to stays.
func removeTree(_ path: String) {
    // What is no folder is gone with that, or can't go.
    guard unlink(path) != 0, errno == EISDIR else { return }
    for name in names(inFolder: path) { removeTree(path + "/" + name) }
    rmdir(path)
}

/// A folder outside the cache that goes with its last user.
///
/// As long as it is locked nobody takes it for what an ended process left.
final class TemporaryDirectory: Sendable {
    /// Of their names; nothing else has it.
    private static let prefix = "terrafirma-artifact-"

    let path: String
    private let lock: OpenFile?

    init(in parent: String) throws(StorageError) {
        var template = Array((parent + "/" + Self.prefix + "XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw StorageError(path: parent) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        lock = try? OpenFile(directory: path).locked()
    }

    deinit { removeTree(path) }

    /// Removes those in a folder whose process has ended.
    static func removeLeftovers(in parent: String) {
        for name in names(inFolder: parent) where name.hasPrefix(prefix) {
            guard let folder = try? OpenFile(directory: parent + "/" + name), (try? folder.lock(waiting: false)) == true
            else { continue }
            removeTree(parent + "/" + name)
        }
    }
}
