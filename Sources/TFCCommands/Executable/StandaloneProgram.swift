import CRuntime
import Glibc

/// The program that a standalone executable begins with: the C runtime and WASI, built beside `tfc`.
enum StandaloneProgram {
    /// What it is called.
    static let name = "tfc-standalone"

    /// The file, which is of the same build as we are.
    static func load() throws(CommandFailure) -> LoadableFile {
        let path = try OwnExecutable.neighbour(name)
        let file = try LoadableFile(try readFile(path), name: path)
        guard file.bytes.containsBytes(marker) else {
            throw CommandFailure("\(path.printable): is of another build than this tfc; install both together")
        }
        return file
    }

    /// As payload.c has it: a wrong one would run the code, and misunderstand it.
    private static var marker: [UInt8] {
        var bytes = Array("terrafirma standalone 1".utf8) + [0]
        let sizes = [MemoryLayout<tf_api>.size, MemoryLayout<tf_code_exports>.size].map { UInt32($0) }
        for number in [StandalonePayload.version, UInt32(TF_ABI_VERSION)] + sizes {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}

/// Where we are.
enum OwnExecutable {
    /// The path of a file in the folder of our own executable.
    static func neighbour(_ name: String) throws(CommandFailure) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw CommandFailure("/proc/self/exe", errno: errno) }
        let own = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own[...(own.lastIndex(of: "/") ?? own.startIndex)] + name
    }
}

extension [UInt8] {
    /// Whether the bytes are there, one behind the other.
    fileprivate func containsBytes(_ wanted: [UInt8]) -> Bool {
        withUnsafeBytes { all in
            guard let start = all.baseAddress, let first = wanted.first else { return wanted.isEmpty }
            var at = 0
            while at <= all.count - wanted.count {
                guard let found = memchr(start + at, Int32(first), all.count - wanted.count - at + 1) else { break }
                if memcmp(found, wanted, wanted.count) == 0 { return true }
                at = UnsafeRawPointer(found) - start + 1
            }
            return false
        }
    }
}
