/// What is wrong with a `.kbp_config`.
package struct InvalidAccessRules: Error, Equatable, Sendable, CustomStringConvertible {
    /// For the log: nothing of it is a password's.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension AccessRules {
    /// Reads a `.kbp_config` of version 1.
    package init(parsing bytes: [UInt8]) throws(InvalidAccessRules) {
        guard bytes.count <= Self.maximumSize else { throw InvalidAccessRules("it has \(bytes.count) bytes") }
        let whole: JSONValue
        do throws(JSONFailure) {
            whole = try JSONValue(parsing: bytes)
        } catch {
            throw InvalidAccessRules("\(error)")
        }
        guard let fields = whole.object else { throw InvalidAccessRules("it is no object") }
        guard let version = fields["version"]?.string else { throw InvalidAccessRules("it has no version") }
        guard version == "v1" else { throw InvalidAccessRules("bad version: only v1 is known") }
        let users = try Self.users(fields["users"])
        // The older name of the same.
        let paths = [fields["per_path_configs"], fields["acls"]].compactMap(\.self).filter { $0 != .null }
        guard paths.count <= 1 else { throw InvalidAccessRules("it has both per_path_configs and acls") }
        self.init(users: users, rules: try Self.rules(paths.first ?? .object([:]), users: users))
    }

    private static func users(_ value: JSONValue?) throws(InvalidAccessRules) -> [String: PasswordHash] {
        guard let value, value != .null else { return [:] }
        guard let fields = value.object else { throw InvalidAccessRules("users is no object") }
        var users: [String: PasswordHash] = [:]
        for (name, value) in fields {
            guard name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
                throw InvalidAccessRules("a user's name has control characters")
            }
            guard let text = value.string, let hash = PasswordHash(text) else {
                throw InvalidAccessRules(
                    "the password of a user is neither bcrypt (of cost 4 to \(PasswordHash.maximumCost)) nor sha256:")
            }
            users[name] = hash
        }
        return users
    }

    private static func rules(
        _ value: JSONValue, users: [String: PasswordHash]
    ) throws(InvalidAccessRules) -> [Rule] {
        guard let fields = value.object else { throw InvalidAccessRules("per_path_configs is no object") }
        var rules: [String: Rule] = [:]
        for (text, value) in fields {
            let path = try cleaned(text)
            guard rules[path] == nil else { throw InvalidAccessRules("duplicate path: \(path)") }
            rules[path] = try rule(path, value, users: users)
        }
        return Array(rules.values)
    }

    private static func rule(
        _ path: String, _ value: JSONValue, users: [String: PasswordHash]
    ) throws(InvalidAccessRules) -> Rule {
        guard let fields = value.object else { throw InvalidAccessRules("\(path): no object") }
        var rule = Rule(path: path)
        rule.anonymous = try permissions(fields["anonymous_permissions"], path)
        if let value = fields["whitelist_additional_permissions"], value != .null {
            guard let additional = value.object else { throw InvalidAccessRules("\(path): no users") }
            var permissions: [String: Permissions] = [:]
            for (name, value) in additional {
                guard users[name] != nil else { throw InvalidAccessRules("\(path): undefined user") }
                permissions[name] = try self.permissions(value, path)
            }
            rule.additional = permissions
        }
        let origin = try text(fields["Access-Control-Allow-Origin"], path)
        guard ["", "*"].contains(origin) else {
            throw InvalidAccessRules("\(path): Access-Control-Allow-Origin is empty or *")
        }
        rule.allowOrigin = origin.isEmpty ? nil : origin
        rule.forbiddenPage = try page(fields["custom_403_forbidden"], path)
        rule.notFoundPage = try page(fields["custom_404_not_found"], path)
        return rule
    }

    private static func permissions(_ value: JSONValue?, _ path: String) throws(InvalidAccessRules) -> Permissions {
        guard let permissions = Permissions(try text(value, path)) else {
            throw InvalidAccessRules("\(path): permissions are read, list, both with a comma, or none")
        }
        return permissions
    }

    private static func text(_ value: JSONValue?, _ path: String) throws(InvalidAccessRules) -> String {
        guard let value, value != .null else { return "" }
        guard let text = value.string else { throw InvalidAccessRules("\(path): a value is no string") }
        return text
    }

    /// A file beneath the site's root, which may be sent as it is.
    private static func page(_ value: JSONValue?, _ path: String) throws(InvalidAccessRules) -> String? {
        let text = try text(value, path)
        guard !text.isEmpty else { return nil }
        let names = text.split(separator: "/")
        let isServed = names.allSatisfy { $0.utf8.first != UInt8(ascii: ".") && !$0.utf8.contains(0) }
        guard isServed, let last = names.last?.lowercased(), !last.endsInBytes(".wasm"),
            !last.endsInBytes(".toml")
        else {
            throw InvalidAccessRules(
                "\(path): a page is a file of the site, neither hidden, nor outside, nor a function, nor settings")
        }
        return names.joined(separator: "/")
    }

    /// A path without what means nothing, as `/a/b`; the root is `/`.
    static func cleaned(_ path: String) throws(InvalidAccessRules) -> String {
        guard path.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw InvalidAccessRules("a path has control characters")
        }
        var names: [Substring] = []
        for name in path.split(separator: "/") where name != "." {
            if name == ".." {
                // Above the root there is nothing.
                _ = names.popLast()
            } else {
                names.append(name)
            }
        }
        guard names.count <= maximumDepth else { throw InvalidAccessRules("a path has too many names") }
        return "/" + names.joined(separator: "/")
    }
}
