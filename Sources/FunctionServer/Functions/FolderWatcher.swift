import CRuntime
import Glibc
package import Logging

/// Tells when files of folders, and of the folders in them, change: by inotify, on a thread of its own.
///
/// Not every file system sends events, and queues overflow; so this makes the table quick, and the table's own looks
/// at the files keep it right.
package final class FolderWatcher: Sendable {
    /// A folder that is watched, with all in it.
    package struct Root: Equatable, Sendable {
        /// Where it is.
        package var path: String
        /// What the names in events begin with: each name is told once for each of them.
        package var prefixes: [String]

        /// A folder, and what names in it begin with for others.
        package init(path: String, prefixes: [String] = [""]) {
            self.path = path
            self.prefixes = prefixes
        }
    }

    /// What happened.
    package enum Event: Equatable, Sendable {
        /// A file was written and closed, appeared, or went; its path is relative to the root, behind the root's
        /// prefix.
        case changed(String)
        /// A folder went, and with it all that was in it; its path is as that of a file.
        case gone(String)
        /// All that was there at the start has been reported.
        case listed
        /// Events were lost: anything may have changed.
        case lost
    }

    /// A folder that a watch is for.
    ///
    /// Roots may overlap, and the kernel has one watch for a folder, however it is reached.
    private struct Place: Hashable {
        var root: Int
        var path: String

        func inner(_ name: String) -> Place { Place(root: root, path: path.isEmpty ? name : "\(path)/\(name)") }
        /// How many folders it lies below its root.
        var depth: Int { path.isEmpty ? 0 : path.utf8.count { $0 == UInt8(ascii: "/") } + 1 }
        func isBeneath(_ other: Place) -> Bool { root == other.root && path.hasPrefix(other.path + "/") }
    }

    private typealias Places = [Int32: Set<Place>]

    private let inotify: Int32
    private let stopped: Int32
    private let stopper: Int32
    private let roots: [Root]
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
    package init(roots: [Root], logger: Logger, report: @escaping @Sendable (Event) -> Void) throws(ServerError) {
        self.roots = roots
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
        var folders = Places()
        watchRoots(&folders)
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

    private func take(_ bytes: UnsafeRawBufferPointer, _ folders: inout Places) {
        var at = 0
        let head = MemoryLayout<inotify_event>.size
        while at + head <= bytes.count {
            let event = bytes.loadUnaligned(fromByteOffset: at, as: inotify_event.self)
            let name = String(
                decoding: bytes[(at + head)..<(at + head + Int(event.len))].prefix { $0 != 0 }, as: UTF8.self)
            at += head + Int(event.len)
            if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
                logger.warning("too many changes at once; looking at every file")
                watchRoots(&folders)
                report(.lost)
            } else if event.mask & UInt32(IN_IGNORED) != 0 {
                folders[event.wd] = nil
            } else if !name.isEmpty {
                for folder in folders[event.wd] ?? [] { take(event.mask, folder.inner(name), &folders) }
            }
        }
    }

    private func take(_ mask: UInt32, _ place: Place, _ folders: inout Places) {
        // Nothing hidden is served, and programs build and keep things in hidden folders.
        guard !(place.path.split(separator: "/").last?.hasPrefix(".") ?? false) else { return }
        guard mask & UInt32(IN_ISDIR) != 0 else {
            // A file that was only created is not written yet, unless it is a link.
            if mask & UInt32(IN_CREATE) == 0 || isLink(place) { report(place, Event.changed) }
            return
        }
        if mask & UInt32(IN_CREATE | IN_MOVED_TO) != 0 {
            watch(place, &folders)
        } else if mask & UInt32(IN_MOVED_FROM | IN_DELETE) != 0 {
            leave(place, &folders)
            report(place, Event.gone)
        }
    }

    private func report(_ place: Place, _ event: (String) -> Event) {
        for prefix in roots[place.root].prefixes { report(event(prefix + place.path)) }
    }

    private func watchRoots(_ folders: inout Places) {
        for root in roots.indices { watch(Place(root: root, path: ""), &folders) }
    }

    /// Watches a folder and all in it, and reports the files that are there.
    ///
    /// The watch comes first, so that nothing
    /// that happens meanwhile is missed.
    private func watch(_ place: Place, _ folders: inout Places) {
        guard place.depth <= Self.maximumDepth else { return }
        let path = path(place)
        let watch = inotify_add_watch(inotify, path, Self.mask)
        if watch >= 0 {
            folders[watch, default: []].insert(place)
        } else if errno != ENOENT && errno != ENOTDIR {
            logger.warning("\(LogEscaping.escape(path)) is not watched: \(systemMessage(errno))")
        }
        guard let folder = opendir(path) else { return }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix(".") else { continue }
            let inner = place.inner(name)
            if isFolder(inner, entry.pointee.d_type) {
                self.watch(inner, &folders)
            } else {
                report(inner, Event.changed)
            }
        }
    }

    /// Forgets a folder that went, and all in it.
    private func leave(_ place: Place, _ folders: inout Places) {
        for (watch, places) in folders {
            let left = places.filter { $0 != place && !$0.isBeneath(place) }
            guard left.count < places.count else { continue }
            if left.isEmpty { inotify_rm_watch(inotify, watch) }
            folders[watch] = left.isEmpty ? nil : left
        }
    }

    private func path(_ place: Place) -> String {
        place.path.isEmpty ? roots[place.root].path : "\(roots[place.root].path)/\(place.path)"
    }

    private func isFolder(_ place: Place, _ type: UInt8) -> Bool {
        guard type == DT_UNKNOWN else { return type == DT_DIR }
        var status = stat()
        return lstat(path(place), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func isLink(_ place: Place) -> Bool {
        var status = stat()
        return lstat(path(place), &status) == 0 && (status.st_mode & S_IFMT == S_IFLNK || status.st_nlink > 1)
    }
}
