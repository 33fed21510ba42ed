/// Who may do what in which part of a site: a `.kbp_config`, checked.
package struct AccessRules: Sendable {
    /// The name of the file that has them, at the site's root.
    package static let fileName = ".kbp_config"
    /// Bytes of the largest one.
    package static let maximumSize = 1 << 20

    /// What is said of a path, and of all beneath it that has no rule of its own.
    package struct Rule: Sendable {
        /// The path, as `/` or `/a/b`.
        package var path: String
        /// What everybody may do.
        package var anonymous: Permissions = []
        /// What users may do besides.
        package var additional: [String: Permissions] = [:] {
            didSet { ofUsers = additional.values.reduce([]) { $0.union($1) } }
        }
        /// What some user or other may do besides.
        private(set) var ofUsers: Permissions = []
        /// What answers say of other sites' scripts: nothing, or `*`.
        package var allowOrigin: String?
        /// The file whose contents go with 403, relative to the site's root.
        package var forbiddenPage: String?
        /// The file whose contents go with 404, relative to the site's root.
        package var notFoundPage: String?

        /// A rule that gives nothing.
        package init(path: String) {
            self.path = path
        }
    }

    /// Whose passwords are known.
    package let users: [String: PasswordHash]
    private let rules: [String: Rule]
    /// The most names that a path may have: each may have to be looked up for a request.
    static let maximumDepth = 64
    /// How many names the longest path has.
    private let depth: Int
    /// Where nothing is said, nobody may do anything.
    private static let nothing = Rule(path: "/")

    package init(users: [String: PasswordHash], rules: [Rule]) {
        self.users = users
        self.rules = Dictionary(rules.map { ($0.path, $0) }) { first, _ in first }
        depth = rules.map { $0.path.split(separator: "/").count }.max() ?? 0
    }

    /// The rule of the nearest folder above a path, or of the path itself: it holds alone.
    ///
    /// Takes time by the rules' depth, not by the path's.
    package func rule(for path: String) -> Rule {
        let names = path.split(separator: "/", maxSplits: depth).prefix(depth)
        for count in stride(from: names.count, to: 0, by: -1) {
            if let rule = rules["/" + names.prefix(count).joined(separator: "/")] { return rule }
        }
        return rules["/"] ?? Self.nothing
    }

    /// What somebody may do with a path; a name that is nil, or no user's, is anybody's.
    package func grant(for path: String, user: String?) -> AccessGrant {
        let rule = rule(for: path)
        let own = user.flatMap { users[$0] == nil ? nil : rule.additional[$0] } ?? []
        return AccessGrant(
            permissions: rule.anonymous.union(own),
            byLogin: rule.anonymous.union(rule.ofUsers), realm: rule.path, user: user, allowOrigin: rule.allowOrigin,
            forbiddenPage: rule.forbiddenPage, notFoundPage: rule.notFoundPage)
    }
}

/// What a request may get of a site, and how it is told if that is too little.
package struct AccessGrant: Sendable {
    /// What it may do.
    package var permissions: Permissions
    /// What somebody could do who logs in.
    package var byLogin: Permissions
    /// What to log in to: a path.
    package var realm: String
    /// Whose password came with it.
    package var user: String?
    /// The value of `Access-Control-Allow-Origin`, if any.
    package var allowOrigin: String?
    /// The file whose contents go with 403, relative to the site's root.
    package var forbiddenPage: String?
    /// The file whose contents go with 404, relative to the site's root.
    package var notFoundPage: String?

    /// Of a site that says nothing: everybody may read.
    package static let byDefault = AccessGrant(permissions: .read, byLogin: .read, realm: "/")

    /// Adds the field that other sites' scripts are let in by, unless an answer has it.
    func addOrigin(to fields: inout [(name: String, value: String)]) {
        let name = "access-control-allow-origin"
        guard let allowOrigin, !fields.contains(where: { $0.name.lowercased() == name }) else { return }
        fields.append((name, allowOrigin))
    }

    /// What to answer to those who may not do something: nil if they may.
    package func refusal(of needed: Permissions) -> AccessRefusal? {
        guard !permissions.isSuperset(of: needed) else { return nil }
        return byLogin.isSuperset(of: needed) ? .login(realm: realm) : .forbidden
    }
}

/// How a request is told that it may not do something.
package enum AccessRefusal: Equatable, Sendable {
    /// A password would help: 401.
    case login(realm: String)
    /// Nothing would: 403.
    case forbidden

    /// The field that asks for a name and a password.
    package static func challenge(realm: String) -> String {
        var text = ""
        for byte in realm.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
            case 0x20..<0x7F: text.unicodeScalars.append(UnicodeScalar(byte))
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return "Basic realm=\"\(text)\""
    }
}
