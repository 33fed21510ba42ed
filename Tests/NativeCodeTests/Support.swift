import CRuntime
import Glibc
import WasmModule

@testable import NativeCode

/// A folder of a test's own.
final class Folder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/terrafirma-test-XXXXXX".utf8CString)
        mkdtemp(&template)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["code.so", "link.so"] { unlink(path + "/" + name) }
        rmdir(path)
    }
}

/// C that offers `functions`, all of one type, as loaded code must.
func source(_ text: String, functions: [String] = ["probe"], types: Int = 0) -> [UInt8] {
    let table = functions.map { "(void *)" + $0 }.joined(separator: ", ")
    let closing = """

        static void *const functions[] = {\(table)};
        static const tf_code_exports exported = {TF_ABI_VERSION, \(functions.count), \(types), 0, functions, 0, 0};
        const tf_code_exports *tf_attach(const tf_api *api, const uint32_t *ids) { return &exported; }

        """
    return GeneratedPrelude.bytes() + Array((text + closing).utf8)
}

/// Compiles and loads C with one function `probe`, and calls it with two numbers.
func run(_ text: String, _ a: UInt64 = 0, _ b: UInt64 = 0) throws -> UInt64 {
    let folder = Folder()
    try QuickCompiler.compile(source(text), to: folder.path + "/code.so")
    let code = try LoadedCode(path: folder.path + "/code.so", types: CanonicalTypes())
    return withExtendedLifetime(code) {
        let function = unsafeBitCast(
            code.exports.pointee.functions[0], to: (@convention(c) (UInt64, UInt64) -> UInt64).self)
        return function(a, b)
    }
}

/// Why C does not compile.
func failure(_ text: String) -> String? {
    let folder = Folder()
    do {
        try QuickCompiler.compile(source(text), to: folder.path + "/code.so")
        return nil
    } catch {
        return error.message
    }
}
