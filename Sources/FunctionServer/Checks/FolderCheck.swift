import Glibc
package import Logging
import WasmBinary
import WasmModule
import WasmValidation

/// Looks at every function of a folder as the server would, without running or compiling any.
package struct FolderCheck {
    private let folder: ServedFolder
    private let policy: GuestPolicy
    private let maximumModule: Int

    private static let maximumDepth = 32

    /// A check of the functions that `settings` would serve from a folder.
    package init(folder path: String?, settings: ServerSettings, logger: Logger) throws(ServerError) {
        if let path {
            folder = try ServedFolder(path: path)
        } else {
            folder = try ServedFolder(sites: settings.configuration.sites, logger: logger)
        }
        policy = settings.guestPolicy
        maximumModule = settings.configuration.maximumModule
        for root in folder.watched {
            guard let list = opendir(root.path) else { throw ServerError("\(root.path): \(systemMessage(errno))") }
            closedir(list)
        }
    }

    /// The functions that there are, in the order of their names.
    package func names() -> [String] {
        var names: [String] = []
        for root in folder.watched {
            var inner: [String] = []
            list(root.path, "", 0, &inner)
            for prefix in root.prefixes { names += inner.map { prefix + $0 } }
        }
        // Where there are sites, what is in none of their folders is nobody's.
        return names.filter { folder.roots == nil || $0.contains("/") }.sorted()
    }

    /// What keeps a function from being served; nil: nothing.
    package func problem(of name: String) -> String? {
        do {
            try check(name)
            return nil
        } catch let error as FunctionFailure {
            return "\(LogEscaping.escape(name)): \(LogEscaping.escape(error.cause))"
        } catch {
            return "\(LogEscaping.escape(name)): \(LogEscaping.escape("\(error)"))"
        }
    }

    private func check(_ name: String) throws {
        guard let files = try FunctionFiles(name, in: folder) else { throw ServedFolder.Failure.missing }
        switch files.contents(limit: maximumModule) {
        case .unstable: throw LoadFailure("it is being written")
        case .tooLarge(let size): throw LoadFailure("it has \(size) bytes, more than \(maximumModule)")
        case .unusable(let message): throw LoadFailure(message)
        case .whole(let bytes, let settings, _):
            let source = FunctionSource(name: name, contents: bytes, settings: settings, folder: folder)
            try GuestFolders(try FunctionSettings(of: source, under: policy).folders, of: source).check()
            try Self.check(bytes)
        }
    }

    private static func check(_ bytes: [UInt8]) throws {
        let module = try bytes.withUnsafeBufferPointer { try WasmValidation.validate(try decodeModule($0)).module }
        let isFunction = module.exports.contains { export in
            guard case .function = export.kind else { return false }
            return ["run", "_start"].contains(export.name)
        }
        guard isFunction else { throw LoadFailure("neither run nor _start is exported as a function") }
    }

    private func list(_ root: String, _ path: String, _ depth: Int, _ names: inout [String]) {
        let place = path.isEmpty ? root : "\(root)/\(path)"
        guard depth <= Self.maximumDepth, let list = opendir(place) else { return }
        defer { closedir(list) }
        while let entry = readdir(list) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // What is hidden is not served.
            guard !name.hasPrefix(".") else { continue }
            let inner = path.isEmpty ? name : "\(path)/\(name)"
            var status = stat()
            guard lstat("\(place)/\(name)", &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                self.list(root, inner, depth + 1, &names)
            } else if name.endsInBytes(".wasm") {
                names.append(inner)
            }
        }
    }
}
