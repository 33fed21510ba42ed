import Logging
import ModuleCache

/// Other code for a version that serves.
extension FunctionTable {
    /// A version of quick code that used a processor for long.
    struct HotFunction {
        var name: String
        /// What tells its module's content from all others.
        var hash: String
        var version: ServedFunction
        var identity: FunctionIdentity
        /// Nanoseconds.
        var used: Int64

        /// The site that it belongs to, if there are several.
        var site: Substring { name.prefix { $0 != "/" } }
    }

    /// Those that used a processor for so many nanoseconds, hottest first, without those whose hash is excluded.
    func hotFunctions(after threshold: Int64, excluding isExcluded: (String) -> Bool) -> [HotFunction] {
        // Reports need no lock, which requests wait for, and few functions are hot.
        let names = records.withLock { $0.byName }.filter { $0.value.report.processorTimeOfVersion >= threshold }.keys
        let hot = names.compactMap { name in records.withLock { $0[name].flatMap { hotFunction(name, $0) } } }
        return hot.filter { !isExcluded($0.hash) }.sorted { $0.used > $1.used }
    }

    private func hotFunction(_ name: String, _ record: FunctionRecord) -> HotFunction? {
        guard let live = record.state.live, live.version.code.tier == .quick else { return nil }
        return HotFunction(
            name: name, hash: live.hash, version: live.version, identity: live.identity,
            used: record.report.processorTimeOfVersion)
    }

    /// What a version was made of; nil if its files have changed, as far as can be told, or cannot be read.
    func source(of function: HotFunction, digest: ([UInt8]) -> String) -> FunctionSource? {
        guard let files = (try? FunctionFiles(function.name, in: folder)) ?? nil,
            files.identity == function.identity,
            case .whole(let bytes, let settings, let identity) = files.contents(limit: maximumSize),
            identity == function.identity, digest(bytes) == function.hash
        else { return nil }
        return FunctionSource(
            name: function.name, contents: bytes, settings: settings, folder: folder, root: files.module.root)
    }

    /// Has other code of the same version serve from now on; requests under way keep what they have.
    func exchange(_ function: HotFunction, by optimized: ServedFunction) -> Exchange {
        // What is replaced goes out of the lock with this result: freeing code takes a while.
        let (result, _) = records.withLock { records -> (Exchange, ServedFunction?) in
            guard let record = records[function.name] else { return (.superseded, nil) }
            guard let replaced = record.state.exchange({ $0.isSame(as: function.version) }, by: optimized) else {
                let live = record.state.live
                let isThere = live?.hash == function.hash && live?.version.code.tier == .optimized
                return (isThere ? .alreadyThere : .superseded, nil)
            }
            record.present = nil
            record.report.optimized()
            return (.done, replaced)
        }
        return result
    }

    /// What came of it.
    enum Exchange {
        case done
        /// The content was read anew meanwhile, and its optimized code was found in the cache.
        case alreadyThere
        /// Another version serves, and nothing has changed.
        case superseded
    }

    /// Optimized code has taken the place of quick code.
    func wasOptimized(_ name: String, _ code: FunctionCode, _ details: Logger.Metadata) {
        OptimizationReport.done.count()
        let metadata = details.merging(["bytes": "\(code.size)"]) { $1 }
        logger.info("\(LogEscaping.escape(name)): optimized", metadata: metadata)
    }
}
