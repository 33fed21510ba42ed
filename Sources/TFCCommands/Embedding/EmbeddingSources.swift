import NativeCode

/// `SOURCES`: what else a program with a module in it is made of, and how.
///
/// Each line is a word and its value.
enum EmbeddingSources {
    static func text(for source: [UInt8]) -> String {
        let header = """
            # A line is a word and its value. Paths are Terrafirma's, of the version that made these files.
            # clang compiles the sources, which include headers of one another, by "flags"; clang or gcc compiles
            # module.c, by its own flags. module_table.c is compiled like the sources.
            """
        var lines = [header]
        lines += folders.map { "include \($0)" }
        lines += ["flags -std=gnu2x -O2 -fno-omit-frame-pointer -pthread", "libraries -pthread -lm"]
        for kind in [OptimizingCompiler.Kind.clang, .gcc] {
            let flags = OptimizingCompiler.embeddingFlags(kind, source: source)
            lines.append("module-flags-\(kind.rawValue) \(flags.joined(separator: " "))")
        }
        lines += runtime.map { "source runtime-c/src/\($0).c" }
        lines += standalone.map { "source Sources/Standalone/\($0).c" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Where headers are.
    static let folders = ["runtime-c/include", "Sources/Standalone", "Sources/Standalone/Embedding"]

    /// All of the runtime but what serves compilers and servers.
    static let runtime = [
        "api", "atomic", "block", "cast", "code", "constant", "conversion", "division", "entry", "exception",
        "float", "handler", "heap", "heap_collect", "heap_roots", "instance", "integer", "link", "memfs_data",
        "memfs_folder", "memfs_names", "memfs_open", "memfs_path", "memfs_tree", "memory", "object",
        "open_beneath", "restore", "sanitizer", "slot", "store", "subtype", "table", "thread", "trap", "turns",
        "types", "vector", "vector_float", "vector_integer", "vector_width", "waiting", "wasi_args",
        "wasi_clock", "wasi_context", "wasi_errno", "wasi_functions", "wasi_io", "wasi_memory", "wasi_metadata",
        "wasi_path", "wasi_path_open", "wasi_path_ops", "wasi_poll", "wasi_proc", "wasi_readdir", "wasi_sock",
        "wasi_storage", "wasi_table", "watchdog",
    ]

    /// The readers of the table, and the functions of `tf_embed.h`.
    static let standalone = [
        "Embedding/embed", "decode_module", "decode_segments", "decode_types", "decoder", "standalone", "trap_text",
    ]
}
