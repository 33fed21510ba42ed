extension AccessRules {
    /// Whether a path, as it was sent, leads to the file of the rules, however it is written.
    ///
    /// Such a path is refused before anything else: nobody has to rely on hidden files not being served.
    static func isFile(_ path: Substring) -> Bool {
        guard mayBeHidden(path) else { return false }
        guard let bytes = PercentDecoding.decode(path.utf8) else { return false }
        var names: [String] = []
        for name in bytes.split(whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }) {
            let name = String(decoding: name, as: UTF8.self).lowercased()
            switch name {
            case ".": break
            case "..": _ = names.popLast()
            default: names.append(name)
            }
            // What follows a function is the function's.
            if name.endsInBytes(".wasm") { return false }
        }
        return names.last == fileName
    }

    /// Most paths have nothing that could be it: neither a name with a dot in front, nor one spelled in another way.
    private static func mayBeHidden(_ path: Substring) -> Bool {
        var last = UInt8(ascii: "/")
        for byte in path.utf8 {
            if byte == UInt8(ascii: "%") || byte == UInt8(ascii: ".") && last == UInt8(ascii: "/") { return true }
            last = byte
        }
        return false
    }
}
