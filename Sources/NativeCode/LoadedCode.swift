package import CRuntime
import Glibc
import Synchronization
package import WasmModule

/// Native code in this process, shared by all instances of its module, unloaded when nobody holds it any more.
package final class LoadedCode: Sendable {
    /// What the code offers.
    ///
    /// Valid as long as this object lives.
    package nonisolated(unsafe) let exports: UnsafePointer<tf_code_exports>
    /// Addresses of the executable segment.
    package let text: Range<UInt>

    private let object: SharedObjectHandle

    /// Loads a shared object made for a module of these types.
    ///
    /// The file must be ours alone: a regular file, owned by this user, writable by nobody else.
    package init(path: String, types: [FunctionType]) throws(LoadError) {
        let object = try SharedObjectHandle(path: path)
        guard let address = object.symbol(TF_ATTACH_SYMBOL) else {
            throw LoadError(path: path, reason: "has no symbol \(TF_ATTACH_SYMBOL)")
        }
        var (start, end) = (UInt(0), UInt(0))
        guard tf_executable_range(address, &start, &end) else {
            throw LoadError(path: path, reason: "its code is not executable")
        }
        let attach = unsafeBitCast(address, to: AttachFunction.self)
        let identifiers = types.map(\.canonicalIdentifier)
        guard let exports = attach(tf_runtime_api(), identifiers) else {
            throw LoadError(path: path, reason: "does not attach")
        }
        guard exports.pointee.abi == UInt32(TF_ABI_VERSION), Int(exports.pointee.type_count) == types.count else {
            throw LoadError(path: path, reason: "was made for another runtime or module")
        }
        guard tf_code_register(start, end) else { throw LoadError(path: path, reason: "no memory to register it") }
        self.object = object
        self.exports = exports
        text = start..<end
    }

    deinit {
        tf_code_unregister(text.lowerBound, text.upperBound)
    }
}

private typealias AttachFunction =
    @convention(c) (UnsafePointer<tf_api>?, UnsafePointer<UInt32>?) -> UnsafePointer<tf_code_exports>?

extension FunctionType {
    /// The id that function values of this type carry, the same in all modules of the process.
    fileprivate var canonicalIdentifier: UInt32 {
        let parameters = parameters.map(\.rawValue)
        let results = results.map(\.rawValue)
        return tf_type_intern(parameters, UInt32(parameters.count), results, UInt32(results.count))
    }
}
