package import CRuntime
import NativeCode
package import WasmModule

/// A function of the host that guests can import.
package struct HostFunction: @unchecked Sendable {
    /// As `tf_host.call`: reads arguments from the cells, leaves results there, and returns `TF_OK`, a trap or an
    /// exit.
    ///
    /// It may be written in Swift, since it is never jumped over.
    package typealias Native = @convention(c) (UnsafeMutablePointer<tf_host>?, UnsafeMutablePointer<UInt64>?) -> tf_trap

    /// The two names by which it is imported.
    package var module: String
    package var name: String
    /// Its references, if any, are to abstract types.
    package var type: FunctionType
    package var call: Native
    /// Its `tf_host.data`; nil: the store's (``Store/setHostData(_:)``).
    ///
    /// SAFETY: only handed on; whoever sets it answers for its use by other threads.
    package var data: UnsafeMutableRawPointer?

    package init(
        module: String, name: String, type: FunctionType, call: @escaping Native, data: UnsafeMutableRawPointer? = nil
    ) {
        self.module = module
        self.name = name
        self.type = type
        self.call = call
        self.data = data
    }

    /// As something to import.
    var native: tf_extern {
        var native = tf_extern()
        native.kind = TF_EXTERN_FUNCTION.rawValue
        native.type = type.canonicalIdentifier
        native.call = call
        native.data = data
        return native
    }
}
