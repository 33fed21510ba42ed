import CRuntime
import Glibc

/// An open folder, to look in.
///
/// Closed with its last reference.
final class OpenFolder: Sendable {
    let descriptor: Int32

    /// The folder of a path.
    init(path: String) throws(ServerError) {
        descriptor = tf_open_folder(path)
        guard descriptor >= 0 else { throw ServerError("\(path): \(systemMessage(-descriptor))") }
    }

    /// Takes a descriptor over.
    init(owning descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// A folder beneath this one, never outside of it.
    func folder(_ name: String) throws(ServedFolder.Failure) -> OpenFolder {
        let folder = tf_open_folder_beneath(descriptor, name)
        guard folder >= 0 else { throw ServedFolder.Failure(errno: -folder) }
        return OpenFolder(owning: folder)
    }

    /// A file or folder beneath this one, never outside of it; the empty name is the folder itself.
    func open(_ name: String, root: UInt64 = 0) throws(ServedFolder.Failure) -> OpenFile {
        var identity = tf_file_identity()
        let file = tf_open_beneath(descriptor, name.isEmpty ? "." : name, &identity)
        guard file >= 0 else { throw ServedFolder.Failure(errno: -file) }
        return OpenFile(descriptor: file, identity: identity, root: root)
    }
}
