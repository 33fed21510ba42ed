import CRuntime

/// What tells one content of a file from another without reading it.
package struct FileIdentity: Hashable, Sendable {
    /// The file system's number.
    package var device: UInt64
    /// The file's number on it.
    package var inode: UInt64
    /// Bytes.
    package var size: UInt64
    /// When its content changed, in nanoseconds since the epoch.
    package var modified: Int64
    /// When its inode changed, in nanoseconds since the epoch.
    package var changed: Int64

    /// Puts an identity together.
    package init(device: UInt64 = 1, inode: UInt64, size: UInt64, modified: Int64, changed: Int64) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.changed = changed
    }

    init(_ identity: tf_file_identity) {
        self.init(
            device: identity.device, inode: identity.inode, size: identity.size, modified: identity.modified,
            changed: identity.changed)
    }

    /// Whether a later change is certain to show.
    ///
    /// File systems stamp in ticks: a file that changed a moment ago can
    /// change again within the same tick and look the same.
    package func isSettled(at nanoseconds: Int64) -> Bool {
        nanoseconds - max(modified, changed) > Self.granularity
    }

    /// Coarser than the stamps of the file systems in use.
    private static let granularity: Int64 = 2_000_000_000
}
