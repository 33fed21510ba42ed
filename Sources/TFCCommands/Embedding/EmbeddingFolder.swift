import Glibc
import ModuleCache
import NativeCode

/// What `tfc compile --emit c -o FOLDER/` makes: a module as C for somebody else's program.
struct EmbeddingFolder {
    /// Names and contents.
    let files: [(name: String, contents: [UInt8])]

    init(_ artifact: Artifact, source: [UInt8], name: String) throws {
        files = [
            ("module.c", EmbeddedSource(source).bytes),
            ("module_table.c", try EmbeddedTable(artifact, name: name).bytes),
            ("module.h", Array(Self.header.utf8)),
            ("SOURCES", Array(EmbeddingSources.text(for: source).utf8)),
        ]
    }

    /// Whether an output is a folder, by its name or since it is one.
    static func isMeant(by path: String) -> Bool {
        var status = stat()
        return path.last == "/" || (stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR)
    }

    /// Writes the files into a folder, which is made if it is not there.
    ///
    /// `file` is what they are made of, which none of them may replace.
    func write(to folder: String, from file: String) throws(CommandFailure) {
        let folder = String(folder.trimmingSlashes)
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw CommandFailure(folder, errno: errno) }
        for each in files {
            try NewFile.write(each.contents, to: "\(folder)/\(each.name)", mode: 0o644, sparing: [file])
        }
    }

    private static let header = """
        /* module.h: a WebAssembly module for a program, made by `tfc compile --emit c`. tf_embed.h is how to use it.
         *
         * Of several modules in one program each needs a name: compile its files, and what includes its module.h, with
         * -DTF_MODULE=NAME. */
        #ifndef TF_MODULE
        #define TF_MODULE wasm_module
        #endif
        #define TF_JOIN(a, b) a##_##b
        #define TF_JOINED(a, b) TF_JOIN(a, b)

        #include "tf_embed.h"

        /* For tf_embed_load. */
        extern const tf_embedded TF_MODULE;

        """
}

extension String {
    fileprivate var trimmingSlashes: Substring {
        var rest = self[...]
        while rest.count > 1, rest.last == "/" { rest.removeLast() }
        return rest
    }
}
