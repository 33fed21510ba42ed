import Glibc

/// The bytes of a file, or of standard input for `-`.
func readFile(_ path: String) throws(CommandFailure) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandFailure(path, errno: errno) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var status = stat()
    let size = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + 1)
    while true {
        let room = max(size + 1 - bytes.count, 1 << 16)
        let count = bytes.append(upTo: room) { read(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw CommandFailure(path, errno: errno) }
        if count == 0 { return bytes }
        guard bytes.count <= 1 << 30 else { throw CommandFailure("\(path.printable): larger than 1 GiB") }
    }
}

extension [UInt8] {
    /// Appends what `fill` puts into `room` bytes; its result is their number, or negative.
    fileprivate mutating func append(upTo room: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let start = count
        append(contentsOf: repeatElement(0, count: room))
        let filled = withUnsafeMutableBytes { fill(UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
        removeLast(room - Swift.max(filled, 0))
        return filled
    }
}

/// Replaces a file's contents; standard output for nil.
func writeFile(_ bytes: [UInt8], to path: String?) throws(CommandFailure) {
    var descriptor = STDOUT_FILENO
    if let path { descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw CommandFailure(path ?? "", errno: errno) }
    defer { if descriptor != STDOUT_FILENO { close(descriptor) } }
    let code = bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
    guard code == 0 else { throw CommandFailure(path ?? "standard output", errno: code) }
}

/// Copies a folder's files into another, which is made if it is not there.
func copyFolder(_ source: String, to target: String) throws(CommandFailure) {
    guard mkdir(target, 0o777) == 0 || errno == EEXIST else { throw CommandFailure(target, errno: errno) }
    guard let folder = opendir(source) else { throw CommandFailure(source, errno: errno) }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
        guard entry.pointee.d_type == UInt8(DT_REG) else { continue }
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        try writeFile(try readFile("\(source)/\(name)"), to: "\(target)/\(name)")
    }
}
