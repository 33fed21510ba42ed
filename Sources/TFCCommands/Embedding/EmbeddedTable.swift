import CRuntime
import ModuleCache
import WasmModule
import WasmRuntime

/// `module_table.c`: all of a module but its code, as bytes.
///
/// What a module calls itself and others is among them, and nowhere else in generated C.
struct EmbeddedTable {
    /// `TF_EMBED_VERSION` of `tf_embed.h`.
    private static let version = 1

    private(set) var bytes: [UInt8] = []

    init(_ artifact: Artifact, name: String) throws {
        let module = try LoadedModule(artifact)
        for item in module.descriptor.imports {
            guard case .function = item.kind else {
                throw CommandFailure(
                    "\(name.printable): it imports \"\(item.module.printable)\" \"\(item.name.printable)\", which is "
                        + "no function; programs can offer functions only")
            }
        }
        let table = StandaloneTable(module, entries: [], withExports: true).bytes
        let hasImage = module.descriptor.image.count + module.descriptor.data.count > 0
        let image = hasImage ? try readFile(artifact.imagePath) : []
        write("/* module_table.c: a WebAssembly module but for its code, made by `tfc compile --emit c`. */\n")
        write("#include \"module.h\"\n")
        write("static const uint8_t table[] = {\n")
        writeNumbers(table)
        write("};\nstatic const uint8_t image[] = {\n")
        writeNumbers(image.isEmpty ? [0] : image)
        write("};\n")
        write(
            """
            const tf_code_exports *TF_JOINED(TF_MODULE, attach)(const tf_api *, const uint32_t *);
            extern const char *const TF_JOINED(TF_MODULE, text)[2];
            const tf_embedded TF_MODULE = {
                \(Self.version), \(TF_ABI_VERSION), table, sizeof table, image, \(image.count),
                TF_JOINED(TF_MODULE, attach), TF_JOINED(TF_MODULE, text),
            };

            """)
    }

    private mutating func write(_ text: String) { bytes += text.utf8 }

    private static let digits = (0...255).map { Array("\($0),".utf8) }

    private mutating func writeNumbers(_ numbers: [UInt8]) {
        bytes.reserveCapacity(bytes.count + numbers.count * 4)
        for (index, number) in numbers.enumerated() {
            bytes += Self.digits[Int(number)]
            if index % 32 == 31 { bytes.append(UInt8(ascii: "\n")) }
        }
    }
}
