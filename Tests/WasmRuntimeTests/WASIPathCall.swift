import TestGuests

/// A place where a function takes a descriptor and a path; what else it takes is in order.
///
/// The descriptor 3 has to be a folder with a file `file`.
enum WASIPathCall: String, CaseIterable, Sendable {
    case createDirectory, statusGet, timesSet, linkSource, linkTarget, open, readlink, removeDirectory
    case renameSource, renameTarget, symlink, unlinkFile

    /// Whether what is at the path has to be there before.
    var needsExisting: Bool {
        switch self {
        case .createDirectory, .linkTarget, .renameTarget, .symlink: false
        default: true
        }
    }

    func perform(by guest: WASIGuest, in folder: UInt64 = 3, _ path: String) throws -> UInt64 {
        let (address, count) = guest.place(path, at: 1024)
        return try perform(by: guest, in: folder, address, count)
    }

    func perform(by guest: WASIGuest, in folder: UInt64, _ a: UInt64, _ n: UInt64) throws -> UInt64 {
        let (fresh, freshCount) = guest.place("fresh", at: 9000), (file, fileCount) = guest.place("file", at: 9100)
        return switch self {
        case .createDirectory: try guest.call("path_create_directory", folder, a, n)
        case .statusGet: try guest.call("path_filestat_get", folder, 1, a, n, 64)
        case .timesSet: try guest.call("path_filestat_set_times", folder, 1, a, n, 0, 0, 0)
        case .linkSource: try guest.call("path_link", folder, 0, a, n, 3, fresh, freshCount)
        case .linkTarget: try guest.call("path_link", 3, 0, file, fileCount, folder, a, n)
        case .open: try guest.call("path_open", folder, 1, a, n, 0, WASIRight.read, 0, 0, 16)
        case .readlink: try guest.call("path_readlink", folder, a, n, 9200, 100, 16)
        case .removeDirectory: try guest.call("path_remove_directory", folder, a, n)
        case .renameSource: try guest.call("path_rename", folder, a, n, 3, fresh, freshCount)
        case .renameTarget: try guest.call("path_rename", 3, file, fileCount, folder, a, n)
        case .symlink: try guest.call("path_symlink", file, fileCount, folder, a, n)
        case .unlinkFile: try guest.call("path_unlink_file", folder, a, n)
        }
    }
}
