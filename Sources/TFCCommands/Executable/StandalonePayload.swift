import CRuntime
import ModuleCache
import WasmModule
import WasmRuntime

/// What a standalone executable carries, in pieces that need no further work at start.
///
/// `tf_payload.h` of the target `tfc-standalone` describes it.
struct StandalonePayload {
    /// `TF_PAYLOAD_VERSION`.
    static let version: UInt32 = 2
    /// Bytes of `tf_payload`.
    static let headSize = 104

    let table: [UInt8]
    let names: [UInt8]
    let image: [UInt8]
    /// Compiled code, not yet placed.
    let code: LoadableFile
    /// The level of the processor that the code needs.
    let level: UInt64

    init(_ artifact: Artifact, name: String, tier: Tier) throws {
        // What the quick tier makes runs everywhere; the optimizing one makes use of what is here.
        level = tier == .quick ? 0 : UInt64(tf_processor_level())
        let module = try LoadedModule(artifact)
        let entries = try Self.entries(of: module, name: name)
        var linker = Linker(unknownImports: .error)
        linker.define(WASIContext.function)
        do {
            _ = try linker.prepare(module)
        } catch {
            throw CommandFailure("\(name.printable): \(error.description.printable)")
        }
        table = Self.padded(StandaloneTable(module, entries: entries).bytes, to: 8)
        names = Self.encode(module.functionNames())
        let hasImage = module.descriptor.image.count + module.descriptor.data.count > 0
        image = hasImage ? try readFile(artifact.imagePath) : []
        code = try LoadableFile(try readFile(artifact.codePath), name: artifact.codePath)
    }

    /// What is called, as `tfc run` does it; a reactor that has nothing to be run by default is initialized.
    private static func entries(of module: LoadedModule, name: String) throws(CommandFailure) -> [FunctionIndex] {
        var entries: [FunctionIndex] = []
        let hasStart = module.functionType(ofExport: "_start") != nil
        for export in hasStart ? ["_start"] : ["_initialize", ""] {
            guard let type = module.functionType(ofExport: export), let index = module.functionIndex(ofExport: export)
            else { continue }
            guard type.parameters.isEmpty, type.results.isEmpty else {
                throw CommandFailure(
                    "\(name.printable): its \(export.isEmpty ? "\"\"" : export) is \(type), not () -> ()")
            }
            entries.append(index)
        }
        if entries.isEmpty {
            let isServed = module.functionType(ofExport: "run") != nil
            throw CommandFailure(
                "\(name.printable): it exports no _start, so there is nothing to run"
                    + (isServed ? "; it is a function for tfc serve" : ""))
        }
        return entries
    }

    static func padded(_ bytes: [UInt8], to unit: Int) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (unit - bytes.count % unit) % unit)
    }

    /// As report.c looks them up: a count, then of each function its index, and the start and length of its name.
    private static func encode(_ names: [FunctionIndex: String]) -> [UInt8] {
        var (entries, texts) = ([UInt8](), [UInt8]())
        func write(_ number: Int) {
            withUnsafeBytes(of: UInt32(number).littleEndian) { entries.append(contentsOf: $0) }
        }
        write(names.count)
        for (function, name) in names.sorted(by: { $0.key < $1.key }) {
            let text = Array(name.printable.utf8)
            write(function.offset)
            write(texts.count)
            write(text.count)
            texts += text
        }
        return entries + texts
    }
}
