import CRuntime
import Glibc

/// What this process may still ask of the kernel once guests run in it.
///
/// For the guest that breaks out of its sandbox. What is allowed is what the server itself does; `runtime-c` has the
/// list of system calls.
struct Containment {
    /// Beneath these files may be read.
    var readable: [String]
    /// Beneath these they may be read, made, written and removed.
    var writable: [String]
    /// Whether requests go out.
    var connects: Bool

    /// What a server needs that reads in `folders`, and writes in `writable` only.
    init(folders: [String], writable: [String], connects: Bool) {
        readable = folders + Self.ofTheSystem + (connects ? Self.ofConnections : [])
        self.writable = writable
        self.connects = connects
    }

    /// What the C library, the cache and the runtime look up while the server runs.
    static let ofTheSystem = [
        "/proc/self", "/proc/sys/kernel/random/boot_id", "/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu",
        "/dev/null", "/dev/urandom",
    ]

    /// Names of hosts, certificates, and the libraries that know of them.
    private static let ofConnections = [
        "/etc", "/usr", "/lib", "/lib64", "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager",
    ]

    /// Puts it in force for this thread and all that it starts from now on.
    ///
    /// There is no way back.
    func enter() -> ContainmentReport {
        Self.withStrings(readable) { readable in
            Self.withStrings(writable) { writable in
                var containment = tf_containment(
                    readable: readable, writable: writable, programs: nil, connects: connects)
                return ContainmentReport(tf_contain(&containment))
            }
        }
    }

    static func withStrings<R>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R
    ) -> R {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return (copies.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { body($0.baseAddress) }
    }
}

/// Which parts of a containment are in force, and why the others are not.
struct ContainmentReport: CustomStringConvertible {
    private var inForce: [String] = []
    private var refused: [String] = []

    init(_ report: tf_containment_report) {
        add("no new privileges", report.no_new_privileges)
        add("few old ones", report.privileges)
        add(report.files == 0 ? "files (Landlock \(report.files_version))" : "files", report.files)
        add("system calls", report.calls)
    }

    private mutating func add(_ part: String, _ failure: Int32) {
        if failure == 0 {
            inForce.append(part)
        } else {
            refused.append("\(part) (\(systemMessage(failure)))")
        }
    }

    var isComplete: Bool { refused.isEmpty }

    var description: String {
        let good = inForce.isEmpty ? "nothing" : inForce.joined(separator: ", ")
        return isComplete ? good : "\(good); refused by the kernel: \(refused.joined(separator: ", "))"
    }
}
