/// `module.c`: the generated C of the optimizing dialect, so that it can be one object of somebody's program.
///
/// Nothing in it is seen from outside but what begins with the name that `TF_MODULE` stands for. Its code lies
/// between two marks: faults there are the guest's.
struct EmbeddedSource {
    private(set) var bytes: [UInt8]

    init(_ source: [UInt8]) {
        bytes = Array(Self.opening.utf8)
        bytes.reserveCapacity(source.count + (64 << 10))
        for line in source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if let replacement = Self.replacement(of: line) {
                bytes += replacement
            } else {
                bytes += line
            }
            bytes.append(UInt8(ascii: "\n"))
        }
        bytes += Self.closing.utf8
    }

    /// What is declared for several units of a shared object is this unit's alone.
    private static func replacement(of line: ArraySlice<UInt8>) -> [UInt8]? {
        if line.starts(with: "extern tf_api A;".utf8) { return Array("static tf_api A;".utf8) }
        if line.starts(with: "extern u J[".utf8) { return Array("static".utf8) + line.dropFirst("extern".utf8.count) }
        if line.starts(with: "TF_CLOSING u J[".utf8) { return Array("static p tf_protect_at;".utf8) }
        if isPrototype(line) { return Array("static ".utf8) + line }
        return nil
    }

    /// Whether it is `Y3 f5;`.
    private static func isPrototype(_ line: ArraySlice<UInt8>) -> Bool {
        let isDigit: (UInt8) -> Bool = { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard line.first == UInt8(ascii: "Y") else { return false }
        let rest = line.dropFirst().drop(while: isDigit)
        guard rest.starts(with: " f".utf8) else { return false }
        return rest.dropFirst(2).drop(while: isDigit).elementsEqual(";".utf8)
    }

    /// The runtime has under a name of its own what shared objects find by a jump.
    private static let opening = """
        /* module.c: a WebAssembly module, made by `tfc compile --emit c`. SOURCES says how to compile it. */
        #ifndef TF_MODULE
        #define TF_MODULE wasm_module
        #endif
        #define TF_JOIN(a, b) a##_##b
        #define TF_JOINED(a, b) TF_JOIN(a, b)
        #define TF_TEXT(a) #a
        #define TF_QUOTED(a) TF_TEXT(a)
        #define TF_DO(a) _Pragma(#a)
        #define TF_PRAGMA(a) TF_DO(a)
        #define tf_attach TF_JOINED(TF_MODULE, attach)
        #define A_protect tf_protect
        #ifdef __clang__
        TF_PRAGMA(clang section text=TF_QUOTED(TF_JOINED(TF_MODULE, code)))
        #define TF_START TF_JOINED(__start, TF_JOINED(TF_MODULE, code))
        #define TF_STOP TF_JOINED(__stop, TF_JOINED(TF_MODULE, code))
        #else
        #define TF_START TF_JOINED(TF_MODULE, start)
        #define TF_STOP TF_JOINED(TF_MODULE, stop)
        __asm__(".text\\n" TF_QUOTED(TF_START) ":\\n");
        #endif

        """

    private static let closing = """
        #ifndef __clang__
        __asm__(".text\\n" TF_QUOTED(TF_STOP) ":\\n");
        #endif
        extern const char TF_START[], TF_STOP[];
        const char *const TF_JOINED(TF_MODULE, text)[2] = {TF_START, TF_STOP};

        """
}
