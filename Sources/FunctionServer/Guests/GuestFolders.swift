import WasmRuntime

/// What one run sees of WASI; it has to outlive the run's store.
struct GuestWorld {
    let context: WASIContext
    let folders: [OpenFile]
}

/// The folders of a site that a function's commands may use.
///
/// They are looked up for each run, so that one that is replaced is the new one; never outside of the site's folder.
struct GuestFolders: Sendable {
    private let folders: [FunctionSettings.Folder]
    private let served: ServedFolder?
    private let root: UInt64
    /// In front of their names: the site's folder, with a slash; or nothing.
    private let prefix: String

    init(_ folders: [FunctionSettings.Folder], of source: FunctionSource) {
        self.folders = folders
        served = source.folder
        root = source.root
        prefix = source.site.map { $0 + "/" } ?? ""
    }

    /// Grants all of them.
    ///
    /// What is returned has to outlive the context.
    func grant(to context: WASIContext) throws(FunctionFailure) -> [OpenFile] {
        var files: [OpenFile] = []
        for folder in folders {
            let file = try open(folder)
            files.append(file)
            do throws(WASIError) {
                try context.grant(descriptor: file.descriptor, as: folder.guest, readOnly: !folder.isWritable)
            } catch {
                throw FunctionFailure(.trap, "the folder \(folder.host): \(error)")
            }
        }
        return files
    }

    /// Whether all of them are there.
    func check() throws(FunctionFailure) {
        for folder in folders { _ = try open(folder) }
    }

    private func open(_ folder: FunctionSettings.Folder) throws(FunctionFailure) -> OpenFile {
        let file: OpenFile
        do throws(ServedFolder.Failure) {
            guard let served else { throw .missing }
            file = try served.open(prefix + folder.host, root: root)
        } catch {
            throw FunctionFailure(
                .trap, "the folder \(folder.host): \(error == .missing ? "it is not there" : "\(error)")")
        }
        guard file.isFolder else { throw FunctionFailure(.trap, "the folder \(folder.host): it is a file") }
        return file
    }
}
