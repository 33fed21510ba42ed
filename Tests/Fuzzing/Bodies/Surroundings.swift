import Glibc
import TestGuests

/// What lies around the granted folder, and must stay as it is.
struct Surroundings {
    let sandbox: Sandbox
    /// What is in every file outside; chosen anew each time, so that no input can hold it.
    let secret: String
    private let before: [String: State]

    /// What would show if anybody had changed a file.
    private struct State: Equatable {
        var inode: ino_t
        var mode: mode_t
        var links: nlink_t
        /// Not of the granted folder itself, in which the guest may do as it likes.
        var changed: [Int] = []

        init(_ status: stat, isGranted: Bool) {
            (inode, mode, links) = (status.st_ino, status.st_mode, isGranted ? 0 : status.st_nlink)
            guard !isGranted else { return }
            changed = [
                Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
                status.st_ctim.tv_nsec,
            ]
        }
    }

    init() throws {
        sandbox = try Sandbox()
        secret = "\(UInt64.random(in: .min ... .max)) \(UInt64.random(in: .min ... .max))"
        for folder in ["outside", "outside/within", "grant/d", "grant/d/s"] { try sandbox.folder(folder) }
        for file in ["secret", "outside/secret", "outside/within/x"] { try sandbox.file(file, secret) }
        for file in ["grant/a", "grant/d/f", "grant/d/s/f"] { try sandbox.file(file, "granted") }
        let links = [
            "link": "../secret", "far": "../outside", "loop": "loop", "inner": "d", "dangling": "../outside/created",
            "absolute": sandbox.root + "/secret",
        ]
        for (link, target) in links { try sandbox.link("grant/" + link, to: target) }
        before = Self.look(at: sandbox.root)
    }

    func check() throws(Finding) {
        let after = Self.look(at: sandbox.root)
        for path in Set(before.keys).union(after.keys).sorted() where before[path] != after[path] {
            throw Finding("\(path) outside of the granted folder was touched")
        }
        let open = openFiles().filter { $0.hasPrefix(sandbox.root + "/") }
        guard open.isEmpty else { throw Finding("still open: \(open)") }
    }

    private static func look(at root: String) -> [String: State] {
        var found: [String: State] = [:]
        let paths = ["", "/grant", "/secret", "/outside", "/outside/secret", "/outside/within", "/outside/within/x"]
        for path in paths + entries(root).map({ "/" + $0 }) + entries(root + "/outside").map({ "/outside/" + $0 }) {
            var status = stat()
            guard lstat(root + path, &status) == 0 else { continue }
            found[path] = State(status, isGranted: path == "/grant")
        }
        return found
    }
}

/// Names in a folder but for `.` and `..`.
private func entries(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != "." && name != ".." { names.append(name) }
    }
    return names
}

/// What this process's descriptors are.
private func openFiles() -> [String] {
    entries("/proc/self/fd").compactMap { number in
        let path = "/proc/self/fd/" + number
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer -> String? in
            guard let start = buffer.baseAddress else { return nil }
            let count = readlink(path, start, buffer.count)
            return count < 0 ? nil : String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
        }
    }
}
