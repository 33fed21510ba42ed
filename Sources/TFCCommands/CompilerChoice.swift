import Glibc
import ModuleCache
import NativeCode

extension CompileOptions {
    /// What a command was asked for, with the compiler that the optimized tier needs: the one that
    /// `TERRAFIRMA_COMPILER` names, else the first that is installed.
    init(_ tier: Tier, _ boundsChecks: BoundsChecks) throws(CommandFailure) {
        self.init(tier: tier, boundsChecks: boundsChecks)
        guard tier == .optimized else { return }
        compiler = try Self.configuredCompiler()
    }

    private static func configuredCompiler() throws(CommandFailure) -> OptimizingCompiler? {
        guard let path = getenv("TERRAFIRMA_COMPILER"), path.pointee != 0 else { return .installed() }
        do {
            return try OptimizingCompiler(path: String(cString: path))
        } catch {
            throw CommandFailure("TERRAFIRMA_COMPILER: \(error)")
        }
    }
}
