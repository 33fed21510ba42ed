import Glibc
import Hostcalls
import KeyValueStorage

/// A folder for databases, removed at the end.
final class StoreFolder {
    let path: String

    struct Failure: Error {}

    init() throws {
        var template = Array("/tmp/terrafirma-values-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// The names of the files in it, sorted.
    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func store(mostOpen: Int = 64, _ configure: (inout KeyValueLimits) -> Void = { _ in }) -> SQLiteStore {
        var limits = KeyValueLimits()
        configure(&limits)
        return SQLiteStore(folder: path, limits: limits, mostOpen: mostOpen)
    }

    /// Writes over what a file has, from its beginning.
    func damage(_ name: String, with bytes: [UInt8]) throws {
        let file = open("\(path)/\(name)", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure() }
        defer { close(file) }
        guard write(file, bytes, bytes.count) == bytes.count else { throw Failure() }
    }
}

/// Calls with text, and time without end.
extension SQLiteStore {
    func get(_ key: String, of site: String = "default") throws -> String? {
        try value(Array(key.utf8), of: site, deadline: .max).map { String(decoding: $0, as: UTF8.self) }
    }

    func insert(_ key: String, _ value: String, of site: String = "default") throws -> Bool {
        try insert(Array(value.utf8), for: Array(key.utf8), of: site, deadline: .max)
    }

    func insertIfAbsent(_ key: String, _ value: String, of site: String = "default") throws -> Bool {
        try insertIfAbsent(Array(value.utf8), for: Array(key.utf8), of: site, deadline: .max)
    }

    func append(_ key: String, _ value: String, of site: String = "default") throws -> Bool {
        try append(Array(value.utf8), to: Array(key.utf8), of: site, deadline: .max)
    }

    func remove(_ key: String, of site: String = "default") throws -> Bool {
        try remove(Array(key.utf8), of: site, deadline: .max)
    }
}
