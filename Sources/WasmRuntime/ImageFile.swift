import Glibc
import NativeCode

/// An artifact's image file: mapped, for contents to be copied from, and open if it is mapped into memories.
final class ImageFile: Sendable {
    /// -1 if the image is only copied: a server with thousands of functions has use for its descriptors.
    let descriptor: Int32
    /// The whole file, read-only.
    nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

    init(path: String, isMapped: Bool = true) throws(LoadError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw LoadError(path: path, reason: reason)
        }
        self.descriptor = isMapped ? descriptor : -1
        defer { if !isMapped { close(descriptor) } }
        let size = Int(status.st_size)
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let mapping = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), mapping != MAP_FAILED else {
            if isMapped { close(descriptor) }
            throw LoadError(path: path, reason: "can't be mapped")
        }
        bytes = UnsafeRawBufferPointer(start: mapping, count: size)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
        if descriptor >= 0 { close(descriptor) }
    }
}
