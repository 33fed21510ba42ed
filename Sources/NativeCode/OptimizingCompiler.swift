import Glibc

/// The optimized tier: a C compiler of the system's, found where only its administrator installs.
///
/// Never searched for along `PATH`, and refused if anybody but root and this user could have changed it: what it
/// makes is run.
package struct OptimizingCompiler: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case clang, gcc
    }

    /// Of the file itself, links resolved.
    package let path: String
    package let kind: Kind
    /// What the output depends on besides the source: the compiler's file, its flags, the processor's level.
    package let identity: String

    /// The compiler at a path that somebody configured.
    package init(path: String) throws(CompileError) {
        guard path.hasPrefix("/"), let resolved = resolve(path) else {
            throw CompileError("there is no compiler at \(path); name one by its absolute path")
        }
        let name = resolved.split(separator: "/").last ?? ""
        guard let kind: Kind = name.contains("clang") ? .clang : name.contains("gcc") ? .gcc : nil else {
            throw CompileError("\(path) is \(resolved), and neither a clang nor a gcc by its name")
        }
        guard let status = trustedStatus(resolved) else {
            throw CompileError("\(resolved) may be written to by others than root and this user, or isn't executable")
        }
        self.path = resolved
        self.kind = kind
        let changed = "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        identity =
            "\(kind.rawValue) \(resolved) \(status.st_size) \(changed); "
            + (Self.flags(kind) + Self.tailCallFlags(kind) + Self.linkFlags).joined(separator: " ")
    }

    /// The first of those that distributions install, clang before gcc; nil if there is none.
    package static func installed() -> OptimizingCompiler? {
        for path in paths {
            if access(path, X_OK) == 0, let compiler = try? OptimizingCompiler(path: path) { return compiler }
        }
        return nil
    }

    /// `/usr/bin/clang` and `/usr/bin/gcc`, those with a version in their name, newest first, and Swift's own clang.
    private static var paths: [String] {
        let versions = (14...29).reversed().map { "/usr/bin/clang-\($0)" }
        let folders = ["/usr/bin/clang", "/usr/local/bin/clang", "/opt/swift/usr/bin/clang"]
        let gcc = (12...29).reversed().map { "/usr/bin/gcc-\($0)" }
        return folders + versions + ["/usr/bin/gcc"] + gcc
    }
}

/// A path without links.
private func resolve(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// The state of a file that can be executed, if only root and this user can change it or put another in its place.
private func trustedStatus(_ path: String) -> stat? {
    var folder = path[...]
    var file = stat()
    guard stat(path, &file) == 0, file.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0, isTrusted(file) else {
        return nil
    }
    while let slash = folder.lastIndex(of: "/") {
        folder = folder[..<slash]
        var status = stat()
        guard stat(folder.isEmpty ? "/" : String(folder), &status) == 0, isTrusted(status) else { return nil }
    }
    return file
}

private func isTrusted(_ status: stat) -> Bool {
    let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
    return (status.st_uid == 0 || status.st_uid == geteuid())
        && (status.st_mode & (S_IWGRP | S_IWOTH) == 0 || isSticky)
}
