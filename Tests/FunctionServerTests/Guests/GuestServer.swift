import FunctionServer
import Glibc
import Logging
import ModuleCache
import NIOCore
import WasmRuntime

/// A server of real modules, written as text, with a cache of its own.
final class GuestServer {
    let folder: TestFolder
    let server: Server
    let log = LogLines()
    private let cacheFolder: TestFolder

    /// The modules by file name, as `wat2wasm` (Debian: wabt) reads them.
    init(
        _ modules: [String: String], timeout: Int64 = 10 * .second, memory: UInt64 = 16 << 20,
        compilation: CompileOptions = CompileOptions(), services: GuestServices = GuestServices(),
        _ configure: (inout ServerConfiguration, inout GuestLimits) -> Void = { _, _ in }
    ) throws {
        folder = try TestFolder()
        cacheFolder = try TestFolder()
        for (name, text) in modules { try folder.assemble(name, text) }
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.loops = 1
        configuration.timeout = timeout
        var limits = GuestLimits()
        limits.timeout = timeout
        limits.instance.memoryBytes = memory
        configure(&configuration, &limits)
        let cache = ModuleCache(configuration: CacheConfiguration(directory: cacheFolder.path + "/cache"))
        server = try Server.start(
            folder: folder.path,
            loader: GuestLoader(cache: cache, limits: limits, options: compilation, services: services),
            configuration: configuration, logger: log.logger())
    }

    deinit {
        server.shutDown()
    }

    func get(_ target: String, body: String = "") throws -> RawResponse {
        let client = try RawClient(port: server.address.port ?? 0)
        try client.send(
            "POST \(target) HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        return try client.response()
    }
}

extension TestFolder {
    /// Writes a module from its text, and puts it in place by a rename.
    func assemble(_ name: String, _ text: String) throws {
        try write(".source.wat", text)
        var arguments: [UnsafeMutablePointer<CChar>?] =
            (["wat2wasm", "\(path)/.source.wat", "-o", "\(path)/.made"] as [String]).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        guard posix_spawnp(&child, "wat2wasm", nil, nil, &arguments, environ) == 0 else {
            throw TestFailure("wat2wasm is not there: scripts/install build")
        }
        var status: Int32 = 0
        waitpid(child, &status, 0)
        guard status == 0, rename("\(path)/.made", "\(path)/\(name)") == 0 else {
            throw TestFailure("wat2wasm refuses \(name)")
        }
    }
}
