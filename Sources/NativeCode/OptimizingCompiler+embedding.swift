/// What a compiler is told by somebody else's build, which has one generated source among its own.
extension OptimizingCompiler {
    /// The flags that the source must be compiled with, whatever others there are.
    package static func embeddingFlags(_ kind: Kind, source: [UInt8]) -> [String] {
        // Not what this machine's processor has, since nothing says where the program will run.
        var flags = flags(kind).filter { $0 != "-c" && !$0.hasPrefix("-march=") && !$0.hasPrefix("-msse") }
        #if arch(x86_64)
            // The least that there is code for; a project may ask for more.
            flags.append("-msse4.1")
        #endif
        // Copies of functions would lie behind the end of the code.
        if kind == .gcc { flags += ["-fno-ipa-cp", "-fno-ipa-sra", "-fno-partial-inlining"] }
        if source.contains(OptimizedBuild.tailCallMark) { flags += tailCallFlags(kind) }
        return flags
    }
}
