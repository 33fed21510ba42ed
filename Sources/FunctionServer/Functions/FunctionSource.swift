/// What a function is made of: its module, and what the file beside it says.
package struct FunctionSource: Sendable {
    /// The module's file, relative to the served folder.
    package var name: String
    /// The module.
    package var contents: [UInt8]
    /// What `hello.toml` beside `hello.wasm` holds; nil: it is not there.
    package var settings: [UInt8]?
    /// Where its files are; nil: it has no others.
    package var folder: ServedFolder?
    /// Which root of its site they are beneath.
    package var root: UInt64
    /// Takes what is worth a word and keeps nobody from being served.
    package var warn: @Sendable (String) -> Void

    /// Puts it together.
    package init(
        name: String, contents: [UInt8], settings: [UInt8]? = nil, folder: ServedFolder? = nil, root: UInt64 = 0,
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.name = name
        self.contents = contents
        self.settings = settings
        self.folder = folder
        self.root = root
        self.warn = warn
    }

    /// The site that it belongs to: the first folder of its path, where there are several; else nil.
    package var site: String? { folder?.roots != nil ? Self.site(of: name) : nil }

    static func site(of name: String) -> String { String(name.prefix { $0 != "/" }) }

    /// The file that says more of a function: `hello.toml` of `hello.wasm`.
    package static func settingsName(of name: String) -> String { withoutSuffix(name) + ".toml" }

    /// Five bytes less: a dot may be part of a character with the letter before it.
    private static func withoutSuffix(_ name: String) -> String {
        String(decoding: name.utf8.dropLast(5), as: UTF8.self)
    }

    /// The function that a file of settings is about.
    package static func name(ofSettings file: String) -> String { withoutSuffix(file) + ".wasm" }
}

/// What tells one content of a function's two files from another without reading them.
package struct FunctionIdentity: Hashable, Sendable {
    /// Of its module.
    package var module: FileIdentity
    /// Of its settings; nil: there are none.
    package var settings: FileIdentity?

    /// Puts an identity together.
    package init(module: FileIdentity, settings: FileIdentity? = nil) {
        self.module = module
        self.settings = settings
    }

    /// Whether a later change of either is certain to show.
    package func isSettled(at nanoseconds: Int64) -> Bool {
        module.isSettled(at: nanoseconds) && settings?.isSettled(at: nanoseconds) ?? true
    }
}
