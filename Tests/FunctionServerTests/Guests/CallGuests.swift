import Glibc

/// Guests in C, one for each family of host calls (`Tests/CallGuests`), and the examples.
enum CallGuests {
    /// Puts one into a folder, under its name with `.wasm`, by a rename.
    static func copy(_ name: String, to folder: TestFolder, as other: String? = nil) throws {
        let bytes = try bytes(of: try built.get() + "/\(name).wasm")
        let (path, target) = ("\(folder.path)/.copied", "\(folder.path)/\(other ?? name).wasm")
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw TestFailure("\(path): \(errno)") }
        let isWritten = write(file, bytes, bytes.count) == bytes.count
        guard close(file) == 0, isWritten, rename(path, target) == 0 else { throw TestFailure("\(target): \(errno)") }
    }

    /// The folder they are built in by the first test that needs one; removed when the process ends.
    private static let built: Result<String, any Error> = Result {
        var template = Array("/tmp/terrafirma-guests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("mkdtemp: \(errno)") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        atexit { if case .success(let folder) = CallGuests.built { try? CallGuests.run(["rm", "-rf", folder]) } }
        let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        try run(["\(root)/scripts/build-examples", folder])
        try run(["\(root)/scripts/build-examples", folder, "\(root)/Tests/CallGuests"])
        return folder
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw TestFailure("\(path): \(errno)") }
        defer { close(file) }
        var (bytes, piece) = ([UInt8](), [UInt8](repeating: 0, count: 65536))
        while case let count = read(file, &piece, piece.count), count > 0 { bytes += piece[..<count] }
        return bytes
    }

    private static func run(_ command: [String]) throws {
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        guard posix_spawnp(&child, command[0], nil, nil, &arguments, environ) == 0 else {
            throw TestFailure("\(command[0]) is not there")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw TestFailure("\(command): \(status)") }
    }
}
