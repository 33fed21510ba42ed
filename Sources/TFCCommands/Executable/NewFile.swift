import Glibc

/// A file that appears whole or not at all, in place of what had its name.
enum NewFile {
    /// Writes it beside its place and moves it there.
    ///
    /// `sources` are files that must not be replaced by it.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t, sparing sources: [String]) throws(CommandFailure)
    {
        try check(path, sources)
        let draft = "\(path).\(getpid()).new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw CommandFailure(draft, errno: errno) }
        var code = bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
        if code == 0, fchmod(descriptor, mode) != 0 { code = errno }
        if close(descriptor) != 0, code == 0 { code = errno }
        if code == 0, rename(draft, path) != 0 { code = errno }
        guard code != 0 else { return }
        unlink(draft)
        throw CommandFailure(path, errno: code)
    }

    /// A device would be replaced by a file as well.
    private static func check(_ path: String, _ sources: [String]) throws(CommandFailure) {
        var target = stat()
        guard lstat(path, &target) == 0 else { return }
        let kind = target.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFLNK else {
            throw CommandFailure("\(path.printable): is there, and no file; name another by -o")
        }
        guard stat(path, &target) == 0 else { return }
        for source in sources {
            var status = stat()
            guard stat(source, &status) == 0 else { continue }
            guard status.st_dev != target.st_dev || status.st_ino != target.st_ino else {
                throw CommandFailure("\(path.printable): is what the executable is made of; name another by -o")
            }
        }
    }
}
