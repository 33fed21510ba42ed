import Glibc

/// A folder with a granted folder `grant` in it and a secret beside that; gone when the value is.
package final class Sandbox {
    package let root: String
    package var grant: String { root + "/grant" }

    package init() throws {
        root = try makeTemporaryFolder("wasi")
        try folder("grant")
        try file("secret", "secret")
    }

    deinit { removeTree(root) }

    package func folder(_ path: String) throws {
        guard mkdir(root + "/" + path, 0o700) == 0 else { throw Missing(what: path) }
    }

    package func link(_ path: String, to target: String) throws {
        guard symlink(target, root + "/" + path) == 0 else { throw Missing(what: path) }
    }

    package func file(_ path: String, _ text: String) throws {
        let descriptor = open(root + "/" + path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        guard descriptor >= 0, write(descriptor, text, text.utf8.count) == text.utf8.count else {
            throw Missing(what: path)
        }
    }

    package func exists(_ path: String) -> Bool { access(root + "/" + path, F_OK) == 0 }

    package func text(_ path: String) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let descriptor = open(root + "/" + path, O_RDONLY)
        let count = read(descriptor, &buffer, buffer.count)
        close(descriptor)
        return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    }
}
