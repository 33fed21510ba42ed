import Glibc
import NativeCode

/// An artifact's image file: open for mapping into memories, and mapped for data segments to be copied from.
final class ImageFile: Sendable {
    let descriptor: Int32
    /// The whole file, read-only.
    nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

    init(path: String) throws(LoadError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw LoadError(path: path, reason: reason)
        }
        let size = Int(status.st_size)
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let mapping = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), mapping != MAP_FAILED else {
            close(descriptor)
            throw LoadError(path: path, reason: "can't be mapped")
        }
        bytes = UnsafeRawBufferPointer(start: mapping, count: size)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
        close(descriptor)
    }
}
