import CRuntime
import Glibc
package import Logging

/// Tells when files of a folder, and of the folders in it, change: by inotify, on a thread of its own.
///
/// Not every file system sends events, and queues overflow; so this makes the table quick, and the table's own looks
/// at the files keep it right.
package final class FolderWatcher: Sendable {
    /// What happened.
    package enum Event: Equatable, Sendable {
        /// A file was written and closed, appeared, or went; its path is relative to the folder.
        case changed(String)
        /// A folder went, and with it all that was in it; its path is relative to the folder that is watched.
        case gone(String)
        /// All that was there at the start has been reported.
        case listed
        /// Events were lost: anything may have changed.
        case lost
    }

    private let inotify: Int32
    private let stopped: Int32
    private let stopper: Int32
    private let root: String
    private let logger: Logger
    private let report: @Sendable (Event) -> Void

    private static let mask =
        UInt32(
            IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_EXCL_UNLINK)
        | UInt32(IN_ONLYDIR)
    private static let maximumDepth = 32

    /// Begins to watch.
    ///
    /// Reports every file that is there already, then what changes.
    package init(root: String, logger: Logger, report: @escaping @Sendable (Event) -> Void) throws(ServerError) {
        self.root = root
        self.logger = logger
        self.report = report
        inotify = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard inotify >= 0 else { throw ServerError("inotify: \(systemMessage(errno))") }
        var ends: [Int32] = [-1, -1]
        let failure = tf_open_pipe(&ends)
        guard failure == 0 else {
            close(inotify)
            throw ServerError("a pipe: \(systemMessage(-failure))")
        }
        (stopped, stopper) = (ends[0], ends[1])
        WorkerThread.start(name: "watch") { self.run() }
    }

    deinit {
        close(inotify)
        close(stopped)
        close(stopper)
    }

    /// Ends the thread.
    package func stop() {
        var byte: UInt8 = 1
        _ = write(stopper, &byte, 1)
    }

    private func run() {
        var folders: [Int32: String] = [:]
        watch("", depth: 0, &folders)
        report(.listed)
        let size = 64 * 1024
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            var files = [
                pollfd(fd: inotify, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stopped, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&files, 2, -1)
            if ready < 0, errno == EINTR { continue }
            if ready < 0 || files[1].revents != 0 { return }
            let count = read(inotify, buffer.baseAddress, size)
            if count > 0 { take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), &folders) }
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer, _ folders: inout [Int32: String]) {
        var at = 0
        let head = MemoryLayout<inotify_event>.size
        while at + head <= bytes.count {
            let event = bytes.loadUnaligned(fromByteOffset: at, as: inotify_event.self)
            let name = String(
                decoding: bytes[(at + head)..<(at + head + Int(event.len))].prefix { $0 != 0 }, as: UTF8.self)
            at += head + Int(event.len)
            if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
                logger.warning("too many changes at once; looking at every file")
                watch("", depth: 0, &folders)
                report(.lost)
            } else if event.mask & UInt32(IN_IGNORED) != 0 {
                folders[event.wd] = nil
            } else if let folder = folders[event.wd], !name.isEmpty {
                take(event.mask, folder.isEmpty ? name : "\(folder)/\(name)", &folders)
            }
        }
    }

    private func take(_ mask: UInt32, _ path: String, _ folders: inout [Int32: String]) {
        // Nothing hidden is served, and programs build and keep things in hidden folders.
        guard !(path.split(separator: "/").last?.hasPrefix(".") ?? false) else { return }
        guard mask & UInt32(IN_ISDIR) != 0 else {
            // A file that was only created is not written yet, unless it is a link.
            if mask & UInt32(IN_CREATE) == 0 || isLink(path) { report(.changed(path)) }
            return
        }
        if mask & UInt32(IN_CREATE | IN_MOVED_TO) != 0 {
            watch(path, depth: path.utf8.count { $0 == UInt8(ascii: "/") } + 1, &folders)
        } else if mask & UInt32(IN_MOVED_FROM | IN_DELETE) != 0 {
            for (watch, folder) in folders where folder == path || folder.hasPrefix(path + "/") {
                inotify_rm_watch(inotify, watch)
                folders[watch] = nil
            }
            report(.gone(path))
        }
    }

    /// Watches a folder and all in it, and reports the files that are there.
    ///
    /// The watch comes first, so that nothing
    /// that happens meanwhile is missed.
    private func watch(_ path: String, depth: Int, _ folders: inout [Int32: String]) {
        guard depth <= Self.maximumDepth else { return }
        let place = path.isEmpty ? root : "\(root)/\(path)"
        let watch = inotify_add_watch(inotify, place, Self.mask)
        if watch >= 0 {
            folders[watch] = path
        } else if errno != ENOENT && errno != ENOTDIR {
            logger.warning("\(LogEscaping.escape(place)) is not watched: \(systemMessage(errno))")
        }
        guard let folder = opendir(place) else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix(".") else { continue }
            let inner = path.isEmpty ? name : "\(path)/\(name)"
            if isFolder(inner, entry.pointee.d_type) {
                self.watch(inner, depth: depth + 1, &folders)
            } else {
                report(.changed(inner))
            }
        }
    }

    private func isFolder(_ path: String, _ type: UInt8) -> Bool {
        guard type == DT_UNKNOWN else { return type == DT_DIR }
        return kind(path) == S_IFDIR
    }

    private func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat("\(root)/\(path)", &status) == 0 && (status.st_mode & S_IFMT == S_IFLNK || status.st_nlink > 1)
    }

    private func kind(_ path: String) -> mode_t {
        var status = stat()
        return lstat("\(root)/\(path)", &status) == 0 ? status.st_mode & S_IFMT : 0
    }
}
