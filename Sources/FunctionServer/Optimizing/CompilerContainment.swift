import CRuntime
import Glibc

/// What a compiler may still ask of the kernel, which works on what strangers wrote.
struct CompilerContainment {
    /// Beneath these programs may be run, and all may be read.
    var programs: [String]
    /// Beneath these files may be read, made, written and removed.
    var writable: [String]

    /// What a compiler needs that writes in `writable` only.
    init(compiler: String, writable: [String]) {
        programs = ["/usr", "/lib", "/lib64", "/lib32", "/bin"] + Self.folders(of: compiler)
        self.writable = writable + ["/dev/null"]
    }

    /// Where it lies; of what was installed for itself (`/opt/swift/usr/bin/clang`), what was installed with it.
    private static func folders(of compiler: String) -> [String] {
        let folder = compiler.lastIndex(of: "/").map { String(compiler[..<$0]) } ?? ""
        guard !folder.isEmpty else { return [compiler] }
        let parent = folder.hasSuffix("/bin") ? String(folder.dropLast("/bin".count)) : ""
        return [parent.isEmpty ? folder : parent]
    }

    /// Libraries, beside what the cache looks up.
    private static let readable =
        Containment.ofTheSystem + ["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload"]

    /// Puts it in force for this thread and all that it starts from now on.
    ///
    /// There is no way back.
    func enter() -> ContainmentReport {
        Containment.withStrings(Self.readable) { readable in
            Containment.withStrings(writable) { writable in
                Containment.withStrings(programs) { programs in
                    var containment = tf_containment(
                        readable: readable, writable: writable, programs: programs, connects: false)
                    return ContainmentReport(tf_contain_compiler(&containment))
                }
            }
        }
    }
}
