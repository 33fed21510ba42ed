import Glibc
import WasmRuntime

extension WASIContext {
    /// What a command line grants: our own standard streams, and whatever was named.
    convenience init(_ run: RunArguments) throws {
        try self.init()
        for descriptor in UInt32(0)...2 { try lend(Int32(descriptor), as: descriptor) }
        if let files = run.limits.maximumOpenFiles { setDescriptorLimit(UInt32(clamping: files)) }
        let sockets = try giveSockets(run)
        try addArgument(
            run.argv0
                ?? String(run.file[(run.file.lastIndex(of: "/").map(run.file.index(after:)) ?? run.file.startIndex)...])
        )
        for argument in run.arguments { try addArgument(argument) }
        for (name, value) in Self.environment(run, sockets: sockets) { try addEnvironment(name: name, value: value) }
        for grant in run.grants { try self.grant(grant) }
        for folder in run.memoryFolders {
            do throws(WASIError) {
                try self.grant(folder)
            } catch {
                throw GrantFailure("--tmpfs \(error.description.printable)\(Self.advice(error.code))")
            }
        }
    }

    /// Each name once, with the value that was said last.
    private static func environment(_ run: RunArguments, sockets: Int) -> [(name: String, value: String)] {
        var variables: [(name: String, value: String)] = sockets > 0 ? [("LISTEN_FDS", String(sockets))] : []
        for entry in run.environment {
            guard let value = entry.value ?? getenv(entry.name).map({ String(cString: $0) }) else { continue }
            variables.removeAll { $0.name == entry.name }
            variables.append((entry.name, value))
        }
        return variables
    }

    /// What can be done about it.
    private static func advice(_ code: Int32) -> String { code == EMFILE ? "; raise it by -W max-open-files" : "" }

    private func grant(_ grant: DirectoryGrant) throws(GrantFailure) {
        do {
            try self.grant(grant.host, as: grant.guest, readOnly: grant.isReadOnly)
        } catch {
            throw GrantFailure("--dir \(error.description.printable)\(Self.advice(error.code))")
        }
    }

    /// In front of all folders, and told by their number, as programs that are handed sockets expect it.
    ///
    /// Returns how many.
    private func giveSockets(_ run: RunArguments) throws -> Int {
        // Those first: none of ours may take the number of one that is not there.
        let inherited = run.inheritsListeners ? try InheritedSockets.descriptors() : 0..<0
        for socket in inherited {
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
            try give(socket, of: "--listenfd")
        }
        for address in run.listeners { try give(try address.listen(), of: "--tcplisten \(address)") }
        return inherited.count + run.listeners.count
    }

    private func give(_ socket: Int32, of flag: String) throws(GrantFailure) {
        do {
            try give(socket: socket)
        } catch {
            throw GrantFailure("\(flag): \(error.description)\(Self.advice(error.code))")
        }
    }
}
