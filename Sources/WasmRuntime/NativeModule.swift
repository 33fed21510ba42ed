import CRuntime
import NativeCode
import WasmModule

/// A module as the C runtime knows it (`tf_module`), made from its descriptor and its loaded code.
///
/// SAFETY: everything is written in `init` and only read afterwards; the pointers stay valid since the object keeps
/// what they point into.
final class NativeModule: @unchecked Sendable {
    let pointer: UnsafePointer<tf_module>
    private let arrays: NativeArrays
    private let code: LoadedCode
    private let image: ImageFile?

    init(descriptor: ModuleDescriptor, code: LoadedCode, image: ImageFile?) throws(ModuleMismatch) {
        var builder = NativeModuleBuilder(descriptor: descriptor, code: code, image: image)
        let module = try builder.build()
        arrays = builder.arrays
        self.code = code
        self.image = image
        let block = UnsafeMutablePointer<tf_module>.allocate(capacity: 1)
        block.initialize(to: module)
        pointer = UnsafePointer(block)
    }

    deinit {
        if pointer.pointee.extent_count > 0 { tf_pool_forget(pointer.pointee.image_id) }
        pointer.deallocate()
    }
}

/// A descriptor that doesn't fit its code or its image, or says what we can't do.
struct ModuleMismatch: Error {
    var reason: String
}
