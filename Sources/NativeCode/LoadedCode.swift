package import CRuntime
import Glibc
import Synchronization

/// Native code in this process, shared by all instances of its module, unloaded when nobody holds it any more.
package final class LoadedCode: Sendable {
    /// What the code offers.
    ///
    /// Valid as long as this object lives.
    package nonisolated(unsafe) let exports: UnsafePointer<tf_code_exports>
    /// Addresses of the executable segment.
    package let text: Range<UInt>
    /// The ids of the module's types, as the code has them.
    package let types: CanonicalTypes

    private let object: SharedObjectHandle

    /// Loads a shared object made for a module of these types.
    ///
    /// The file must be ours alone: a regular file, owned by this user, writable by nobody else.
    package init(path: String, types: CanonicalTypes) throws(LoadError) {
        let object = try SharedObjectHandle(path: path)
        guard let address = object.symbol(TF_ATTACH_SYMBOL) else {
            throw LoadError(path: path, reason: "has no symbol \(TF_ATTACH_SYMBOL)")
        }
        var (start, end) = (UInt(0), UInt(0))
        guard tf_executable_range(address, &start, &end) else {
            throw LoadError(path: path, reason: "its code is not executable")
        }
        let attach = unsafeBitCast(address, to: AttachFunction.self)
        guard let exports = attach(tf_runtime_api(), types.identifiers) else {
            throw LoadError(path: path, reason: "does not attach")
        }
        let typeCount = types.identifiers.count
        guard exports.pointee.abi == UInt32(TF_ABI_VERSION), Int(exports.pointee.type_count) == typeCount else {
            throw LoadError(path: path, reason: "was made for another runtime or module")
        }
        guard tf_code_register(start, end) else { throw LoadError(path: path, reason: "no memory to register it") }
        self.object = object
        self.exports = exports
        self.types = types
        text = start..<end
    }

    deinit {
        tf_code_unregister(text.lowerBound, text.upperBound)
    }
}

private typealias AttachFunction =
    @convention(c) (UnsafePointer<tf_api>?, UnsafePointer<UInt32>?) -> UnsafePointer<tf_code_exports>?
