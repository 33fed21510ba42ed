import TOML

extension FunctionSettings {
    /// What the file beside a module says, as far as the operator's policy permits it.
    init(of source: FunctionSource, under policy: GuestPolicy) throws(LoadFailure) {
        guard let contents = source.settings else {
            self.init()
            return
        }
        let file = FunctionSource.settingsName(of: source.name).split(separator: "/").last ?? ""
        do throws(TOMLError) {
            try self.init(parsing: contents)
        } catch {
            throw LoadFailure("\(file):\(error)")
        }
        if let folder = folders.first(where: \.isWritable), !policy.allowsWritableFolders {
            throw LoadFailure(
                "\(file): the folder \(folder.host) is not to be written: --allow-writable-folders is not set")
        }
    }
}
