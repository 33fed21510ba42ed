/// `module.c`: the generated C of the optimizing dialect, so that it can be one object of somebody's program.
///
/// Nothing in it is seen from outside but what begins with the name that `TF_MODULE` stands for. Its code lies
/// between two marks: faults there are the guest's.
struct EmbeddedSource {
    private(set) var bytes: [UInt8]

    init(_ source: [UInt8]) {
        bytes = Array(Self.opening.utf8)
        bytes.reserveCapacity(source.count + (64 << 10))
        let lines = source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let labelled = Set(lines.lazy.compactMap { Self.label($0) })
        for line in lines {
            if let replacement = Self.replacement(of: line, labelled) {
                bytes += replacement
            } else {
                bytes += line
            }
            bytes.append(UInt8(ascii: "\n"))
        }
        bytes += Self.closing.utf8
    }

    /// What is declared for several units of a shared object is this unit's alone.
    private static func replacement(of line: ArraySlice<UInt8>, _ labelled: Set<ArraySlice<UInt8>>) -> [UInt8]? {
        if line.starts(with: "extern tf_api A;".utf8) { return Array("static tf_api A;".utf8) }
        if line.starts(with: "extern u J[".utf8) { return Array("static".utf8) + line.dropFirst("extern".utf8.count) }
        if line.starts(with: "TF_CLOSING u J[".utf8) { return Array("static p tf_protect_at;".utf8) }
        if label(line) != nil { return Array("static __attribute__((used)) ".utf8) + line }
        if let function = prototype(line), !labelled.contains(function) { return Array("static ".utf8) + line }
        return nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

    /// The 5 of `Y3 f5;`.
    private static func prototype(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard line.first == UInt8(ascii: "Y") else { return nil }
        let rest = line.dropFirst().drop(while: isDigit)
        guard rest.starts(with: " f".utf8) else { return nil }
        let number = rest.dropFirst(2).prefix(while: isDigit)
        return line[number.endIndex...].elementsEqual(";".utf8) ? number : nil
    }

    /// The 5 of `U w5(TF_WIDE)__asm__("f5")…`: a function whose own name is that of another, for the linker only.
    private static func label(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard line.count < 128, let open = line.firstIndex(of: UInt8(ascii: "(")) else { return nil }
        let mark = "(TF_WIDE)__asm__(\"f"
        guard line[open...].starts(with: mark.utf8) else { return nil }
        return line[(open + mark.utf8.count)...].prefix(while: isDigit)
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
