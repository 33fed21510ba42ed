import Glibc
import ModuleCache
import Testing
import WasmRuntime

@testable import Hostcalls

/// Real guests: the examples, and texts of the test's own, through the whole pipeline.
enum ExampleGuests {
    /// A module, compiled and linked with host calls and WASI.
    static func load(_ path: String) throws -> PreparedModule {
        let folder = try workFolder.get()
        let cache = ModuleCache(configuration: CacheConfiguration(directory: folder + "/cache"))
        let module = try LoadedModule(try cache.artifact(file: path))
        var linker = Linker()
        linker.define(TerrafirmaHostcalls.functions)
        linker.define(WASIContext.function)
        return try linker.prepare(module)
    }

    /// An example, by the name it is served under without `.wasm`.
    static func example(_ name: String) throws -> PreparedModule {
        try load(try examples.get() + "/\(name).wasm")
    }

    /// A module in the text format.
    static func text(_ text: String) throws -> PreparedModule {
        let name = "\(try workFolder.get())/\(UInt64.random(in: 0 ... .max))"
        let file = try #require(fopen(name + ".wat", "w"))
        fputs(text, file)
        fclose(file)
        try run(["wat2wasm", name + ".wat", "-o", name + ".wasm"])
        return try load(name + ".wasm")
    }

    /// Runs a function, in a store and an instance of its own.
    static func answer(
        _ module: PreparedModule, _ request: GuestRequest = GuestRequest(method: "GET", target: "/"),
        limits: InstanceLimits = InstanceLimits(memoryBytes: 16 << 20), timeout: Duration? = .seconds(60),
        outbound: OutboundPolicy = .denied
    ) throws -> GuestResponse {
        let exchange = Exchange(request: request, outbound: outbound)
        let store = try Store(limits: limits)
        store.setHostPointer(exchange.hostPointer)
        store.setTimeout(timeout)
        let instance = try module.instantiate(in: store)
        exchange.findExport = { instance.function($0) }
        _ = try instance.invoke("run")
        return exchange.response
    }

    private struct Failure: Error {
        var what: String
    }

    /// A folder of this process, removed when it ends.
    private static let workFolder: Result<String, any Error> = Result {
        var template = [CChar]("/tmp/terrafirma-hostcalls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(what: "mkdtemp") }
        atexit { _ = try? ExampleGuests.run(["rm", "-rf", ExampleGuests.workFolder.get()]) }
        return template.withUnsafeBufferPointer {
            String(decoding: $0.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// The examples' folder; built by the first test that needs it.
    private static let examples: Result<String, any Error> = Result {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let folder = try workFolder.get() + "/functions"
        try run(["/\(root)/scripts/build-examples", folder])
        return folder
    }

    private static func run(_ command: [String]) throws {
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        guard posix_spawnp(&process, command[0], nil, nil, arguments, environ) == 0 else {
            throw Failure(what: command[0])
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            if errno != EINTR { throw Failure(what: command[0]) }
        }
        guard status == 0 else { throw Failure(what: command.joined(separator: " ")) }
    }
}
