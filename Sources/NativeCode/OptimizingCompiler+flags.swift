import CRuntime

/// What compilers are told: optimize, but leave nothing out that WebAssembly observes.
extension OptimizingCompiler {
    /// For each unit.
    static func flags(_ kind: Kind) -> [String] {
        shared + level + (kind == .clang ? clang : gcc)
    }

    private static let shared = [
        "-x", "c", "-std=gnu11", "-O2", "-w", "-fPIC", "-c",
        // No header, no library and no builtin of a hosted C; everything but tf_attach is the object's own.
        "-nostdinc", "-ffreestanding", "-fvisibility=hidden",
        // Integers wrap around, memory has no types, and address 0 is a place like any other that faults.
        "-fwrapv", "-fno-strict-overflow", "-fno-strict-aliasing", "-fno-delete-null-pointer-checks",
        // A loop that does nothing goes on until the deadline; a recursion that does nothing exhausts the stack.
        "-fno-optimize-sibling-calls",
        // Frames larger than the guard are touched page by page; return addresses are found by frame pointers.
        "-fstack-clash-protection", "-fno-omit-frame-pointer", "-fno-stack-protector",
        // Every operation rounds for itself and makes quiet NaNs of signaling ones.
        "-ffp-contract=off", "-frounding-math", "-fno-math-errno",
        // Nothing unwinds these frames.
        "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-fno-ident",
    ]

    private static let clang = [
        "-fno-finite-loops", "-fbracket-depth=1024",
        // Among them are warnings that it takes for errors: l0<=l1<=l2 is what is meant.
        "-Wno-everything",
    ]

    private static let gcc = [
        "-fsignaling-nans",
        // Functions stay in the order in which they are written, and whole: a backtrace searches them by address.
        "-fno-toplevel-reorder", "-fno-reorder-functions", "-fno-reorder-blocks-and-partition", "-fno-ipa-icf",
        "-fno-tree-loop-distribute-patterns",
    ]

    /// For units with tail calls: gcc has no way to demand one, so the runtime leaves the caller's frame, and knows
    /// no registers that the caller would have to restore.
    static func tailCallFlags(_ kind: Kind) -> [String] {
        #if arch(x86_64)
            kind == .gcc ? ["rbx", "r12", "r13", "r14", "r15"].map { "-ffixed-" + $0 } : []
        #else
            kind == .gcc ? (19...28).map { "-ffixed-x\($0)" } : []
        #endif
    }

    /// For the shared object.
    static let linkFlags = [
        "-shared", "-nostdlib", "-Wl,-z,noexecstack", "-Wl,-z,defs", "-Wl,-z,text", "-Wl,--build-id=none", "-Wl,-s",
    ]

    /// The processor's level as the psABI counts them: what it lacks is not in the code.
    private static let level: [String] = {
        #if arch(x86_64)
            switch tf_processor_level() {
            case 3...: ["-march=x86-64-v3"]
            case 2: ["-march=x86-64-v2"]
            default: ["-msse4.1"]
            }
        #else
            []
        #endif
    }()
}
