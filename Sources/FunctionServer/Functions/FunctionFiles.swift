/// The two files of a function, open.
struct FunctionFiles: Sendable {
    let module: OpenFile
    let settings: OpenFile?

    /// What came of reading both.
    enum Contents {
        case whole([UInt8], settings: [UInt8]?, FunctionIdentity)
        /// Somebody is writing.
        case unstable
        /// The module is larger than the limit.
        case tooLarge(UInt64)
        /// One of them cannot be used.
        case unusable(String)
    }

    /// Opens them beneath the folder; nil: there is no module.
    init?(_ name: String, in folder: ServedFolder) throws(ServedFolder.Failure) {
        do throws(ServedFolder.Failure) {
            module = try folder.open(name)
        } catch {
            guard error == .missing else { throw error }
            return nil
        }
        guard !module.isFolder else { return nil }
        // A function must not run without the limits that it is to have.
        do throws(ServedFolder.Failure) {
            settings = try folder.open(FunctionSource.settingsName(of: name), root: module.root)
        } catch {
            guard error == .missing, !folder.hasEntry(FunctionSource.settingsName(of: name)) else {
                throw error == .missing ? .denied : error
            }
            settings = nil
        }
        guard settings?.isRegular ?? true else { throw .denied }
    }

    /// As they were when they were opened.
    var identity: FunctionIdentity { FunctionIdentity(module: module.identity, settings: settings?.identity) }

    /// Reads both.
    func contents(limit: Int) -> Contents {
        let text: (bytes: [UInt8], identity: FileIdentity)?
        switch settings?.contents(limit: FunctionSettings.maximumSize) {
        case .whole(let bytes, let identity): text = (bytes, identity)
        case .unstable: return .unstable
        case .tooLarge(let size):
            return .unusable("its .toml has \(size) bytes, more than \(FunctionSettings.maximumSize)")
        case .unreadable(let message): return .unusable("its .toml: \(message)")
        case nil: text = nil
        }
        switch module.contents(limit: limit) {
        case .whole(let bytes, let identity):
            let both = FunctionIdentity(module: identity, settings: text?.identity)
            return .whole(bytes, settings: text?.bytes, both)
        case .unstable: return .unstable
        case .tooLarge(let size): return .tooLarge(size)
        case .unreadable(let message): return .unusable(message)
        }
    }
}
