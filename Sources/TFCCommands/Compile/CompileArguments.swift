import ModuleCache

/// What `tfc compile` was asked for.
struct CompileArguments: Equatable, Sendable {
    /// What to make.
    enum Product: String, CaseIterable, Sendable { case artifact, c, executable }

    var tier = Tier.quick
    var boundsChecks = BoundsChecks.guardPages
    var emit = Product.artifact
    /// Where the C or the executable goes, or a folder for a copy of the artifact.
    var output: String?
    var force = false
    var timings = false
    /// Paths, or `-` for standard input.
    var files: [String] = []
}

extension CompileArguments {
    /// Arguments written in the plainest way: each flag of one word, followed by its value if it has one.
    ///
    /// Nil for anything else, which is then ``CompileCommand``'s to understand or to refuse. Both give the same
    /// answer for what both understand.
    init?(plain arguments: ArraySlice<String>) {
        var rest = arguments
        var parsed = CompileArguments()
        while let word = rest.popFirst() {
            guard word.first == "-", word != "-" else {
                parsed.files.append(word)
                continue
            }
            guard parsed.take(word) || parsed.take(word, rest.popFirst()) else { return nil }
        }
        guard !parsed.files.isEmpty, parsed.output == nil || parsed.files.count == 1 else { return nil }
        guard parsed.emit != .executable || parsed.output != nil else { return nil }
        self = parsed
    }

    private mutating func take(_ flag: String) -> Bool {
        switch flag {
        case "--force": force = true
        case "--timings": timings = true
        default: return false
        }
        return true
    }

    private mutating func take(_ flag: String, _ value: String?) -> Bool {
        guard let value, value.first != "-" else { return false }
        switch flag {
        case "--tier":
            guard let tier = Tier(rawValue: value) else { return false }
            self.tier = tier
        case "--bounds-checks":
            guard let checks = BoundsChecks(rawValue: value) else { return false }
            boundsChecks = checks
        case "--emit":
            guard let product = Product(rawValue: value) else { return false }
            emit = product
        case "-o", "--output": output = value
        default: return false
        }
        return true
    }
}
